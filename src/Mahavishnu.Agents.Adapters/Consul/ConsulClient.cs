namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>The calls of one Consul store that this agent uses, typed; it decides, retries and remembers nothing.</summary>
/// <remarks>
/// Thread-safe. Every call gives a <see cref="ConsulResult{T}"/>; it throws only when the caller's own token is cancelled,
/// after which the outcome of a write is unknown, or for an argument that could never be right. Each client has its own
/// connections: use one for heartbeats and another for blocking reads, so that neither waits for the other.
/// </remarks>
public sealed class ConsulClient : IDisposable
{
    private readonly ConsulTransport _transport;

    /// <summary>Reads the TLS files and opens no connection yet.</summary>
    /// <param name="options">Where the store is and how to prove who we are.</param>
    /// <param name="time">The clock of all deadlines.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or a file cannot be used.</exception>
    public ConsulClient(ConsulOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        Address = options.Address;
        _transport = new ConsulTransport(options, time);
        Sessions = new ConsulSessions(_transport);
        Keys = new ConsulKeys(_transport);
        Transactions = new ConsulTransactions(_transport);
        Status = new ConsulStatus(_transport);
        Agent = new ConsulAgent(_transport);
    }

    /// <summary>The store that this client talks to.</summary>
    public Uri Address { get; }

    /// <summary>Sessions: the liveness of lock holders.</summary>
    public ConsulSessions Sessions { get; }

    /// <summary>Keys, values and locks.</summary>
    public ConsulKeys Keys { get; }

    /// <summary>Several key operations, all or none.</summary>
    public ConsulTransactions Transactions { get; }

    /// <summary>What the store's servers say of their own cluster.</summary>
    public ConsulStatus Status { get; }

    /// <summary>Registration of services and their checks at the agent that answers at <see cref="Address"/>.</summary>
    public ConsulAgent Agent { get; }

    /// <inheritdoc />
    public void Dispose() => _transport.Dispose();
}
