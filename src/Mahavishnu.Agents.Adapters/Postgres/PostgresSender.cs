namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>One connection through which the server sends its log: a row of <c>pg_stat_replication</c>.</summary>
/// <param name="Name">The receiver's application name.</param>
/// <param name="State"><c>startup</c>, <c>catchup</c>, <c>streaming</c>, <c>backup</c> or <c>stopping</c>.</param>
/// <param name="Sent">The last position sent; null when the server does not say.</param>
/// <param name="Replayed">The last position that the receiver says it has replayed; null before its first reply.</param>
/// <param name="ReplayLag">How long recent records took to be replayed. Null means unknown, not zero: a frozen receiver shows it too.</param>
/// <param name="SyncState"><c>async</c>, <c>potential</c>, <c>sync</c> or <c>quorum</c>.</param>
/// <param name="ReplyAge">Time since the receiver's last reply, from its clock to the server's; may be negative when the clocks differ. Null before the first.</param>
/// <param name="BytesBehind">Bytes written here and not known to be replayed there; null when <paramref name="Replayed"/> is.</param>
public sealed record PostgresSender(
    string Name,
    string State,
    PostgresLsn? Sent,
    PostgresLsn? Replayed,
    TimeSpan? ReplayLag,
    string SyncState,
    TimeSpan? ReplyAge,
    long? BytesBehind);
