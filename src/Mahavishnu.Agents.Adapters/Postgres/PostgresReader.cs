using System.Data.Common;
using Mahavishnu.Agents.Core.Regions;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Takes a reading, in one round trip.</summary>
internal static class PostgresReader
{
    /// <summary>Asks everything at once.</summary>
    public static async Task<PostgresReading> ReadAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var facts = session.Facts;
        string[] questions =
        [
            PostgresQueries.Server(facts), PostgresQueries.Senders, PostgresQueries.Receiver, PostgresQueries.Slots, PostgresQueries.Subscriptions(facts),
            .. facts.Installed ? [PostgresQueries.Heartbeats, PostgresQueries.Fence] : Array.Empty<string>(),
        ];
        await using var batch = new NpgsqlBatch(session.Connection);
        foreach (var question in questions)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(question));
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var server = (await rows.ListAsync(row => Server(row, facts), cancellationToken))[0];
        return server with
        {
            Senders = await rows.ListAsync(Sender, cancellationToken),
            Receiver = await rows.FirstAsync(Receiver, cancellationToken),
            Slots = await rows.ListAsync(Slot, cancellationToken),
            Subscriptions = await rows.ListAsync(Subscription, cancellationToken),
            Heartbeats = facts.Installed ? await rows.ListAsync(Heartbeat, cancellationToken) : [],
            Fence = facts.Installed ? await rows.FirstAsync(PostgresWrites.Fence, cancellationToken) : null,
        };
    }

    private static PostgresReading Server(DbDataReader row, PostgresFacts facts) => new()
    {
        Version = facts.Version,
        InRecovery = row.GetBoolean(9),
        SystemIdentifier = row.GetInt64(0),
        DefaultReadOnly = row.GetBoolean(1),
        Timeline = row.GetInt32(2),
        Written = row.Lsn(3),
        Received = row.Lsn(4),
        Replayed = row.Lsn(5),
        ReplayPaused = row.GetBoolean(6),
        DatabaseBytes = row.GetInt64(7),
        WalBytes = row.Value<long>(8),
        Senders = [],
        Slots = [],
        Subscriptions = [],
        Heartbeats = [],
    };

    private static PostgresSender Sender(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.Lsn(2), row.Lsn(3), row.Duration(4), row.GetString(5), row.Duration(6), row.Value<long>(7));

    private static PostgresReceiver Receiver(DbDataReader row) => new(
        row.GetString(0), row.Value<int>(1), row.Lsn(2), row.Duration(3), row.Text(4), row.Value<int>(5));

    private static PostgresSlot Slot(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetBoolean(2), row.Value<long>(3), row.Value<long>(4), row.Text(5), row.Value<long>(6));

    private static PostgresSubscription Subscription(DbDataReader row) => new(
        row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.Lsn(3), row.Lsn(4), row.Duration(5), row.Value<long>(6), row.Value<long>(7), row.GetInt32(8));

    private static PostgresHeartbeat Heartbeat(DbDataReader row) => new(
        new RegionId(row.GetString(0)), row.GetString(1), row.GetInt64(2), row.GetFieldValue<DateTimeOffset>(3));
}
