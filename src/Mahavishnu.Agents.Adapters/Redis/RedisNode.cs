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

    /// <summary>Writes a heartbeat of this region on every master: in a Cluster one per master, each under a key that lands there.</summary>
    /// <param name="beat">The heartbeat; the process name must be one line.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>Where it was written; refused when there is no master here.</returns>
    public Task<DataAnswer<RedisBeatWritten>> BeatAsync(RedisBeat beat, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(beat);
        return RunAsync((calls, token) => RedisBeats.WriteAsync(_link, calls, beat, token), deadline, cancellationToken);
    }

    /// <summary>Reads the heartbeats of all regions on every server, masters and replicas, each on the server itself.</summary>
    /// <param name="deadline">For the whole call; a frozen server makes the call last that long.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<RedisBeatsReading>> ReadBeatsAsync(TimeSpan deadline, CancellationToken cancellationToken) =>
        RunAsync((calls, token) => RedisBeats.ReadAsync(_link, calls, token), deadline, cancellationToken);

    /// <summary>Makes a master of this region's replica, of several the one with most data, and proves it by its role and by a write.</summary>
    /// <param name="token">The caller's fencing token, from 0 to 2^53; the same again is fine, one below a stored token is refused.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <remarks>
    /// <para>
    /// The token is compared with the one stored under <c>{prefix}fence</c> before the promotion, and compared and stored after it. It keeps
    /// out a caller that comes late. It cannot keep two callers apart that come together: a replica cannot be written before it is promoted,
    /// so a promotion under the lower token may be carried out and only then be found stale, which is reported as unknown. Nor does
    /// it stop the former master, which is to be fenced first, nor survive a <c>FLUSHALL</c> or an eviction of the key.
    /// </para>
    /// <para>
    /// Other replicas of this region go on following their master. A Cluster is refused: it promotes its own replicas. An answer that does
    /// not come in time is unknown, and the promotion may yet be carried out when a frozen server goes on: ask again before acting on it.
    /// </para>
    /// </remarks>
    public Task<DataAnswer<RedisChange>> PromoteAsync(long token, TimeSpan deadline, CancellationToken cancellationToken)
    {
        CheckToken(token);
        return RunAsync((calls, inner) => RedisPromotion.RunAsync(_link, calls, token, inner), deadline, cancellationToken);
    }

    /// <summary>Stops the application from writing on every server, and stores the token on every master.</summary>
    /// <param name="token">The caller's fencing token, from 0 to 2^53; the same again is fine, one below a stored token is refused.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <returns>Ok only when it is proven on every server known; unknown, with what is missing, otherwise.</returns>
    /// <remarks>
    /// With <see cref="RedisOptions.ApplicationUser"/> that user is turned off and its connections are ended: it cannot read either. Without
    /// one, <c>min-replicas-to-write</c> is set beyond reach: nobody can write, the agent's heartbeat included, and everybody can read.
    /// Neither outlives a restart of the server unless somebody saves its configuration meanwhile: repeat the call while the fence is needed.
    /// </remarks>
    public Task<DataAnswer<RedisChange>> FenceAsync(long token, TimeSpan deadline, CancellationToken cancellationToken)
    {
        CheckToken(token);
        return RunAsync((calls, inner) => RedisFence.TurnAsync(_link, calls, token, open: false, inner), deadline, cancellationToken);
    }

    /// <summary>The reverse of <see cref="FenceAsync"/>, with the same rules.</summary>
    /// <param name="token">The caller's fencing token, from 0 to 2^53; the same again is fine, one below a stored token is refused.</param>
    /// <param name="deadline">For the whole call.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<RedisChange>> OpenAsync(long token, TimeSpan deadline, CancellationToken cancellationToken)
    {
        CheckToken(token);
        return RunAsync((calls, inner) => RedisFence.TurnAsync(_link, calls, token, open: true, inner), deadline, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private static void CheckToken(long token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(token, RedisAuthority.MaxToken);
    }

    private Task<DataAnswer<T>> RunAsync<T>(Func<RedisCalls, CancellationToken, Task<T>> call, TimeSpan deadline, CancellationToken cancellationToken) =>
        RedisCalls.RunAsync(_link.Name, deadline, _time, call, cancellationToken);
}
