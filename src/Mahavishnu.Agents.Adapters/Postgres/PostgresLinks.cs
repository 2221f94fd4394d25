using System.Data.Common;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>
/// The exchange of one server with others that write too, by logical replication: reads it, switches subscriptions, drops slots
/// that keep too much, and sums up tables. Safe for concurrent use; holds its deadlines as <see cref="PostgresNode"/> does.
/// </summary>
/// <param name="options">How to reach the server.</param>
/// <param name="time">The clock of the deadlines.</param>
public sealed class PostgresLinks(PostgresOptions options, TimeProvider time) : IAsyncDisposable
{
    private const string Server = "select pg_current_wal_lsn()::text, mahavishnu.node_name()";
    private const string Links = "select kind, name, provider, slot, enabled, running, status, applied::text, pending, loops from mahavishnu.links() order by 1, 2";
    private const string Published = "select p from mahavishnu.published() p order by 1";
    private const string Tables = "select distinct schema_name, table_name from mahavishnu.replicated_tables() order by 1, 2";
    private const string Digest = "select bucket, row_count, digest from mahavishnu.table_digest($1, $2, $3)";

    private const string Slots = """
        select slot_name::text, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint, confirmed_flush_lsn::text, coalesce(wal_status, '') = 'lost'
        from pg_replication_slots where slot_type = 'logical' and database = current_database() order by 1
        """;

    private readonly PostgresCalls _calls = new(options, time);

    /// <summary>Reads all of it in one round trip. Refused by a standby, and where the schema is not installed.</summary>
    public Task<DataAnswer<PostgresLinkReading>> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) => Cannot<PostgresLinkReading>(session) ?? new DataAnswer<PostgresLinkReading>.Ok(await ReadAsync(session, stop)),
        deadline,
        cancellationToken);

    /// <summary>Switches a subscription on or off, under a fencing token that the server remembers. Can be repeated.</summary>
    /// <returns>The fence with the token; refused for a stale one, and when there is no such subscription.</returns>
    public Task<DataAnswer<PostgresFence>> SwitchAsync(long token, PostgresLink link, bool enabled, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(link);
        return _calls.RunAsync(
            async (session, stop) => Cannot<PostgresFence>(session) ?? new DataAnswer<PostgresFence>.Ok(
                await PostgresWrites.FenceAsync(session, "mahavishnu.set_link($1, $2, $3, $4)", [token, link.Kind, link.Name, enabled], stop)),
            deadline,
            cancellationToken);
    }

    /// <summary>Drops a slot that nobody streams from and that keeps more than a limit: whoever held it must be copied anew.</summary>
    /// <returns>How much it kept; refused when it is not so.</returns>
    public Task<DataAnswer<long>> DropIdleSlotAsync(string slot, long limitBytes, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) =>
        {
            if (Cannot<long>(session) is { } refusal)
            {
                return refusal;
            }

            await using var batch = PostgresWrites.Transaction(session, null, "select mahavishnu.drop_idle_slot($1, $2)", [slot, limitBytes]);
            await using var rows = await batch.ExecuteReaderAsync(stop);
            return new DataAnswer<long>.Ok((await rows.ListAsync(static row => row.GetInt64(0), stop))[0]);
        },
        deadline,
        cancellationToken);

    /// <summary>The tables that are replicated, those of schema <c>mahavishnu</c> left out.</summary>
    public Task<DataAnswer<IReadOnlyList<PostgresTable>>> TablesAsync(TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) =>
        {
            await using var command = new NpgsqlCommand(Tables, session.Connection);
            await using var rows = await command.ExecuteReaderAsync(stop);
            return (DataAnswer<IReadOnlyList<PostgresTable>>)new DataAnswer<IReadOnlyList<PostgresTable>>.Ok(
                await rows.ListAsync(static row => new PostgresTable(row.GetString(0), row.GetString(1)), stop));
        },
        deadline,
        cancellationToken);

    /// <summary>What a table holds in each of a number of buckets by key. Reads all of it.</summary>
    public Task<DataAnswer<IReadOnlyDictionary<int, BucketDigest>>> DigestAsync(PostgresTable table, int buckets, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) =>
        {
            await using var command = new NpgsqlCommand(Digest, session.Connection)
            {
                Parameters = { new NpgsqlParameter { Value = table.Schema }, new NpgsqlParameter { Value = table.Name }, new NpgsqlParameter { Value = buckets } },
            };
            await using var rows = await command.ExecuteReaderAsync(stop);
            var found = await rows.ListAsync(static row => (Bucket: row.GetInt32(0), Digest: new BucketDigest(row.GetInt64(1), row.GetString(2))), stop);
            return (DataAnswer<IReadOnlyDictionary<int, BucketDigest>>)new DataAnswer<IReadOnlyDictionary<int, BucketDigest>>.Ok(
                found.ToDictionary(static f => f.Bucket, static f => f.Digest));
        },
        deadline,
        cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private DataAnswer<T>? Cannot<T>(PostgresSession session) =>
        session.Facts.InRecovery ? _calls.Refuse<T>("is a standby; of several regions that write, each has a primary of its own")
        : session.Facts.Installed ? null
        : _calls.Refuse<T>($"has no schema mahavishnu in database {options.Database}: install it");

    private static async Task<PostgresLinkReading> ReadAsync(PostgresSession session, CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(session.Connection);
        foreach (var question in new[] { Server, Links, Slots, Published, PostgresQueries.Heartbeats, PostgresQueries.Fence })
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(question));
        }

        await using var rows = await batch.ExecuteReaderAsync(stop);
        var (written, node) = (await rows.ListAsync(static row => (row.Lsn(0)!.Value, row.Text(1)), stop))[0];
        return new PostgresLinkReading(
            session.Facts.Version,
            node,
            written,
            await rows.ListAsync(Link, stop),
            await rows.ListAsync(Slot, stop),
            await rows.ListAsync(static row => row.GetString(0), stop),
            await rows.ListAsync(static row => new PostgresHeartbeat(new RegionId(row.GetString(0)), row.GetString(1), row.GetInt64(2), row.GetFieldValue<DateTimeOffset>(3)), stop),
            await rows.FirstAsync(PostgresWrites.Fence, stop));
    }

    private static PostgresLink Link(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.Text(2), row.Text(3), row.GetBoolean(4), row.Value<bool>(5) ?? false, row.Text(6) ?? "unknown", row.Lsn(7), row.Value<long>(8), row.GetBoolean(9));

    private static PostgresLogicalSlot Slot(DbDataReader row) => new(row.GetString(0), row.GetBoolean(1), row.Value<long>(2), row.Lsn(3), row.GetBoolean(4));
}
