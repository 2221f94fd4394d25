using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>The calls about keys, values and locks.</summary>
/// <remarks>
/// Keys are refused with <see cref="ArgumentException"/> when no path can carry them unchanged: empty, with a leading
/// slash, or with empty, <c>.</c> or <c>..</c> segments. Never put a lock key without acquiring: that resets its LockIndex.
/// Deadlines cover the whole exchange and must be positive; see <see cref="ConsulClient"/> for what is thrown.
/// </remarks>
public sealed class ConsulKeys
{
    /// <summary>The longest wait that Consul grants.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);

    /// <summary>Consul may hold a read this long while it has no leader, after the wait and its jitter of a sixteenth.</summary>
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(7);

    /// <summary>For the way there and back.</summary>
    private static readonly TimeSpan s_transit = TimeSpan.FromSeconds(1);

    private readonly ConsulTransport _transport;

    internal ConsulKeys(ConsulTransport transport) => _transport = transport;

    /// <summary>Whether the calls take a key, with room for a name of 256 characters behind it.</summary>
    public static bool IsKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length > 0 && ConsulKey.Fault(key + new string('x', 256)) is null;
    }

    /// <summary>Reads one key; null when it does not exist.</summary>
    /// <param name="key">The key.</param>
    /// <param name="consistent">Whether the leader must first prove to a majority that it still is; every read that decides needs it.</param>
    /// <param name="deadline">For the whole exchange.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<ConsulResult<ConsulEntry?>> GetAsync(
        string key, bool consistent, TimeSpan deadline, CancellationToken cancellationToken) =>
        ReadEntryAsync(key, consistent, "", deadline, cancellationToken);

    /// <summary>Reads every key that starts with a prefix, in byte order; none is an empty list.</summary>
    /// <param name="prefix">Compared as plain text, so end it with a slash to mean a folder; empty means all keys.</param>
    /// <param name="consistent">As in <see cref="GetAsync"/>.</param>
    /// <param name="deadline">For the whole exchange.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<ConsulResult<IReadOnlyList<ConsulEntry>>> ListAsync(
        string prefix, bool consistent, TimeSpan deadline, CancellationToken cancellationToken) =>
        ReadEntriesAsync(prefix, consistent, "", deadline, cancellationToken);

    /// <summary>Reads one key as soon as it may have changed since <paramref name="position"/>, at the latest after <paramref name="wait"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="consistent">As in <see cref="GetAsync"/>; checked at the start and when woken, not while waiting.</param>
    /// <param name="position">From <see cref="WatchPosition.After"/> of the answer before.</param>
    /// <param name="wait">
    /// Above zero, at most 10 minutes. The store adds up to a sixteenth, and 7 s while it has no leader; this call gives up
    /// one second after that.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task<ConsulResult<ConsulEntry?>> WatchAsync(
        string key, bool consistent, WatchPosition position, TimeSpan wait, CancellationToken cancellationToken) =>
        ReadEntryAsync(key, consistent, Blocking(position, wait), DeadlineOf(wait), cancellationToken);

    /// <summary>As <see cref="WatchAsync"/>, for every key under a prefix.</summary>
    public Task<ConsulResult<IReadOnlyList<ConsulEntry>>> WatchListAsync(
        string prefix, bool consistent, WatchPosition position, TimeSpan wait, CancellationToken cancellationToken) =>
        ReadEntriesAsync(prefix, consistent, Blocking(position, wait), DeadlineOf(wait), cancellationToken);

    /// <summary>Writes whatever is there; always true.</summary>
    public Task<ConsulResult<bool>> PutAsync(
        string key, ConsulValue value, TimeSpan deadline, CancellationToken cancellationToken) =>
        PutAsync(key, value, "", deadline, cancellationToken);

    /// <summary>Writes if the key is still at <paramref name="modifyIndex"/>, or does not exist where that is 0; else false.</summary>
    public Task<ConsulResult<bool>> CompareAndSetAsync(
        string key, ConsulValue value, ulong modifyIndex, TimeSpan deadline, CancellationToken cancellationToken) =>
        PutAsync(key, value, $"cas={modifyIndex}", deadline, cancellationToken);

    /// <summary>
    /// Takes the lock and writes. True also when the session held it already; false when another one does, or while a lock
    /// delay is in force, which shows as a key without a session. Sending it again is harmless.
    /// </summary>
    public Task<ConsulResult<bool>> AcquireAsync(
        string key, ConsulValue value, string session, TimeSpan deadline, CancellationToken cancellationToken) =>
        PutAsync(key, value, $"acquire={ConsulKey.EscapeId(session)}", deadline, cancellationToken);

    /// <summary>
    /// Gives the lock back and writes the value, which replaces what was there. False when the session does not hold it, so
    /// also when an earlier release of unknown outcome had been applied.
    /// </summary>
    public Task<ConsulResult<bool>> ReleaseAsync(
        string key, ConsulValue value, string session, TimeSpan deadline, CancellationToken cancellationToken) =>
        PutAsync(key, value, $"release={ConsulKey.EscapeId(session)}", deadline, cancellationToken);

    /// <summary>Deletes a key, and with it its lock; true also when there was none.</summary>
    public Task<ConsulResult<bool>> DeleteAsync(string key, TimeSpan deadline, CancellationToken cancellationToken) =>
        DeleteAsync(key, "", deadline, cancellationToken);

    /// <summary>Deletes a key that is still at <paramref name="modifyIndex"/>, above 0; else false. True when there is none.</summary>
    public Task<ConsulResult<bool>> DeleteIfAsync(
        string key, ulong modifyIndex, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(modifyIndex);
        return DeleteAsync(key, $"cas={modifyIndex}", deadline, cancellationToken);
    }

    private static string Blocking(WatchPosition position, TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, s_longestWait);
        return $"index={position.Index}&wait={Uri.EscapeDataString(GoDuration.FromTimeSpan(wait).ToString())}";
    }

    private static TimeSpan DeadlineOf(TimeSpan wait) => wait + (wait / 16) + s_hold + s_transit;

    private static string Consistency(bool consistent) => consistent ? "consistent" : "";

    private Task<ConsulResult<ConsulEntry?>> ReadEntryAsync(
        string key, bool consistent, string blocking, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var target = ConsulKey.Target(
            $"/v1/kv/{ConsulKey.Escape(key)}", Consistency(consistent), blocking, _transport.DatacenterParameter);
        return _transport.ReadAsync(
            target,
            answer => Entries(answer, _ => true) switch
            {
                null => null,
                [] when answer.Status == 404 => new ConsulResult<ConsulEntry?>.Ok(null, answer.Meta),
                [var entry] when entry.Key == key => new ConsulResult<ConsulEntry?>.Ok(entry, answer.Meta),
                _ => throw new JsonException("not exactly the one key asked for was answered"),
            },
            deadline,
            cancellationToken);
    }

    private Task<ConsulResult<IReadOnlyList<ConsulEntry>>> ReadEntriesAsync(
        string prefix, bool consistent, string blocking, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var target = ConsulKey.Target(
            $"/v1/kv/{ConsulKey.EscapePrefix(prefix)}", "recurse", Consistency(consistent), blocking, _transport.DatacenterParameter);
        return _transport.ReadAsync(
            target,
            answer => Entries(answer, entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)) is { } entries
                ? new ConsulResult<IReadOnlyList<ConsulEntry>>.Ok(entries, answer.Meta)
                : null,
            deadline,
            cancellationToken);
    }

    /// <summary>
    /// The entries of an answer, none for "not found". Only Consul's own answers carry an index: a proxy's 404 must not be
    /// taken for an absent key, which would be an epoch of zero.
    /// </summary>
    private static ConsulEntry[]? Entries(ConsulAnswer answer, Func<ConsulEntry, bool> belongs)
    {
        if (answer.Status is not (200 or 404))
        {
            return null;
        }

        if (answer.Meta.Index is not > 0)
        {
            throw new JsonException($"status {answer.Status} came without X-Consul-Index");
        }

        var entries = answer.Status == 404
            ? []
            : Array.ConvertAll(ConsulJson.Elements(ConsulJson.Read(answer, ConsulJson.Default.EntryArray)), ConsulEntry.From);
        return !entries.All(belongs) ? throw new JsonException("a key was answered that was not asked for")
            : entries.All(static entry => entry.ModifyIndex > 0) ? entries
            : throw new JsonException("a key was answered that was never written");
    }

    private Task<ConsulResult<bool>> PutAsync(
        string key, ConsulValue value, string condition, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var flags = value.Flags == 0 ? "" : $"flags={value.Flags}";
        var target = ConsulKey.Target($"/v1/kv/{ConsulKey.Escape(key)}", condition, flags, _transport.DatacenterParameter);
        return _transport.WriteAsync(HttpMethod.Put, target, value.Bytes, ConsulJson.ReadFlag, deadline, cancellationToken);
    }

    private Task<ConsulResult<bool>> DeleteAsync(
        string key, string condition, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var target = ConsulKey.Target($"/v1/kv/{ConsulKey.Escape(key)}", condition, _transport.DatacenterParameter);
        return _transport.WriteAsync(HttpMethod.Delete, target, default, ConsulJson.ReadFlag, deadline, cancellationToken);
    }
}
