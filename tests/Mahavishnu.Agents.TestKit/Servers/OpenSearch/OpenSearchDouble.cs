namespace Mahavishnu.Agents.TestKit.Servers.OpenSearch;

/// <summary>Linked clusters of OpenSearch with cross-cluster replication, each with its own REST interface on 127.0.0.1.</summary>
/// <remarks>
/// There is no server to be had for tests. This one keeps what OpenSearch documents and its replication plugin's source says: statuses,
/// blocks, errors, what needs the leader and what does not, and that a stop during a copy deletes. Followers pull whenever anything is asked.
/// </remarks>
public sealed class OpenSearchDouble : IAsyncDisposable
{
    private readonly Dictionary<string, ClusterDouble> _clusters = [];

    private OpenSearchDouble(TimeProvider time) => Time = time;

    /// <summary>Held while anything is read or changed.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The clock of leases.</summary>
    public TimeProvider Time { get; }

    /// <summary>How long a leader keeps the history that a follower lacks.</summary>
    public TimeSpan RetentionLease { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Starts clusters, each of which knows every other under the name <c>mahavishnu-{name}</c>.</summary>
    public static async Task<OpenSearchDouble> StartAsync(TimeProvider time, CancellationToken cancellationToken, params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var world = new OpenSearchDouble(time);
        foreach (var name in names)
        {
            world._clusters[name] = await ClusterDouble.StartAsync(world, name, cancellationToken);
        }

        foreach (var cluster in world._clusters.Values)
        {
            foreach (var other in names.Where(n => n != cluster.Name))
            {
                cluster.Remotes[$"mahavishnu-{other}"] = other;
            }
        }

        return world;
    }

    /// <summary>The cluster of a name.</summary>
    public ClusterDouble this[string name] => _clusters[name];

    /// <summary>The cluster of a name; null when there is none, or when it does not answer other clusters.</summary>
    public ClusterDouble? Reachable(string? name) => name is not null && _clusters.GetValueOrDefault(name) is { Down: false } cluster ? cluster : null;

    /// <summary>Makes an index in one cluster, and followers of it that have all of it in others.</summary>
    public void Replicate(string index, string leader, params IReadOnlyList<string> followers)
    {
        ArgumentNullException.ThrowIfNull(followers);
        lock (Gate)
        {
            _clusters[leader].Indices.TryAdd(index, new IndexDouble(index));
            foreach (var follower in followers)
            {
                _clusters[follower].Indices.Add(index, new IndexDouble(index) { Following = new FollowingDouble($"mahavishnu-{leader}", index) { RenewedAt = Time.GetUtcNow() } });
            }
        }
    }

    /// <summary>Lets every follower take what its leader has. The gate must be held.</summary>
    internal void PullAll()
    {
        foreach (var cluster in _clusters.Values.Where(static c => !c.Down))
        {
            foreach (var index in cluster.Indices.Values.Where(static i => i.Following is { State: "RUNNING", Bootstrapping: false }))
            {
                if (LeaderOf(cluster, index) is { } leader && !cluster.HoldsPulls)
                {
                    index.Pull(leader, index.Following!.StuckShard);
                    (index.Following.RenewedAt, index.Following.LastSeen) = (Time.GetUtcNow(), leader.Checkpoints);
                }
            }
        }
    }

    /// <summary>The index that an index follows; null when its cluster or itself is not there.</summary>
    internal IndexDouble? LeaderOf(ClusterDouble cluster, IndexDouble index) =>
        index.Following is { } following ? Reachable(cluster.Remotes.GetValueOrDefault(following.Alias))?.Indices.GetValueOrDefault(following.LeaderIndex) : null;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters.Values)
        {
            await cluster.DisposeAsync();
        }
    }
}
