using System.Data;
using Mahavishnu.Agents.Adapters.Stores;
using Npgsql;
using NpgsqlTypes;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>
/// The conflicts that one region's database knows, and what was decided of them. Give it connections of its own: a session that
/// carries out a decision has a replication origin, which must mark nothing else. Safe for concurrent use; holds its deadlines as
/// <see cref="PostgresNode"/> does.
/// </summary>
/// <param name="options">How to reach the server.</param>
/// <param name="time">The clock of the deadlines.</param>
public sealed class PostgresConflicts(PostgresOptions options, TimeProvider time) : IAsyncDisposable
{
    private const string End = "select mahavishnu.end_decision()";
    private readonly PostgresCalls _calls = new(options, time);

    /// <summary>The oldest conflicts that the region has not decided, each as JSON.</summary>
    public Task<DataAnswer<IReadOnlyList<string>>> PendingAsync(int most, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) =>
        {
            await using var command = new NpgsqlCommand("select c from mahavishnu.pending_conflicts($1) c", session.Connection) { Parameters = { Of(most) } };
            await using var rows = await command.ExecuteReaderAsync(stop);
            return (DataAnswer<IReadOnlyList<string>>)new DataAnswer<IReadOnlyList<string>>.Ok(await rows.ListAsync(static row => row.GetString(0), stop));
        },
        deadline,
        cancellationToken);

    /// <summary>Where a conflict stands.</summary>
    public Task<DataAnswer<PostgresStanding>> StandingAsync(Guid id, string table, string key, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) =>
        {
            await using var command = new NpgsqlCommand("select decided, prior, winner from mahavishnu.conflict_standing($1, $2, $3)", session.Connection) { Parameters = { Of(id), Of(table), Json(key) } };
            await using var rows = await command.ExecuteReaderAsync(stop);
            var standing = await rows.ListAsync(static row => new PostgresStanding(row.GetBoolean(0), row.Value<long>(1), row.Text(2)), stop);
            return (DataAnswer<PostgresStanding>)new DataAnswer<PostgresStanding>.Ok(standing[0]);
        },
        deadline,
        cancellationToken);

    /// <summary>Keeps a decision and carries it out, in one transaction. Can be repeated.</summary>
    /// <returns>
    /// <c>already</c>, <c>again</c> (another decision for the row came first), <c>superseded</c>, <c>agreed</c>, <c>restored</c>, <c>replaced</c> or <c>deleted</c>;
    /// or <c>refused</c> with what is wrong with this very decision, such as a value that its column does not take.
    /// </returns>
    public Task<DataAnswer<PostgresOutcome>> DecideAsync(PostgresDecision decision, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return WriteAsync(
            "select mahavishnu.apply_decision($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                Of(decision.Id), Of(decision.Table), Json(decision.Key), Of(decision.Strategy), Of(decision.Winner), Of(decision.Losers), Of(decision.Latest),
                new NpgsqlParameter { Value = decision.Prior is { } prior ? prior : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            ],
            deadline,
            cancellationToken);
    }

    /// <summary>Keeps a conflict that cannot be decided, with the reason.</summary>
    public Task<DataAnswer<PostgresOutcome>> RefuseAsync(PostgresDecision decision, string reason, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return WriteAsync(
            "select mahavishnu.refuse_conflict($1, $2, $3, $4, $5, $6)",
            [Of(decision.Id), Of(decision.Table), Json(decision.Key), Of(decision.Strategy), Of(decision.Losers), Of(reason)],
            deadline,
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private static NpgsqlParameter Of(object value) => new() { Value = value };

    private static NpgsqlParameter Json(string text) => new() { Value = text, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private Task<DataAnswer<PostgresOutcome>> WriteAsync(string call, NpgsqlParameter[] arguments, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        async (session, stop) =>
        {
            var committed = false;
            try
            {
                await using var batch = PostgresWrites.Transaction(session, null, call, arguments);
                await using var rows = await batch.ExecuteReaderAsync(stop);
                var outcome = (await rows.ListAsync(static row => row.GetString(0), stop))[0]; // And goes on to the commit.
                committed = true;
                return (DataAnswer<PostgresOutcome>)new DataAnswer<PostgresOutcome>.Ok(new PostgresOutcome(outcome, ""));
            }
            catch (PostgresException wrong) when (wrong.SqlState is "MH005" or "42P01" || wrong.SqlState.StartsWith("22", StringComparison.Ordinal) || wrong.SqlState.StartsWith("23", StringComparison.Ordinal))
            {
                return new DataAnswer<PostgresOutcome>.Ok(new PostgresOutcome(PostgresOutcome.Refused, $"{wrong.MessageText} ({wrong.SqlState})"));
            }
            finally
            {
                await EndAsync(session, committed, stop);
            }
        },
        deadline,
        cancellationToken);

    /// <summary>Gives the origin back for other sessions. A session that broke has lost it.</summary>
    private static async Task EndAsync(PostgresSession session, bool committed, CancellationToken stop)
    {
        if (session.Connection.FullState == ConnectionState.Open)
        {
            await using var command = new NpgsqlCommand(committed ? End : $"rollback; {End}", session.Connection);
            await command.ExecuteNonQueryAsync(stop);
        }
    }
}
