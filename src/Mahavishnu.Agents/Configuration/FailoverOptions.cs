using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Configuration;

/// <summary>When and how traffic leaves a region. Bound from <c>failover</c>.</summary>
/// <param name="profile">Gives the defaults of timing.</param>
internal sealed class FailoverOptions(TimingProfile profile)
{
    /// <summary>The scores that decide.</summary>
    public FailoverThresholdOptions Thresholds { get; init; } = new();

    /// <summary>The least time between two failovers.</summary>
    /// <value>Default 5 min, fast 20 s; from 0 to 1 d.</value>
    [Limits("0s", "1d")]
    public TimeSpan Cooldown { get; init; } = profile.Cooldown;

    /// <summary>How long the target is watched before a failover counts as complete.</summary>
    /// <value>Default 1 min, fast 3 s; from 0 to 1 h.</value>
    [Limits("0s", "1h")]
    public TimeSpan Watch { get; init; } = profile.Watch;

    /// <summary>How long one step may take before it has failed.</summary>
    /// <value>Default 1 min, fast 10 s; from 100 ms to 1 h.</value>
    [Limits("100ms", "1h")]
    public TimeSpan StepDeadline { get; init; } = profile.StepDeadline;

    /// <summary>How much acknowledged data an immediate failover may lose without being asked for. The reference's RPO.</summary>
    /// <value>Default 1 min; from 0 to 1 d.</value>
    [Limits("0s", "1d")]
    public TimeSpan MaxDataLoss { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The stores whose loss is held against <see cref="MaxDataLoss"/>, and by which targets are ranked. What the others may lose is stated in the plan.</summary>
    /// <value>Default PostgreSQL, where it is configured.</value>
    public IReadOnlyList<DataStore>? DataLossStores { get; init; }

    /// <summary>Whether an immediate failover goes ahead whatever it may lose, also when that is not known.</summary>
    /// <value>Default false.</value>
    public bool AcceptDataLoss { get; init; }

    /// <summary>Whether the leader fails over without being asked.</summary>
    /// <value>Default true.</value>
    public bool Automatic { get; init; } = true;
}

/// <summary>A kind of store whose lag is measured.</summary>
internal enum DataStore
{
    /// <summary>PostgreSQL.</summary>
    [JsonStringEnumMemberName(StoreNames.Postgresql)]
    Postgresql = 0,

    /// <summary>Kafka.</summary>
    [JsonStringEnumMemberName(StoreNames.Kafka)]
    Kafka,

    /// <summary>OpenSearch.</summary>
    [JsonStringEnumMemberName(StoreNames.OpenSearch)]
    OpenSearch,

    /// <summary>S3.</summary>
    [JsonStringEnumMemberName(StoreNames.S3)]
    S3,
}

/// <summary>The scores that decide on a failover, 0 to 1. Bound from <c>failover.thresholds</c>.</summary>
internal sealed class FailoverThresholdOptions
{
    /// <summary>Below it traffic leaves at once.</summary>
    /// <value>Default 0.2; below <see cref="Graceful"/>.</value>
    [Limits("0", "1")]
    public double Immediate { get; init; } = 0.2;

    /// <summary>Below it traffic is drained.</summary>
    /// <value>Default 0.5; not above <see cref="Target"/>.</value>
    [Limits("0", "1")]
    public double Graceful { get; init; } = 0.5;

    /// <summary>What a target must have at least.</summary>
    /// <value>Default 0.7.</value>
    [Limits("0", "1")]
    public double Target { get; init; } = 0.7;
}

/// <summary>When and how traffic returns. Bound from <c>failback</c>.</summary>
internal sealed class FailbackOptions
{
    /// <summary>Whether failback is planned at all.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether it needs no approval.</summary>
    /// <value>Default false.</value>
    public bool AutoFailback { get; init; }

    /// <summary>How long the region must have been well before it may return.</summary>
    /// <value>Default 5 min; a bare number counts seconds; from 0 to 1 d.</value>
    [BareSeconds]
    [Limits("0s", "1d")]
    public TimeSpan HealthCheckDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The steps, in order; empty for those that are built in.</summary>
    public IReadOnlyList<FailbackStepOptions> Steps { get; init; } = [];
}

/// <summary>A step of a failback. Bound from <c>failback.steps[]</c>. Regions are ids, <c>original</c> or <c>failover</c>.</summary>
internal sealed class FailbackStepOptions
{
    /// <summary>The region that failed and comes back.</summary>
    public const string OriginalRegion = "original";

    /// <summary>The region that has stood in for it.</summary>
    public const string FailoverRegion = "failover";

    /// <summary>Its name in plans.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required FailbackStepType Type { get; init; }

    /// <summary>The region that is acted upon.</summary>
    public string? Region { get; init; }

    /// <summary>The region that data comes from.</summary>
    public string? SourceRegion { get; init; }

    /// <summary>The region that data goes to, or that is checked.</summary>
    public string? TargetRegion { get; init; }

    /// <summary>The score that a checked region must have at least.</summary>
    [Limits("0", "1")]
    public double? Threshold { get; init; }

    /// <summary>How long the step takes.</summary>
    [Limits("0s", "1d")]
    public TimeSpan? Duration { get; init; }

    /// <summary>The share of its own users that the region gets.</summary>
    /// <value>In percent, 0 to 100.</value>
    [Limits("0", "100")]
    public int? TrafficPercentage { get; init; }
}

/// <summary>What a step of a failback does.</summary>
internal enum FailbackStepType
{
    /// <summary>Checks a region's score.</summary>
    HealthCheck = 0,

    /// <summary>Brings data up to date.</summary>
    DataSync,

    /// <summary>Takes users from a region.</summary>
    DrainTraffic,

    /// <summary>Gives users to a region.</summary>
    EnableTraffic,
}
