using System.Globalization;
using Mahavishnu.Agents.Adapters.Stores;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Tells a standby whom to follow, and keeps the slots of a primary. Safe for concurrent use; same rules as <see cref="PostgresNode"/>.</summary>
public sealed class PostgresStandby : IAsyncDisposable
{
    private readonly PostgresCalls _calls;

    /// <summary>Connects when it is first asked something.</summary>
    /// <exception cref="IOException">The file with the authorities cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It is no PEM file.</exception>
    public PostgresStandby(PostgresOptions options, TimeProvider time) => _calls = new PostgresCalls(options, time);

    /// <summary>
    /// Writes <c>primary_conninfo</c> and <c>primary_slot_name</c>, and lets the server read them: it leaves its old primary and
    /// connects to the new one. Can be repeated.
    /// </summary>
    /// <param name="source">The server to follow.</param>
    /// <param name="slot">The slot there, and the name of the connection.</param>
    /// <param name="deadline">For the whole.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True; refused by a primary, and by a server that does not allow the agent these settings.</returns>
    public Task<DataAnswer<bool>> FollowAsync(PostgresReplicationSource source, string slot, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _calls.RunAsync(
            async (session, stop) =>
            {
                if (!session.Facts.InRecovery)
                {
                    return _calls.Refuse<bool>("is no standby, and follows nobody");
                }

                // None of these may stand in a transaction, and none takes a parameter.
                await ExecuteAsync(session, $"alter system set primary_conninfo = {Literal(source.ToConninfo(slot))}", stop);
                await ExecuteAsync(session, $"alter system set primary_slot_name = {Literal(slot)}", stop);
                await ExecuteAsync(session, "select pg_reload_conf()", stop);
                return new DataAnswer<bool>.Ok(true);
            },
            deadline,
            cancellationToken);
    }

    /// <summary>Makes physical slots that are not there, reserving nothing yet. Can be repeated.</summary>
    public Task<DataAnswer<bool>> MakeSlotsAsync(IReadOnlyList<string> names, TimeSpan deadline, CancellationToken cancellationToken) =>
        CallAsync("select mahavishnu.make_slot(n) from unnest($1) n", names, deadline, cancellationToken);

    /// <summary>Drops physical slots that nobody streams from. Can be repeated.</summary>
    public Task<DataAnswer<bool>> DropSlotsAsync(IReadOnlyList<string> names, TimeSpan deadline, CancellationToken cancellationToken) =>
        CallAsync("select mahavishnu.drop_slot(n) from unnest($1) n", names, deadline, cancellationToken);

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private Task<DataAnswer<bool>> CallAsync(string call, IReadOnlyList<string> names, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync<bool>(
        async (session, stop) =>
        {
            await using var command = new NpgsqlCommand(call, session.Connection) { Parameters = { new NpgsqlParameter { Value = names.ToArray() } } };
            await command.ExecuteNonQueryAsync(stop);
            return new DataAnswer<bool>.Ok(true);
        },
        deadline,
        cancellationToken);

    private static async Task ExecuteAsync(PostgresSession session, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, session.Connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Literal(string text) =>
        $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}

/// <summary>How a standby reaches its primary. Holds no password: the standby's server has one in a file of its own.</summary>
/// <param name="Host">The primary's name or address.</param>
/// <param name="Port">Its port.</param>
/// <param name="User">The role with the right <c>REPLICATION</c>.</param>
/// <param name="Passfile">The password file on the standby's machine; null for the usual one of its user, or none.</param>
/// <param name="SslMode">libpq's <c>sslmode</c>.</param>
public sealed record PostgresReplicationSource(string Host, int Port, string User, string? Passfile, string SslMode)
{
    /// <summary>The text of <c>primary_conninfo</c>, with the slot's name for the connection's.</summary>
    public string ToConninfo(string application)
    {
        (string Key, string? Value)[] parts =
        [
            ("host", Host), ("port", Port.ToString(CultureInfo.InvariantCulture)), ("user", User), ("sslmode", SslMode), ("application_name", application), ("passfile", Passfile),
        ];
        return string.Join(' ', parts.Where(static p => p.Value is not null).Select(static p => $"{p.Key}='{p.Value!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'"));
    }
}
