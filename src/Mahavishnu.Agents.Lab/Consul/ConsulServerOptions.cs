using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>How an embedded Consul-compatible server is set up.</summary>
public sealed class ConsulServerOptions
{
    /// <summary>The address that the server listens on. Without <see cref="DenyByDefault"/> everybody who reaches it may write.</summary>
    /// <value>Default 127.0.0.1.</value>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port at that address.</summary>
    /// <value>Default 0: any free port.</value>
    public int Port { get; init; }

    /// <summary>Name of the datacenter.</summary>
    /// <value>Default <c>dc1</c>.</value>
    public string Datacenter { get; init; } = "dc1";

    /// <summary>Name of the node that the server registers at its start, with a passing check <c>serfHealth</c>; sessions belong to it unless they say otherwise.</summary>
    /// <value>Default <c>node-1</c>.</value>
    public string NodeName { get; init; } = "node-1";

    /// <summary>Where writes are logged, so that a server that was killed and is started again has its keys and sessions.</summary>
    /// <value>Default null: kept in memory only.</value>
    public string? DataDirectory { get; init; }

    /// <summary>Shortest time-to-live that a session may ask for.</summary>
    /// <value>Default 10 s, which is Consul's; Consul's own tests go down to 250 ms.</value>
    public TimeSpan SessionTtlMin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests wait for a leader before they fail.</summary>
    /// <value>Default 7 s. Source: Consul documentation, <c>rpc_hold_timeout</c>.</value>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>The clock of everything that takes time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a request without a right is refused.</summary>
    /// <value>Default false: no token is needed for anything.</value>
    public bool DenyByDefault { get; init; }

    /// <summary>The tokens that are known when <see cref="DenyByDefault"/> is set.</summary>
    public IReadOnlyList<ConsulToken> Tokens { get; init; } = [];

    /// <summary>Whether <c>/lab/faults/...</c> is served, which lets everybody who can connect switch faults; see <see cref="ConsulFaults"/>.</summary>
    /// <value>Default false.</value>
    public bool FaultEndpoint { get; init; }

    /// <summary>
    /// Whether a session request with a chunked body is read. Consul looks only at bodies that announce their length and
    /// silently makes a session of defaults otherwise; a client that works only with this set is broken.
    /// </summary>
    /// <value>Default false, as Consul does; the server logs a warning when it ignores a body.</value>
    public bool ReadChunkedSessionBodies { get; init; }

    /// <summary>Whether check updates and deregistrations may be asked for with GET, as clients older than Consul 1.0 do.</summary>
    /// <value>Default false: 405, as Consul answers.</value>
    public bool LenientVerbs { get; init; }

    /// <summary>Where the server reports; nothing is reported per request.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

/// <summary>A token and its rights. Reading follows from writing.</summary>
public sealed class ConsulToken
{
    /// <summary>What the client sends.</summary>
    public required string Secret { get; init; }

    /// <summary>Prefixes of keys that may be read; an empty text is every key.</summary>
    public IReadOnlyList<string> KeyReadPrefixes { get; init; } = [];

    /// <summary>Prefixes of keys that may be written and read.</summary>
    public IReadOnlyList<string> KeyWritePrefixes { get; init; } = [];

    /// <summary>Whether sessions may be made, renewed and destroyed.</summary>
    public bool SessionWrite { get; init; }

    /// <summary>Whether nodes, services and checks may be registered, updated and removed.</summary>
    public bool ServiceWrite { get; init; }
}
