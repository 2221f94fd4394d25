namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>The connection through which a standby receives the log: the row of <c>pg_stat_wal_receiver</c>.</summary>
/// <param name="Status">E.g. <c>streaming</c> or <c>waiting</c>.</param>
/// <param name="Timeline">The timeline of what was received last; null when the server does not say.</param>
/// <param name="LatestEnd">The sender's last known end of the log; null before its first message.</param>
/// <param name="LastMessageAge">Time since the sender's last message, by the standby's clock; null before the first.</param>
/// <param name="SenderHost">The sender's host; null when the server does not say.</param>
/// <param name="SenderPort">The sender's port; null when the server does not say.</param>
public sealed record PostgresReceiver(
    string Status, int? Timeline, PostgresLsn? LatestEnd, TimeSpan? LastMessageAge, string? SenderHost, int? SenderPort);
