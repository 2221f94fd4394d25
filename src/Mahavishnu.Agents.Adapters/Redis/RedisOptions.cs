using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Where one Redis server listens.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record RedisEndPoint(string Host, int Port);

/// <summary>How to reach the Redis of one region. A class, so that no generated text can show the password.</summary>
/// <remarks>TLS verification cannot be turned off. The root certificate is read once, when the node is made.</remarks>
public sealed class RedisOptions
{
    /// <summary>The region that this Redis serves; every error names it.</summary>
    public required RegionId Region { get; init; }

    /// <summary>
    /// The servers: one alone, all of a master with its replicas, or some of a Cluster (the rest are found by asking).
    /// At least one.
    /// </summary>
    public required IReadOnlyList<RedisEndPoint> Endpoints { get; init; }

    /// <summary>The agent's own ACL user; null for Redis's default user.</summary>
    public string? Username { get; init; }

    /// <summary>Gives the password, asked for at each new connection so that it can be rotated; null or empty means none. Must not throw.</summary>
    public Func<string?>? Password { get; init; }

    /// <summary>
    /// The ACL user that the application connects as, not the agent's; the default user must then need a password or be off.
    /// <see cref="RedisNode.FenceAsync"/> shuts it out.
    /// Null makes fencing fall back on <c>min-replicas-to-write</c>, which stops the agent's own writes as well.
    /// </summary>
    public string? ApplicationUser { get; init; }

    /// <summary>The <c>min-replicas-to-write</c> of an open server, which <see cref="RedisNode.OpenAsync"/> sets when there is no <see cref="ApplicationUser"/>.</summary>
    /// <value>Default 0, which is Redis's own.</value>
    public int MinReplicasToWrite { get; init; }

    /// <summary>Whether the connections are encrypted.</summary>
    /// <value>Default false.</value>
    public bool Tls { get; init; }

    /// <summary>PEM file with the only authorities trusted for these servers; null trusts those of the operating system. Needs <see cref="Tls"/>.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>
    /// Longest time for one attempt to connect, TLS and log-in included; give less than the shortest deadline of a call. The first call
    /// waits this long for a server that is down before it goes on with the others.
    /// </summary>
    /// <value>Default 2 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Stands before every key that the agent writes. Must hold no brace: a Cluster places keys by what stands between braces.</summary>
    /// <value>Default <c>mahavishnu:</c>.</value>
    public string KeyPrefix { get; init; } = "mahavishnu:";
}
