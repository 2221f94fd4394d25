namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>How a Redis is run.</summary>
public enum RedisMode
{
    /// <summary>Not told.</summary>
    Unknown,

    /// <summary>A server alone, or a master with its replicas.</summary>
    Standalone,

    /// <summary>A Cluster.</summary>
    Cluster,
}

/// <summary>What a server is in replication.</summary>
public enum RedisRole
{
    /// <summary>Not told.</summary>
    Unknown,

    /// <summary>Accepts writes.</summary>
    Master,

    /// <summary>Follows a master.</summary>
    Replica,
}

/// <summary>What one region's Redis said of itself.</summary>
/// <param name="Mode">As the servers that answered say.</param>
/// <param name="Version">The lowest version among them, e.g. <c>7.0.15</c>.</param>
/// <param name="Servers">Those that answered, by address; at least one.</param>
/// <param name="Silent">Those that did not.</param>
/// <param name="Cluster">The Cluster in the eyes of the server that sees it worst; null for another mode.</param>
public sealed record RedisReading(
    RedisMode Mode, string Version, IReadOnlyList<RedisServerReading> Servers, IReadOnlyList<RedisSilence> Silent, RedisClusterReading? Cluster);

/// <summary>A server without a usable answer.</summary>
/// <param name="Endpoint">Its host and port.</param>
/// <param name="Problem">Names it and what was seen.</param>
public sealed record RedisSilence(string Endpoint, string Problem);

/// <summary>What one server said of itself.</summary>
/// <remarks>Source: Redis documentation, commands <c>INFO</c>, <c>CLUSTER INFO</c> and <c>CONFIG GET</c>.</remarks>
public sealed record RedisServerReading
{
    /// <summary>Its host and port.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Its version, e.g. <c>7.0.15</c>.</summary>
    public required string Version { get; init; }

    /// <summary>What it is in replication.</summary>
    public required RedisRole Role { get; init; }

    /// <summary>The history of data that its offset counts in (<c>master_replid</c>); offsets of different histories cannot be compared.</summary>
    public required string ReplicationId { get; init; }

    /// <summary>Bytes of that history that it has: written, for a master; applied, for a replica.</summary>
    public required long OffsetBytes { get; init; }

    /// <summary>A master's side of replication; null for a replica.</summary>
    public required RedisMasterReading? Master { get; init; }

    /// <summary>A replica's side of replication; null for a master.</summary>
    public required RedisReplicaReading? Replica { get; init; }

    /// <summary>Its memory.</summary>
    public required RedisMemoryReading Memory { get; init; }

    /// <summary>Its disk.</summary>
    public required RedisPersistenceReading Persistence { get; init; }

    /// <summary>Keys thrown out for want of memory since it started.</summary>
    public required long EvictedKeys { get; init; }

    /// <summary>The Cluster in its eyes; null for another mode.</summary>
    public required RedisClusterReading? Cluster { get; init; }

    /// <summary>How many bytes of <paramref name="master"/>'s history it lacks; null when the two have different histories.</summary>
    /// <remarks>The two were asked at slightly different times, so a small negative difference counts as 0.</remarks>
    public long? BytesBehind(RedisServerReading master)
    {
        ArgumentNullException.ThrowIfNull(master);
        return ReplicationId.Length > 0 && ReplicationId == master.ReplicationId ? Math.Max(0, master.OffsetBytes - OffsetBytes) : null;
    }
}

/// <summary>A master's side of replication.</summary>
/// <param name="Replicas">Those attached at present.</param>
/// <param name="Backlog">What a replica can catch up from without a full copy.</param>
/// <param name="MinReplicas">From how many replicas on it accepts writes; null when the agent's user may not ask (<c>CONFIG GET</c>).</param>
/// <param name="MinReplicasMaxLag">How long ago such a replica may have acknowledged last; null likewise.</param>
public sealed record RedisMasterReading(
    IReadOnlyList<RedisAttachedReplica> Replicas, RedisBacklogReading Backlog, int? MinReplicas, TimeSpan? MinReplicasMaxLag);

