using System.Globalization;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>What all endpoints share.</summary>
/// <param name="Options">How the server is set up.</param>
/// <param name="Store">The datacenter.</param>
/// <param name="Reads">Reads that may block.</param>
/// <param name="Access">Who may do what.</param>
/// <param name="Leader">Whether there is a leader.</param>
internal sealed record EndpointContext(ConsulServerOptions Options, ConsulStore Store, BlockingReads Reads, AccessControl Access, Leadership Leader)
{
    /// <summary>Longest value of a key, and longest transaction, in bytes. Source: Consul documentation, <c>kv_max_value_size</c>, <c>txn_max_req_len</c>.</summary>
    public const int MaxBody = 512 * 1024;

    /// <summary>The address that names the leader; nothing listens there.</summary>
    public const string LeaderAddress = "127.0.0.1:8300";

    /// <summary>Adds the headers that a read carries; clients refuse a read without them.</summary>
    public ConsulResponse WithMeta(ConsulResponse response, ulong index) => WithLeader(response)
        .With("X-Consul-Index", Math.Max(index, 1).ToString(CultureInfo.InvariantCulture))
        .With("X-Consul-Query-Backend", "blocking-query");

    /// <summary>Adds what a read knows about the leader.</summary>
    public ConsulResponse WithLeader(ConsulResponse response) => response
        .With("X-Consul-KnownLeader", Leader.HasLeader ? "true" : "false")
        .With("X-Consul-LastContact", "0");

    /// <summary>Writes and turns a refusal into Consul's error.</summary>
    /// <exception cref="RequestRefusedException">500, the state machine refused.</exception>
    public CommandOutcome Write(ConsulCommand command)
    {
        var outcome = Store.Write(command);
        return outcome.Error is { } error ? throw new RequestRefusedException(500, "apply failed: " + error) : outcome;
    }
}
