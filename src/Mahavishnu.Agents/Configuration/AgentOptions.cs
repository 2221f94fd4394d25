using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The whole configuration of one region's agent.</summary>
[AcceptsUnused(
    "route53", "session_affinity", "data_sovereignty", "data_localization",
    "data_transfer", "audit_logging", "traffic_shifting", "config_sync", "secrets", "drift_detection", "cost_optimization",
    "reserved_instances", "spot_instances", "auto_scaling", "monitoring", "tracing", "alerting", "compliance")]
internal sealed class AgentOptions
{
    /// <summary>The application that the agent serves.</summary>
    /// <value>Default <c>mahavishnu</c>.</value>
    public string AppName { get; init; } = "mahavishnu";

    /// <summary>The version of the application, for display.</summary>
    public string? Version { get; init; }

    /// <summary>The least severe level that is logged.</summary>
    /// <value>Default INFO.</value>
    public AgentLogLevel LogLevel { get; init; } = AgentLogLevel.Info;

    /// <summary>The region of this agent; set from the command line when no file says it.</summary>
    public RegionId Region { get; init; }

    /// <summary>The provider of the region; must agree with <see cref="Regions"/>.</summary>
    public string? Provider { get; init; }

    /// <summary>Where the region's data lies in law; must agree with <see cref="Regions"/>.</summary>
    public string? DataResidency { get; init; }

    /// <summary>The process itself.</summary>
    public ProcessOptions Agent { get; init; } = new();

    /// <summary>Every region of the deployment.</summary>
    public IReadOnlyDictionary<RegionId, RegionOptions> Regions { get; init; } = new Dictionary<RegionId, RegionOptions>();

    /// <summary>Every class of data that a region may hold, and where it may lie.</summary>
    public IReadOnlyDictionary<string, DataClassOptions> DataClasses { get; init; } = new Dictionary<string, DataClassOptions>();

    /// <summary>How regions are probed.</summary>
    public HealthCheckOptions HealthChecks { get; init; } = new();

    /// <summary>How one leader is found.</summary>
    public SplitBrainOptions SplitBrainPrevention { get; init; } = new();

    /// <summary>When and how traffic leaves a region.</summary>
    public FailoverOptions Failover { get; init; } = new(TimingProfile.Default);

    /// <summary>When and how it returns.</summary>
    public FailbackOptions Failback { get; init; } = new();

    /// <summary>The databases that are measured, fenced and promoted.</summary>
    public DatabaseOptions Database { get; init; } = new();

    /// <summary>The region's cache, which is looked at.</summary>
    public CacheOptions Cache { get; init; } = new();

    /// <summary>The clusters of OpenSearch, which are measured, fenced and promoted; null when the deployment has none that the agent looks after.</summary>
    public SearchOptions? Opensearch { get; init; }

    /// <summary>The message brokers, which are looked at.</summary>
    public MessagingOptions Messaging { get; init; } = new();

    /// <summary>The stores of files, which are held against their configuration and whose copies are followed.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>DNS zones that decide which region users reach.</summary>
    public DnsOptions Dns { get; init; } = new();

    /// <summary>Load balancers that decide it.</summary>
    public LoadBalancerOptions LoadBalancer { get; init; } = new();

    /// <summary>The name of this agent, unlike that of any other: <c>agent.name</c>, or <c>{region}-1</c>.</summary>
    public string AgentName => Agent.Name ?? $"{Region}-1";

    /// <summary>The stores of the quorum in the global order, each with its address.</summary>
    /// <remarks>With one region in the quorum, <c>split_brain_prevention.consul.address</c> stands in for a store of its own.</remarks>
    public IReadOnlyList<StoreAddress> Stores() =>
    [
        .. SplitBrainPrevention.Quorum.Regions.Order()
            .Select(region => (Region: region, Options: Regions.GetValueOrDefault(region) ?? new RegionOptions()))
            .Select(store => (store.Region, store.Options, Url: store.Options.Consul ?? SplitBrainPrevention.SharedAddress))
            .Where(static store => store.Url is not null)
            .Select(static store => new StoreAddress(
                store.Region, store.Url!, store.Options.ConsulToken, store.Options.ConsulDatacenter, store.Options.ConsulCaFile)),
    ];
}

/// <summary>Where the store of a region is.</summary>
/// <param name="Region">The region.</param>
/// <param name="Url">Its base URL.</param>
/// <param name="Token">Its ACL token; null for none.</param>
/// <param name="Datacenter">Its Consul datacenter; null for the one that answers.</param>
/// <param name="CaFile">Certificates in PEM that it is checked against; null for those of the system.</param>
internal sealed record StoreAddress(RegionId Region, Uri Url, Secret? Token, string? Datacenter, string? CaFile);

/// <summary>The least severe level that is logged.</summary>
internal enum AgentLogLevel
{
    /// <summary>Everything.</summary>
    [JsonStringEnumMemberName("DEBUG")]
    Debug = 0,

    /// <summary>Changes.</summary>
    [JsonStringEnumMemberName("INFO")]
    Info,

    /// <summary>What may need attention.</summary>
    [JsonStringEnumMemberName("WARNING")]
    Warning,

    /// <summary>What needs a person.</summary>
    [JsonStringEnumMemberName("ERROR")]
    Error,
}
