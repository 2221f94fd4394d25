using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>OpenSearch in several regions. Bound from <c>opensearch</c>.</summary>
internal sealed class SearchOptions
{
    /// <summary>How the clusters replicate.</summary>
    /// <value>Default <c>cross_cluster_replication</c>, the only one.</value>
    public SearchMode Mode { get; init; }

    /// <summary>The cluster that leads while nothing has been failed over.</summary>
    public required SearchLeaderOptions LeaderCluster { get; init; }

    /// <summary>The clusters that follow it.</summary>
    public IReadOnlyList<SearchFollowerOptions> FollowerClusters { get; init; } = [];

    /// <summary>The indices.</summary>
    public IReadOnlyList<SearchIndexOptions> Indexes { get; init; } = [];

    /// <summary>The agent's own user, the same on every cluster; null when the clusters run without the security plugin.</summary>
    public string? Username { get; init; }

    /// <summary>Its password.</summary>
    public Secret? Password { get; init; }

    /// <summary>Certificates in PEM that the clusters are checked against; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>How often the region's cluster is looked at, and its heartbeat written.</summary>
    /// <value>Default 10 s; from 1 s to 1 min.</value>
    [Limits("1s", "1m")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a look may take. Stopping a follower has a longer time of its own.</summary>
    /// <value>Default 5 s; from 100 ms to 1 min.</value>
    [Limits("100ms", "1m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The index of the heartbeats, which must be replicated like the others.</summary>
    /// <value>Default <c>mahavishnu_agent_heartbeat</c>.</value>
    public string HeartbeatIndex { get; init; } = "mahavishnu_agent_heartbeat";

    /// <summary>How long a leader keeps the history that a follower lacks: <c>index.soft_deletes.retention_lease.period</c>.</summary>
    /// <value>Default 12 h, OpenSearch's; from 1 min to 30 d.</value>
    [Limits("1m", "30d")]
    public TimeSpan RetentionLease { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Under which name a cluster knows that of another region.</summary>
    /// <value>Default <c>mahavishnu-{region}</c>.</value>
    public string RemoteAlias { get; init; } = "mahavishnu-{region}";

    /// <summary>Whether a failback may delete the original region's index, which has a history of its own, and copy it anew.</summary>
    /// <value>Default <c>manual</c>.</value>
    public SearchReseed Reseed { get; init; }

    /// <summary>The indices that are replicated, that of the heartbeats among them.</summary>
    public IReadOnlyList<string> Replicated => [.. Indexes.Where(static i => i.ReplicationEnabled).Select(static i => i.Name).Append(HeartbeatIndex).Distinct()];

    /// <summary>Every cluster: its region, its address, and the transport addresses of its nodes.</summary>
    public IReadOnlyList<(RegionId Region, Uri Endpoint, IReadOnlyList<string> Transport)> Clusters =>
        [(LeaderCluster.Region, LeaderCluster.Endpoint, LeaderCluster.Transport), .. FollowerClusters.Select(static f => (f.Region, f.Endpoint, f.Transport))];

    /// <summary>The name of a region's cluster in the others.</summary>
    public string AliasOf(RegionId region) => RemoteAlias.Replace("{region}", region.Value, StringComparison.Ordinal);
}

/// <summary>The cluster that leads at first. Bound from <c>opensearch.leader_cluster</c>.</summary>
internal sealed class SearchLeaderOptions
{
    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Its REST interface.</summary>
    [Schemes("https", "http")]
    public required Uri Endpoint { get; init; }

    /// <summary>How many nodes it should have; null for any number.</summary>
    /// <value>From 1 to 10000.</value>
    [Limits("1", "10000")]
    public int? Nodes { get; init; }

    /// <summary>The transport addresses of its nodes, <c>host:9300</c>, by which others connect to it after a failover; empty when an operator does that.</summary>
    public IReadOnlyList<string> Transport { get; init; } = [];
}

/// <summary>A cluster that follows. Bound from <c>opensearch.follower_clusters[]</c>.</summary>
internal sealed class SearchFollowerOptions
{
    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Its REST interface.</summary>
    [Schemes("https", "http")]
    public required Uri Endpoint { get; init; }

    /// <summary>How many nodes it should have; null for any number.</summary>
    /// <value>From 1 to 10000.</value>
    [Limits("1", "10000")]
    public int? Nodes { get; init; }

    /// <summary>Who moves the data. Followers always pull; <c>push</c> is accepted and means that.</summary>
    /// <value>Default <c>pull</c>.</value>
    public SearchReplicationType ReplicationType { get; init; }

    /// <summary>The transport addresses of its nodes, as in the leader's.</summary>
    public IReadOnlyList<string> Transport { get; init; } = [];
}

/// <summary>An index. Bound from <c>opensearch.indexes[]</c>.</summary>
internal sealed class SearchIndexOptions
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the other regions have copies of it.</summary>
    /// <value>Default true.</value>
    public bool ReplicationEnabled { get; init; } = true;

    /// <summary>Whether copies refuse writes. They always do; <c>false</c> is refused.</summary>
    /// <value>Default true.</value>
    public bool ReadOnlyFollowers { get; init; } = true;
}

/// <summary>How the clusters replicate.</summary>
internal enum SearchMode
{
    /// <summary>Each follower pulls from the one leader.</summary>
    CrossClusterReplication = 0,
}

/// <summary>Who moves the data.</summary>
internal enum SearchReplicationType
{
    /// <summary>The follower.</summary>
    Pull = 0,

    /// <summary>The leader, which OpenSearch does not do.</summary>
    Push,
}

/// <summary>Whether an index with a history of its own may be deleted in order to follow again.</summary>
internal enum SearchReseed
{
    /// <summary>An operator does it.</summary>
    Manual = 0,

    /// <summary>The agent does it, in a failback that was approved, once it has seen that the new leader holds all that was looked at.</summary>
    Automatic,
}
