using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Message brokers. Bound from <c>messaging</c>.</summary>
internal sealed class MessagingOptions
{
    /// <summary>Kafka; null when the deployment has none that the agent looks at.</summary>
    public KafkaMessagingOptions? Kafka { get; init; }
}

/// <summary>A cluster of Kafka in every region, copied between them by MirrorMaker 2. Bound from <c>messaging.kafka</c>.</summary>
[AcceptsUnused("mode", "cross_region_replication")]
internal sealed class KafkaMessagingOptions
{
    /// <summary>The regions with a cluster.</summary>
    public required IReadOnlyList<RegionId> Regions { get; init; }

    /// <summary>Brokers of each region's cluster to begin with: <c>host:port</c>, separated by commas. A region without any is not looked at.</summary>
    public IReadOnlyDictionary<RegionId, string> BootstrapServers { get; init; } = new Dictionary<RegionId, string>();

    /// <summary>How many copies a topic has that says nothing of its own.</summary>
    /// <value>Default 3; from 1 to 15.</value>
    [Limits("1", "15")]
    public int ReplicationFactor { get; init; } = 3;

    /// <summary>The topics that there should be.</summary>
    public IReadOnlyList<KafkaTopicOptions> Topics { get; init; } = [];

    /// <summary>What is copied between regions.</summary>
    public MirrorMakerOptions MirrorMaker { get; init; } = new();

    /// <summary>The topic of the agents' heartbeats, one partition; copied like the others. Null writes none, and measures no lag.</summary>
    public string? HeartbeatTopic { get; init; }

    /// <summary>Consumer groups whose lag is measured in the configured topics.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The user of SASL; null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Its password.</summary>
    public Secret? Password { get; init; }

    /// <summary>Whether connections are encrypted.</summary>
    /// <value>Default true.</value>
    public bool Tls { get; init; } = true;

    /// <summary>Certificates in PEM that brokers are checked against; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>How often lag is measured.</summary>
    /// <value>Default 1 s; from 100 ms to 1 min.</value>
    [Limits("100ms", "1m")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one request may take.</summary>
    /// <value>Default 2 s; from 50 ms to 1 min.</value>
    [Limits("50ms", "1m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>A topic. Bound from <c>messaging.kafka.topics[]</c>.</summary>
internal sealed class KafkaTopicOptions
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How many partitions.</summary>
    /// <value>From 1 to 10000.</value>
    [Limits("1", "10000")]
    public required int Partitions { get; init; }

    /// <summary>How many copies; null for the cluster's <c>replication_factor</c>.</summary>
    [Limits("1", "15")]
    public int? ReplicationFactor { get; init; }

    /// <summary>How long messages are kept; null leaves it to the cluster.</summary>
    [Limits("1s", "3650d")]
    public TimeSpan? Retention { get; init; }
}

/// <summary>What MirrorMaker 2 copies. Bound from <c>messaging.kafka.mirror_maker</c>.</summary>
internal sealed class MirrorMakerOptions
{
    /// <summary>Whether it runs.</summary>
    public bool Enabled { get; init; }

    /// <summary>The topics that it copies from every region to every other.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>What stands between a source and a topic in the name of a copy.</summary>
    /// <value>Default <c>.</c>.</value>
    public string Separator { get; init; } = ".";
}