/// <summary>A replica as its master sees it.</summary>
/// <param name="Endpoint">Its host and port, as it announced them.</param>
/// <param name="State"><c>online</c>, or what comes before it: <c>wait_bgsave</c>, <c>send_bulk</c>. A frozen replica stays online.</param>
/// <param name="OffsetBytes">As of its last acknowledgement; 0 until the first.</param>
/// <param name="BytesBehind">What it lacks; null until it is online and has acknowledged, as there is nothing to compare.</param>
/// <param name="SinceAck">Since its last acknowledgement. Whole seconds, and replicas acknowledge each second: 0 and 1 s are healthy.</param>
public sealed record RedisAttachedReplica(string Endpoint, string State, long OffsetBytes, long? BytesBehind, TimeSpan SinceAck);

/// <summary>The part of its history that a master keeps for replicas that were away.</summary>
/// <param name="Active">Whether there is one; it begins with the first replica.</param>
/// <param name="SizeBytes">How much it can hold.</param>
/// <param name="FirstByteOffset">The oldest offset that it holds.</param>
/// <param name="HistoryBytes">How much it holds.</param>
public sealed record RedisBacklogReading(bool Active, long SizeBytes, long FirstByteOffset, long HistoryBytes);

/// <summary>A replica's side of replication.</summary>
/// <param name="MasterEndpoint">Host and port of its master.</param>
/// <param name="LinkUp">Whether it is connected to its master and in step.</param>
/// <param name="SinceIo">Since it last heard of its master; null while the link is down.</param>
/// <param name="LinkDownFor">How long the link has been down; null while it is up, and when it never was up.</param>
/// <param name="SyncInProgress">Whether it is receiving a full copy.</param>
/// <param name="SyncBytesLeft">What is missing of that copy; null when none is under way or its size is not known.</param>
/// <param name="ReadOnly">Whether it refuses writes. One that accepts them loses them at the next full copy.</param>
public sealed record RedisReplicaReading(
    string MasterEndpoint, bool LinkUp, TimeSpan? SinceIo, TimeSpan? LinkDownFor, bool SyncInProgress, long? SyncBytesLeft, bool ReadOnly);

/// <summary>A server's memory.</summary>
/// <param name="UsedBytes">In use.</param>
/// <param name="MaxBytes">Its limit; 0 means none.</param>
/// <param name="Policy">What happens at the limit, e.g. <c>allkeys-lru</c>.</param>
public sealed record RedisMemoryReading(long UsedBytes, long MaxBytes, string Policy);

/// <summary>A server's disk.</summary>
/// <param name="LastSnapshotOk">Whether the last RDB snapshot was written, or none was tried.</param>
/// <param name="AppendOnly">Whether it keeps an append-only file.</param>
/// <param name="LastAppendOk">Whether the last write to that file succeeded, or there is none.</param>
/// <param name="Loading">Whether it is still reading its data.</param>
public sealed record RedisPersistenceReading(bool LastSnapshotOk, bool AppendOnly, bool LastAppendOk, bool Loading);

/// <summary>A Cluster in the eyes of one of its servers.</summary>
/// <param name="SeenBy">Host and port of that server.</param>
/// <param name="Serves">Whether it takes the Cluster for able to serve (<c>cluster_state:ok</c>).</param>
/// <param name="SlotsAssigned">Slots that a master is responsible for, of <see cref="SlotCount"/>.</param>
/// <param name="SlotsOk">Slots whose master is not suspected.</param>
/// <param name="SlotsSuspected">Slots whose master this server cannot reach (<c>pfail</c>).</param>
/// <param name="SlotsFailed">Slots whose master the majority cannot reach (<c>fail</c>).</param>
/// <param name="KnownNodes">Servers known to it, the failed among them.</param>
/// <param name="Epoch">Its configuration epoch; rises with each promotion.</param>
public sealed record RedisClusterReading(
    string SeenBy, bool Serves, int SlotsAssigned, int SlotsOk, int SlotsSuspected, int SlotsFailed, int KnownNodes, long Epoch)
{
    /// <summary>The number of slots of every Cluster.</summary>
    public const int SlotCount = 16384;
}
