using System.Data.Common;
using Mahavishnu.Agents.Core.Regions;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Calls of the schema's functions, each a transaction that is sent whole, so that no lock waits for this process.</summary>
internal static class PostgresWrites
{
    /// <summary>The fence and the role that it is for; null when the row is missing.</summary>
    public static async Task<(PostgresFence Fence, string ApplicationRole)?> ReadFenceAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PostgresQueries.Fence, session.Connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (Fence(rows), rows.GetString(4)) : null;
    }

    /// <summary>The last beat of a region; null before the first.</summary>
    public static async Task<(string Process, long Sequence)?> LastBeatAsync(PostgresSession session, RegionId region, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select process, sequence from mahavishnu.heartbeat where region = $1", session.Connection)
        {
            Parameters = { new NpgsqlParameter { Value = region.Value } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetString(0), rows.GetInt64(1)) : null;
    }

    /// <summary>Calls a function that gives the fence. Its commit waits for no other server: it has to work when they are gone.</summary>
    public static async Task<PostgresFence> FenceAsync(
        PostgresSession session, string call, object[] arguments, CancellationToken cancellationToken)
    {
        await using var batch = Transaction(
            session, "set local synchronous_commit = local", $"select {PostgresQueries.FenceColumns} from {call}", arguments);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return (await rows.ListAsync(Fence, cancellationToken))[0]; // And goes on to the commit, so that its failure is seen.
    }

    /// <summary>Writes a beat. Its commit waits for whom the server is told to wait for, as the application's does.</summary>
    public static async Task BeatAsync(PostgresSession session, RegionId region, PostgresBeat beat, CancellationToken cancellationToken)
    {
        await using var batch = Transaction(
            session, null, "select mahavishnu.beat($1, $2, $3, $4)", [region.Value, beat.Process, beat.Sequence, beat.Stamp.ToUniversalTime()]);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A row of <see cref="PostgresQueries.FenceColumns"/>.</summary>
    public static PostgresFence Fence(DbDataReader row) => new(
        row.GetInt64(0), row.GetBoolean(1), row.Text(2) is { } region ? new RegionId(region) : null, row.Lsn(3));

    /// <summary>A call in a transaction of its own, whatever the database has for a default.</summary>
    public static NpgsqlBatch Transaction(PostgresSession session, string? setting, string call, object[] arguments)
    {
        var called = new NpgsqlBatchCommand(call);
        foreach (var argument in arguments)
        {
            called.Parameters.Add(argument as NpgsqlParameter ?? new NpgsqlParameter { Value = argument });
        }

        var batch = new NpgsqlBatch(session.Connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("begin transaction read write"));
        if (setting is not null)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(setting));
        }

        batch.BatchCommands.Add(called);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        return batch;
    }
}
