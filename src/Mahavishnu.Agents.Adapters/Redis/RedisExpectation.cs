namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>What a region's Redis should be like.</summary>
/// <remarks>The defaults are the reference configuration: a cache of <c>allkeys-lru</c> with snapshots and an append-only file.</remarks>
public sealed record RedisExpectation
{
    /// <summary>How it is run.</summary>
    public RedisMode Mode { get; init; } = RedisMode.Cluster;

    /// <summary>The eviction policy.</summary>
    public string Policy { get; init; } = "allkeys-lru";

    /// <summary>The memory limit of each server; null accepts any, but not none.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Whether an append-only file is kept.</summary>
    public bool AppendOnly { get; init; } = true;

    /// <summary>Whether sessions, or anything else that must not be thrown out, are kept here.</summary>
    public bool HoldsSessions { get; init; }

    /// <summary>Replicas that each master should have online.</summary>
    /// <value>Default 1.</value>
    public int ReplicasPerMaster { get; init; } = 1;

    /// <summary>How far a replica may be behind before it is a finding.</summary>
    /// <value>Default 1 MiB, the size of Redis's own backlog: beyond it a replica that loses its link needs a full copy.</value>
    public long MaxBytesBehind { get; init; } = 1024 * 1024;

    /// <summary>How long a replica may be silent.</summary>
    /// <value>Default 3 s; replicas acknowledge each second and are told apart by whole seconds.</value>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromSeconds(3);
}
