using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What decisions and sagas rest on, taken from the configuration.</summary>
public sealed record FailoverSettings
{
    /// <summary>This agent's region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Every configured region.</summary>
    public required IReadOnlyDictionary<RegionId, RegionFacts> Regions { get; init; }

    /// <summary>The observers, one voice each.</summary>
    public required IReadOnlyList<RegionId> Observers { get; init; }

    /// <summary>Where data classes may live.</summary>
    public required ResidencyCatalogue Residency { get; init; }

    /// <summary>The engine's thresholds.</summary>
    public required DecisionThresholds Thresholds { get; init; }

    /// <summary>The sagas' times.</summary>
    public required SagaSettings Saga { get; init; }

    /// <summary>The times of leadership, for effects.</summary>
    public required LeadershipTiming Timing { get; init; }

    /// <summary>Whether failover needs no operator.</summary>
    public required bool Automatic { get; init; }

    /// <summary>Whether failback needs no operator.</summary>
    public required bool AutoFailback { get; init; }

    /// <summary>How long a region must hold the failback score before its users may return.</summary>
    public required TimeSpan FailbackWindow { get; init; }

    /// <summary>A measurement of lag that is older than this is unknown: the RPO of one minute.</summary>
    public TimeSpan LagFreshness { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The stores whose loss counts for decisions.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [StoreNames.Postgresql];

    /// <summary>How often a turn is taken while there is nothing to do.</summary>
    public required TimeSpan Interval { get; init; }
}
