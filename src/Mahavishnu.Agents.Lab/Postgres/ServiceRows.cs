using Npgsql;

namespace Mahavishnu.Agents.Lab.Postgres;

/// <summary>What the sample service writes to: whichever of the servers lets the application write, the one that did so last first.</summary>
internal sealed class ServiceRows : IAsyncDisposable
{
    /// <summary>The variable with the ports of the servers, in the order in which they are tried, separated by commas.</summary>
    public const string Variable = "MAHAVISHNU_LAB_POSTGRES";

    private readonly List<(int Port, NpgsqlDataSource Source)> _servers;
    private volatile int _last;

    /// <summary>Prepares; nothing is connected yet.</summary>
    public ServiceRows(IEnumerable<int> ports) => _servers =
    [
        .. ports.Select(static port => (port, NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = port, Username = LabDatabases.Application, Database = LabDatabases.Name, SslMode = SslMode.Disable, Timeout = 1, CommandTimeout = 1, MaxPoolSize = 4,
        }))),
    ];

    /// <summary>Writes a row.</summary>
    /// <returns>The port of the server that has committed it; null when none did.</returns>
    public async Task<int?> WriteAsync(Guid request, CancellationToken cancellationToken)
    {
        foreach (var index in Enumerable.Range(0, _servers.Count).OrderBy(i => i != _last))
        {
            try
            {
                if (await WriteAsync(_servers[index].Source, request, cancellationToken))
                {
                    _last = index;
                    return _servers[index].Port;
                }
            }
            catch (NpgsqlException)
            {
                return null; // It may have been committed; another server must not get it too.
            }
        }

        return null;
    }

    /// <summary>Whether it was committed; false when that is certain not to be so.</summary>
    private static async Task<bool> WriteAsync(NpgsqlDataSource source, Guid request, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection;
        try
        {
            connection = await source.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            return false; // Fenced, or dead.
        }

        await using (connection)
        {
            await using var command = new NpgsqlCommand("insert into requests (request) values ($1)", connection) { Parameters = { new() { Value = request } } };
            try
            {
                return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
            {
                return false;
            }
        }
    }

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, source) in _servers)
        {
            await source.DisposeAsync();
        }
    }
}
