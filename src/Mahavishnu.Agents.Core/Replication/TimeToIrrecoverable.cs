using System.Globalization;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>The <see cref="RecoveryWindow"/> of each kind of link. Figures that cannot be are unknown, never safe.</summary>
public static class TimeToIrrecoverable
{
    /// <summary>A time beyond which no limit is near: ten years.</summary>
    private static readonly TimeSpan Far = TimeSpan.FromDays(3650);

    /// <summary>The window of a replication slot.</summary>
    /// <param name="slot">The slot's name.</param>
    /// <param name="active">Whether somebody streams from it.</param>
    /// <param name="walStatus"><c>wal_status</c>; null when the slot reserves nothing or the server does not say.</param>
    /// <param name="safeWalSize"><c>safe_wal_size</c> in bytes; null when there is no limit or the slot is lost.</param>
    /// <param name="retainedBytes">WAL from the slot's <c>restart_lsn</c> to the present end, in bytes.</param>
    /// <param name="bytesPerSecond">How fast the primary writes WAL; null when unknown.</param>
    /// <remarks>Source: PostgreSQL documentation, <c>pg_replication_slots</c>. An unreserved slot may be lost at the next checkpoint.</remarks>
    public static RecoveryWindow ForPostgresSlot(string slot, bool active, string? walStatus, long? safeWalSize, long retainedBytes, double? bytesPerSecond)
    {
        RecoveryWindow Window(RecoveryState state, TimeSpan? left, string reason) => new(StoreNames.Postgresql, slot, left, state, reason);
        var held = Text($"{retainedBytes} bytes of WAL are kept for it{(active ? "" : " and nobody streams from it")}");
        return walStatus switch
        {
            "lost" => Window(RecoveryState.Lost, null, "WAL that the slot needs was removed"),
            "unreserved" => Window(RecoveryState.Counting, TimeSpan.Zero, $"{held}: it may be lost at the next checkpoint"),
            "reserved" or "extended" when safeWalSize is null =>
                Window(RecoveryState.Unlimited, null, $"max_slot_wal_keep_size is -1, so that the disk is the limit: {held}"),
            "reserved" or "extended" => Until(Window, safeWalSize.Value, bytesPerSecond, active && walStatus == "reserved", held),
            _ => Window(RecoveryState.Unknown, null, $"its wal_status is {walStatus ?? "not given"}"),
        };
    }

    /// <summary>How long a replica may be cut off and still go on from the master's backlog.</summary>
    /// <param name="replica">The replica's name.</param>
    /// <param name="backlogSize"><c>repl_backlog_size</c>, in bytes.</param>
    /// <param name="histLen"><c>repl_backlog_histlen</c>, in bytes: how much of it is filled.</param>
    /// <param name="behindBytes">How far the replica is behind the master's offset, of one and the same replication id; negative when that cannot be told.</param>
    /// <param name="bytesPerSecond">How fast the master's offset rises; null when unknown.</param>
    /// <remarks>Source: Redis documentation, "Replication" (partial resynchronisation). Lost means a full resynchronisation.</remarks>
    public static RecoveryWindow ForRedisBacklog(string replica, long backlogSize, long histLen, long behindBytes, double? bytesPerSecond)
    {
        RecoveryWindow Window(RecoveryState state, TimeSpan? left, string reason) => new(StoreNames.Redis, replica, left, state, reason);
        return backlogSize <= 0 || histLen < 0 || behindBytes < 0 ? Window(RecoveryState.Unknown, null, "the master keeps no backlog, or the replica is not of its history")
            : behindBytes > histLen ? Window(RecoveryState.Lost, null, Text($"the replica is {behindBytes} bytes behind and the backlog holds {histLen}"))
            : Until(Window, backlogSize - behindBytes, bytesPerSecond, behindBytes == 0, Text($"the replica is {behindBytes} bytes behind"));
    }

