using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>
/// One PostgreSQL server, of version 13 or later: reads its state, beats, fences, opens and promotes it. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Every method holds its deadline, whatever the server and the network do, and throws only for a wrong argument
/// (<see cref="ArgumentException"/>) and when its caller cancels (<see cref="OperationCanceledException"/>). Fencing tokens are
/// greater than 0; the server refuses one that is lower than the greatest it has seen, in the transaction that would have acted.
/// </remarks>
public sealed class PostgresNode : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly PostgresCalls _calls;

    /// <summary>Connects when it is first asked something.</summary>
    /// <exception cref="IOException">The file with the authorities cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It is no PEM file.</exception>
    public PostgresNode(PostgresOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _calls) = (options, time, new PostgresCalls(options, time));
    }

    /// <summary>Takes a reading, in two round trips. Refused unless the role is a member of <c>pg_monitor</c>, since lag is hidden from others.</summary>
    public Task<DataAnswer<PostgresReading>> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) => session.Facts.Monitors
            ? new DataAnswer<PostgresReading>.Ok(await PostgresReader.ReadAsync(session, stop))
            : _calls.Refuse<PostgresReading>($"hides its state from role {_options.Username}: grant pg_monitor to it"),
        deadline,
        cancellationToken);

    /// <summary>Looks whether it takes writes.</summary>
    public Task<DataAnswer<PostgresLook>> LookAsync(TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync<PostgresLook>(
        async (session, stop) => new DataAnswer<PostgresLook>.Ok(session.Facts.Installed && await PostgresWrites.ReadFenceAsync(session, stop) is { } found
            ? new PostgresLook(session.Facts.InRecovery, found.Fence, await PostgresWrites.LastBeatAsync(session, _options.Region, stop))
            : new PostgresLook(session.Facts.InRecovery, null, null)),
        deadline,
        cancellationToken);

    /// <summary>Writes a beat into the region's row, also while the database is read-only by default: the proof that it takes writes.</summary>
    /// <returns>The beat; refused by a standby.</returns>
    public Task<DataAnswer<PostgresBeat>> BeatAsync(PostgresBeat beat, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(beat);
        return _calls.RunAsync(
            async (session, stop) =>
            {
                if (CannotWrite<PostgresBeat>(session) is { } refusal)
                {
                    return refusal;
                }

                await PostgresWrites.BeatAsync(session, _options.Region, beat, stop);
                return new DataAnswer<PostgresBeat>.Ok(beat);
            },
            deadline,
            cancellationToken);
    }

    /// <summary>
    /// Keeps the application out: ends its right to connect, makes the database read-only by default, ends its sessions and waits
    /// until the last is gone. Can be repeated; after any other answer than Refused it may be in part in force.
    /// </summary>
    /// <returns>The fence, with the position after everything that was committed; refused for a stale token and by a standby.</returns>
    public Task<DataAnswer<PostgresFence>> FenceAsync(long token, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(token);
        return _calls.RunAsync(
            async (session, stop) =>
            {
                if (CannotWrite<PostgresFence>(session) is { } refusal)
                {
                    return refusal;
                }

                var (_, wrong) = await FenceRowAsync(session, stop);
                if (wrong is not null)
                {
                    return wrong;
                }

                await PostgresWrites.FenceAsync(session, "mahavishnu.fence($1)", [token], stop);
                while (true)
                {
                    var fence = await PostgresWrites.FenceAsync(session, "mahavishnu.end_sessions($1)", [token], stop);
                    if (fence.FencedAt is not null)
                    {
                        return new DataAnswer<PostgresFence>.Ok(fence);
                    }

                    await Task.Delay(PollInterval, _time, stop);
                }
            },
            deadline,
            cancellationToken);
    }

    /// <summary>Lets the application in again, for this node's region. Can be repeated.</summary>
    /// <returns>The fence; refused for a stale token, for one that has opened another region, and by a standby.</returns>
    public Task<DataAnswer<PostgresFence>> OpenAsync(long token, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(token);
        return _calls.RunAsync((session, stop) => OpenAsync(session, token, stop), deadline, cancellationToken);
    }

    /// <summary>
    /// Makes a standby the primary and opens it for this node's region. Can be repeated, also after any other answer and while an
    /// earlier promotion is still under way; a primary is only opened.
    /// </summary>
    /// <param name="token">The fencing token.</param>
    /// <param name="wait">How long the server waits for its promotion, in whole seconds and at least 1 s; give less than <paramref name="deadline"/>.</param>
    /// <param name="deadline">For the whole.</param>
    /// <param name="cancellationToken">Ends the wait, not the promotion.</param>
    /// <returns>
    /// The fence, written by the new primary; refused for a stale token, for one that has opened another region, and while replay
    /// is paused. Unknown when the promotion is still under way.
    /// </returns>
    public Task<DataAnswer<PostgresFence>> PromoteAsync(long token, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(token);
        var promotion = new PostgresPromotion(_calls, _options.Region, _time);
        return _calls.RunAsync(
            async (session, stop) =>
            {
                if (session.Facts.InRecovery)
                {
                    var (fence, wrong) = await FenceRowAsync(session, stop);
                    var failure = wrong ?? await promotion.RunAsync(session, fence!, token, wait, stop);
                    if (failure is not null)
                    {
                        return failure;
                    }
                }

                return await OpenAsync(session with { Facts = session.Facts with { InRecovery = false } }, token, stop);
            },
            deadline,
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private async Task<DataAnswer<PostgresFence>> OpenAsync(PostgresSession session, long token, CancellationToken stop)
    {
        if (CannotWrite<PostgresFence>(session) is { } refusal)
        {
            return refusal;
        }

        var (_, wrong) = await FenceRowAsync(session, stop);
        return wrong ?? new DataAnswer<PostgresFence>.Ok(
            await PostgresWrites.FenceAsync(session, "mahavishnu.open($1, $2)", [token, _options.Region.Value], stop));
    }

    private DataAnswer<T>? CannotWrite<T>(PostgresSession session) =>
        session.Facts.InRecovery ? PostgresFailures.Standby<T>(_calls.Name) :
        session.Facts.Installed ? null : NotInstalled<T>();

    /// <summary>The fence as it is, or why it is not this node's to change.</summary>
    private async Task<(PostgresFence? Fence, DataAnswer<PostgresFence>? Wrong)> FenceRowAsync(PostgresSession session, CancellationToken stop)
    {
        if (!session.Facts.Installed || await PostgresWrites.ReadFenceAsync(session, stop) is not { } found)
        {
            return (null, NotInstalled<PostgresFence>());
        }

        return _options.ApplicationRole is { } role && role != found.ApplicationRole
            ? (null, _calls.Refuse<PostgresFence>($"is installed for application role {found.ApplicationRole}, and {role} is configured: install it again"))
            : (found.Fence, null);
    }

    private DataAnswer<T> NotInstalled<T>() =>
        _calls.Refuse<T>($"has no schema mahavishnu in database {_options.Database}: install it on the primary");
}
