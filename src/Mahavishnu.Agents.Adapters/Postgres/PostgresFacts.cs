using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>What has to be known of a server before anything is asked of it.</summary>
/// <param name="Version">As one number, e.g. 150020.</param>
/// <param name="InRecovery">Whether it is a standby.</param>
/// <param name="Installed">Whether the database has the fence.</param>
/// <param name="Monitors">Whether the role sees what <c>pg_monitor</c> sees; without it lag reads as null, which looks like none.</param>
/// <param name="ListsWal">Whether the role may list the log's directory.</param>
/// <param name="SeesSubscriptionIds">Whether the role may read <c>pg_subscription.oid</c>.</param>
internal sealed record PostgresFacts(int Version, bool InRecovery, bool Installed, bool Monitors, bool ListsWal, bool SeesSubscriptionIds)
{
    private const string Question = """
        select current_setting('server_version_num')::int, pg_is_in_recovery(),
            exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'mahavishnu' and c.relname = 'fence'),
            pg_has_role('pg_monitor', 'usage'),
            has_function_privilege('pg_ls_waldir()', 'execute'),
            has_column_privilege('pg_subscription', 'oid', 'select')
        """;

    /// <summary>Asks, in one round trip.</summary>
    public static async Task<PostgresFacts> AskAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return new PostgresFacts(
            rows.GetInt32(0), rows.GetBoolean(1), rows.GetBoolean(2), rows.GetBoolean(3), rows.GetBoolean(4), rows.GetBoolean(5));
    }
}
