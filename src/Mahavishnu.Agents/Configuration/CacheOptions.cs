namespace Mahavishnu.Agents.Configuration;

/// <summary>The region's cache. Bound from <c>cache</c>.</summary>
internal sealed class CacheOptions
{
    /// <summary>The name or address of the region's own Redis; of a Cluster, any of its servers. Null when the agent is not to look at it.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Its port.</summary>
    /// <value>Default 6379; from 1 to 65535.</value>
    [Limits("1", "65535")]
    public int Port { get; init; } = 6379;

    /// <summary>What it should be like; null when the agent is not to look at it.</summary>
    public RedisCacheOptions? Redis { get; init; }
}

/// <summary>What every region's Redis should be like. Bound from <c>cache.redis</c>.</summary>
[AcceptsUnused("cross_region_replication", "replication_lag_ms", "auth")]
internal sealed class RedisCacheOptions
{
    /// <summary>How it is run.</summary>
    /// <value>Default <c>cluster</c>, the reference's.</value>
    public RedisCacheMode Mode { get; init; }

    /// <summary>The eviction policy.</summary>
    /// <value>Default <c>allkeys-lru</c>, the reference's.</value>
    public string EvictionPolicy { get; init; } = "allkeys-lru";

    /// <summary>The memory limit of each server; null accepts any, but not none.</summary>
    /// <value>In millions of bytes; from 1 to 10 million.</value>
    [Limits("1", "10000000")]
    public int? MaxMemoryMb { get; init; }

    /// <summary>Whether sessions are kept there, which must not be evicted.</summary>
    public bool Sessions { get; init; }

    /// <summary>Replicas that each master should have online.</summary>
    /// <value>Default 1; from 0 to 100.</value>
    [Limits("0", "100")]
    public int Replicas { get; init; } = 1;

    /// <summary>What it keeps on disk.</summary>
    public RedisPersistenceOptions Persistence { get; init; } = new();

    /// <summary>Whether connections are encrypted and the server's certificate is verified.</summary>
    /// <value>Default true.</value>
    public bool Tls { get; init; } = true;

    /// <summary>Certificates in PEM that the servers are checked against; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>The agent's own ACL user; null for Redis's default user.</summary>
    public string? Username { get; init; }

    /// <summary>Its password; null for none.</summary>
    public Secret? Password { get; init; }

    /// <summary>How often it is looked at.</summary>
    /// <value>Default 1 s; from 100 ms to 1 min.</value>
    [Limits("100ms", "1m")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a look may take.</summary>
    /// <value>Default 2 s; from 100 ms to 1 min.</value>
    [Limits("100ms", "1m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What a Redis keeps on disk. Bound from <c>cache.redis.persistence</c>.</summary>
[AcceptsUnused("enabled", "rdb_enabled", "snapshot_interval")]
internal sealed class RedisPersistenceOptions
{
    /// <summary>Whether an append-only file is kept.</summary>
    /// <value>Default true, the reference's.</value>
    public bool AofEnabled { get; init; } = true;
}

/// <summary>How a Redis is run.</summary>
internal enum RedisCacheMode
{
    /// <summary>A Cluster.</summary>
    Cluster = 0,

    /// <summary>A server alone, or a master with its replicas.</summary>
    Standalone,
}