    /// <summary>How long a mirror may stand still before messages that it has not copied are deleted in their source.</summary>
    /// <param name="link">The topic and where it is copied to.</param>
    /// <param name="retention">How long the source keeps messages; null when it does not say.</param>
    /// <param name="behind">How far the mirror is behind, end to end; null when that is not known.</param>
    /// <remarks>Retention by time; what is limited by size can be gone sooner. Source: Kafka documentation, <c>retention.ms</c>.</remarks>
    public static RecoveryWindow ForKafkaRetention(string link, TimeSpan? retention, TimeSpan? behind)
    {
        RecoveryWindow Window(RecoveryState state, TimeSpan? left, string reason) => new(StoreNames.Kafka, link, left, state, reason);
        return retention is not { } kept ? Window(RecoveryState.Unknown, null, "its retention is not configured")
            : behind is not { } lag ? Window(RecoveryState.Unknown, null, "how far it is behind is not known")
            : lag >= kept ? Window(RecoveryState.Lost, null, Text($"it is {lag.TotalSeconds:0} s behind, and the source keeps {kept.TotalSeconds:0} s"))
            : Window(lag < TimeSpan.FromMinutes(1) ? RecoveryState.Safe : RecoveryState.Counting, kept - lag, Text($"it is {lag.TotalSeconds:0.0} s behind, and the source keeps {kept.TotalSeconds:0} s"));
    }

    /// <summary>How long a search index may stay paused or cut off and still go on from its leader's history.</summary>
    /// <param name="index">The index.</param>
    /// <param name="state">Where its replication stands.</param>
    /// <param name="reason">What the follower gave as the reason.</param>
    /// <param name="stoppedFor">For how long at least it has not followed; null when it follows.</param>
    /// <param name="lease">The leader's <c>index.soft_deletes.retention_lease.period</c>.</param>
    /// <remarks>Source: OpenSearch documentation, cross-cluster replication. Past the lease only a new copy helps: resuming is answered with 404.</remarks>
    public static RecoveryWindow ForSearchLease(string index, SearchState state, string reason, TimeSpan? stoppedFor, TimeSpan lease)
    {
        RecoveryWindow Window(RecoveryState kind, TimeSpan? left, string why) => new(StoreNames.OpenSearch, index, left, kind, why);
        ArgumentNullException.ThrowIfNull(reason);
        return state switch
        {
            SearchState.Syncing or SearchState.Bootstrapping => Window(RecoveryState.Safe, null, "it follows, and so renews its lease on the leader's history"),
            SearchState.Unknown or SearchState.NotReplicating or SearchState.Stopping => Window(RecoveryState.Unknown, null, $"the state of its replication is {state}"),
            _ when reason.Contains("retention lease", StringComparison.OrdinalIgnoreCase) => Window(RecoveryState.Lost, null, $"the leader does not keep its history any more: {reason}"),
            _ when stoppedFor is null => Window(RecoveryState.Unknown, null, $"it is {state}, since when is not known"),
            _ when stoppedFor >= lease => Window(RecoveryState.Lost, null, Text($"it is {state} for {stoppedFor.Value.TotalHours:0.#} h at least, and the leader keeps its history for {lease.TotalHours:0.#} h")),
            _ => Window(RecoveryState.Counting, lease - stoppedFor, Text($"it is {state} for {stoppedFor.Value.TotalSeconds:0} s at least, and the leader keeps its history for {lease.TotalHours:0.#} h")),
        };
    }

    private static RecoveryWindow Until(Func<RecoveryState, TimeSpan?, string, RecoveryWindow> window, long bytes, double? bytesPerSecond, bool keepsUp, string held) =>
        bytes <= 0 ? window(RecoveryState.Counting, TimeSpan.Zero, $"{held}: no room is left")
        : bytesPerSecond is not (>= 0 and < double.PositiveInfinity) ? window(RecoveryState.Unknown, null, Text($"{held}, {bytes} are left, and the rate of writes is unknown"))
        : bytes / bytesPerSecond.Value is var seconds && seconds >= Far.TotalSeconds ? window(RecoveryState.Safe, null, Text($"{held}, {bytes} are left, and hardly anything is written"))
        : window(keepsUp ? RecoveryState.Safe : RecoveryState.Counting, TimeSpan.FromSeconds(seconds), Text($"{held}, {bytes} are left at {bytesPerSecond:0} bytes a second"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
