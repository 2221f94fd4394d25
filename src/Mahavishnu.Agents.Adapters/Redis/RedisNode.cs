using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>The Redis of one region: a server alone, a master with its replicas, or a Cluster; which of these, it finds out by asking.</summary>
/// <remarks>
/// Every call ends within its deadline, also when a server is frozen, and gives a value for whatever servers and network do; only the
/// caller's own cancellation is thrown. A server that was down is found again by itself, within about two seconds of its return.
/// Safe for concurrent use.
/// </remarks>
public sealed class RedisNode : IAsyncDisposable
{
    private readonly RedisLink _link;
    private readonly TimeProvider _time;

    /// <summary>Prepares the node; no connection is made yet.</summary>
    /// <param name="options">Where the servers are.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says which and why.</exception>
    public RedisNode(RedisOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_link, _time) = (new RedisLink(options, time), time);
    }

    /// <summary>Asks every server for its state. A part of them suffices; the others are listed as silent.</summary>
    /// <param name="deadline">For the whole call; a frozen server makes the call last that long.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<RedisReading>> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync((calls, token) => RedisReader.ReadAsync(_link, calls, token), deadline, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private Task<DataAnswer<T>> RunAsync<T>(Func<RedisCalls, CancellationToken, Task<T>> call, TimeSpan deadline, CancellationToken cancellationToken) =>
        RedisCalls.RunAsync(_link.Name, deadline, _time, call, cancellationToken);
}
