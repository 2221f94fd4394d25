using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.TestKit.Servers.OpenSearch;

/// <summary>An index of a cluster: its documents, and for each shard the operations that made them.</summary>
/// <param name="name">Its name.</param>
public sealed class IndexDouble(string name)
{
    private const int Shards = 2;

    private readonly List<(string Id, JsonObject? Source)>[] _operations = [.. Enumerable.Range(0, Shards).Select(static _ => new List<(string, JsonObject?)>())];

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>The documents by id.</summary>
    public SortedDictionary<string, JsonObject> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether its setting blocks writes.</summary>
    public bool WriteBlocked { get; set; }

    /// <summary>Whether it is closed, as it is in the middle of a stop.</summary>
    public bool Closed { get; set; }

    /// <summary>Whom it follows; null for an index that takes writes.</summary>
    public FollowingDouble? Following { get; set; }

    /// <summary>The last operation of each shard; −1 for none.</summary>
    public IReadOnlyList<long> Checkpoints => [.. _operations.Select(static o => o.Count - 1L)];

    /// <summary>Writes a document, or deletes it.</summary>
    public void Apply(string id, JsonObject? source) => Apply(id.Sum(static c => c) % Shards, id, source);

    /// <summary>Takes what the leader has and this lacks, of every shard but one that is stuck.</summary>
    public void Pull(IndexDouble leader, int? stuckShard)
    {
        for (var shard = 0; shard < Shards; shard++)
        {
            foreach (var (id, source) in leader._operations[shard].Skip(shard == stuckShard ? int.MaxValue : _operations[shard].Count).ToList())
            {
                Apply(shard, id, source);
            }
        }
    }

    private void Apply(int shard, string id, JsonObject? source)
    {
        _operations[shard].Add((id, source));
        if (source is null)
        {
            Documents.Remove(id);
        }
        else
        {
            Documents[id] = source.DeepClone().AsObject();
        }
    }
}

/// <summary>How an index follows another.</summary>
/// <param name="alias">The name of the leader's cluster, as the follower knows it.</param>
/// <param name="leaderIndex">The leader's index.</param>
public sealed class FollowingDouble(string alias, string leaderIndex)
{
    /// <summary>The name of the leader's cluster.</summary>
    public string Alias => alias;

    /// <summary>The leader's index.</summary>
    public string LeaderIndex => leaderIndex;

    /// <summary><c>RUNNING</c>, <c>PAUSED</c>, <c>FAILED</c> or <c>STOPPED</c>.</summary>
    public string State { get; set; } = "RUNNING";

    /// <summary>Why it is not running.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Whether it still copies its leader.</summary>
    public bool Bootstrapping { get; set; }

    /// <summary>A shard that does not get on; null for none.</summary>
    public int? StuckShard { get; set; }

    /// <summary>When it last followed, on the clock of the world; its lease on the leader's history counts from then.</summary>
    public DateTimeOffset RenewedAt { get; set; }

    /// <summary>What the leader was last seen to have.</summary>
    public IReadOnlyList<long> LastSeen { get; set; } = [];
}
