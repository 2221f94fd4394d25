using System.Text;
using System.Text.Json;
using Npgsql;
using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>
/// Prepares a database for the agent: schema <c>mahavishnu</c> with its tables and functions, and a role for the agent that can
/// watch, beat, fence, open and promote, and neither read nor write what is the application's.
/// </summary>
/// <remarks>
/// The functions that need more run with the rights of whoever installs them (<c>SECURITY DEFINER</c>). <c>PUBLIC</c> loses the
/// right to connect to the database: grant it to further roles, such as those of backups and reports, one by one.
/// </remarks>
public static class PostgresInstaller
{
    private static readonly string[] Parts = ["install", "standbys", "links", "conflicts", "grants"];

    /// <summary>The script for <c>psql</c>, to be run as a superuser on the primary. It is one transaction and holds no password.</summary>
    /// <exception cref="ArgumentException">A name is empty or cannot be a name.</exception>
    public static string Script(PostgresInstallOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tables = JsonSerializer.Serialize(options.ConflictTables.Select(static t => new { table = t.Table, key = t.Key, version = t.VersionColumn }));
        return $"""
            {string.Concat(Parts.Select(Part))}select pg_temp.mahavishnu_install({Literal(options.Database)}, {Literal(options.AgentRole)}, {Literal(options.ApplicationRole)}, {Quoted(tables)});
            drop function pg_temp.mahavishnu_install(text, text, text, jsonb);
            commit;

            """;
    }

    /// <summary>Runs the script.</summary>
    /// <param name="administrator">How to reach the database as a superuser.</param>
    /// <param name="options">For whom.</param>
    /// <param name="time">The clock of the deadline.</param>
    /// <param name="deadline">For the whole; after it the script may still be applied, and may be run again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The server's version as one number, e.g. 150020; refused on a standby, and with the server's words when it says no.</returns>
    /// <exception cref="ArgumentException">A name is empty or cannot be a name.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<DataAnswer<int>> InstallAsync(
        PostgresOptions administrator,
        PostgresInstallOptions options,
        TimeProvider time,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        var script = Script(options);
        var calls = new PostgresCalls(administrator, time);
        await using (calls)
        {
            return await calls.RunAsync<int>(
                async (session, stop) =>
                {
                    if (session.Facts.InRecovery)
                    {
                        return calls.Refuse<int>("is a standby; install on its primary");
                    }

                    await using var command = new NpgsqlCommand(script, session.Connection);
                    await command.ExecuteNonQueryAsync(stop);
                    return new DataAnswer<int>.Ok(session.Facts.Version);
                },
                deadline,
                cancellationToken);
        }
    }

    private static string Part(string name)
    {
        using var file = typeof(PostgresInstaller).Assembly.GetManifestResourceStream($"Mahavishnu.Agents.Adapters.Postgres.{name}.sql")!;
        using var reader = new StreamReader(file, Encoding.UTF8);
        return $"{reader.ReadToEnd()}\n";
    }

    /// <summary>A literal of SQL that is a name. A name with a NUL or of more than 63 bytes is none.</summary>
    private static string Literal(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return !name.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(name) <= 63
            ? Quoted(name)
            : throw new ArgumentException($"'{name}' is no name for PostgreSQL: at most 63 bytes, and no NUL.", nameof(name));
    }

    /// <summary>A literal of SQL, whatever <c>standard_conforming_strings</c> says.</summary>
    private static string Quoted(string text) =>
        $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
