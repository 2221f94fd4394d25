using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>What a simulated deployment is made of, and how it is configured. Two equal shapes and seeds give one history.</summary>
public sealed record WorldShape
{
    /// <summary>Every region, in order.</summary>
    public required IReadOnlyList<RegionFacts> Regions { get; init; }

    /// <summary>The regions that have a store and observe.</summary>
    public required IReadOnlyList<RegionId> Quorum { get; init; }

    /// <summary>Agents in each region of the quorum, by its place there.</summary>
    public required IReadOnlyList<int> Agents { get; init; }

    /// <summary>Where data classes may live.</summary>
    public required ResidencyCatalogue Residency { get; init; }

    /// <summary>The times of leadership.</summary>
    public LeadershipTiming Timing { get; init; } = LeadershipTiming.Default;

    /// <summary>From one probe to the next; also how often a vote is published.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one probe may take.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after a failover of a region no automatic one of it follows.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The times of the sagas.</summary>
    public SagaSettings Saga { get; init; } = new();

    /// <summary>How long a region must hold the failback score before its users may return.</summary>
    public TimeSpan FailbackWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether failback needs no operator.</summary>
    public bool AutoFailback { get; init; }

    /// <summary>The greatest time one way in fair weather.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Stores that the agents of a region were configured with instead of the quorum: a deployment that was rolled out half.</summary>
    public IReadOnlyDictionary<RegionId, IReadOnlyList<RegionId>> OtherMembers { get; init; } = new Dictionary<RegionId, IReadOnlyList<RegionId>>();

    /// <summary>Whether the data plane is there: databases to be fenced and promoted.</summary>
    public bool HasData => !Saga.NothingConfigured.Contains(SagaStep.PromoteDatabase);

    /// <summary>A vote counts while it changed within three intervals.</summary>
    public TimeSpan Freshness => 3 * ProbeInterval;

    /// <summary>The configuration of an agent in a region.</summary>
    public FailoverSettings SettingsOf(RegionId region) => new()
    {
        Region = region,
        Regions = Regions.ToDictionary(static r => r.Region),
        Observers = Quorum,
        Residency = Residency,
        Thresholds = DecisionThresholds.Default with { Cooldown = Cooldown, Settle = ProbeInterval },
        Saga = Saga,
        Timing = Timing,
        Automatic = true,
        AutoFailback = AutoFailback,
        FailbackWindow = FailbackWindow,
        Interval = Timing.HeartbeatInterval / 5,
    };
}
