using System.Globalization;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Network;
using Npgsql;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>
/// Real PostgreSQL servers, one to a region, that replicate a database to each other by pglogical, the last update winning. It has
/// a table <c>orders</c> of the application's, and the schema of the agent.
/// </summary>
public sealed class PglogicalServers : IAsyncDisposable
{
    /// <summary>The application's role.</summary>
    public const string Application = "app";

    /// <summary>The agent's role.</summary>
    public const string Agent = "agent";

    /// <summary>The database.</summary>
    public const string Database = "shop";

    private const string Library = "/usr/lib/postgresql/15/lib/pglogical.so";
    private const string Plugins = "output_plugin_libraries";
    private readonly Dictionary<RegionId, PostgresServer> _servers = [];

    /// <summary>Why they cannot run here; null when they can.</summary>
    public static string? Missing { get; } =
        PostgresServer.Missing ?? (File.Exists(Library) ? null : $"{Library} is missing: install Debian's package postgresql-15-pglogical to run this test.");

    /// <summary>The regions.</summary>
    public IReadOnlyCollection<RegionId> Regions => _servers.Keys;

    /// <summary>The server of a region.</summary>
    public PostgresServer this[RegionId region] => _servers[region];

    /// <summary>The node of a region.</summary>
    public static string NodeOf(RegionId region) => region.Value.Replace('-', '_');

    /// <summary>A region's subscription to another.</summary>
    public static string LinkOf(RegionId to, RegionId from) => $"{NodeOf(to)}_from_{NodeOf(from)}";

    /// <summary>Makes and starts them, and waits until each receives from each other.</summary>
    public static async Task<PglogicalServers> StartAsync(IReadOnlyList<RegionId> regions, CancellationToken cancellationToken)
    {
        var servers = new PglogicalServers();
        try
        {
            var plugins = await KnowsAsync(Plugins, cancellationToken) ? new[] { $"{Plugins}='pgoutput,pglogical_output'" } : [];
            foreach (var region in regions)
            {
                servers._servers[region] = await PostgresServer.CreateAsync(
                    ["shared_preload_libraries='pglogical'", "track_commit_timestamp=on", "max_worker_processes=16", "pglogical.conflict_resolution='last_update_wins'", .. plugins], cancellationToken);
            }

            await Task.WhenAll(regions.Select(r => servers.PrepareAsync(r, cancellationToken)));
            foreach (var to in regions)
            {
                foreach (var from in regions.Where(r => r != to))
                {
                    await servers.SubscribeAsync(to, from, cancellationToken);
                }
            }

            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>How a region's server is reached.</summary>
    public PostgresOptions Options(RegionId region, string role = Agent) =>
        new() { Region = region, Host = "127.0.0.1", Port = _servers[region].Port, Database = Database, Username = role, Tls = PostgresTls.Disable };

    /// <summary>Runs statements as the superuser.</summary>
    public Task ExecuteAsync(RegionId region, string statements, CancellationToken cancellationToken) => _servers[region].ExecuteAsync(Database, statements, cancellationToken);

    /// <summary>One text as the superuser; empty when there is no row.</summary>
    public async Task<string> TextAsync(RegionId region, string question, CancellationToken cancellationToken)
    {
        await using var connection = await _servers[region].ConnectAsync("postgres", Database, cancellationToken);
        await using var command = new NpgsqlCommand($"select coalesce((select string_agg(x::text, ';' order by x::text) from ({question}) x), '')", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Every order that a region has, in one line.</summary>
    public Task<string> OrdersAsync(RegionId region, CancellationToken cancellationToken) => TextAsync(region, "select id, item, version from orders", cancellationToken);

    /// <summary>Runs a statement as the application.</summary>
    /// <returns>The error's code; null when it went well.</returns>
    public async Task<string?> ApplicationAsync(RegionId region, string statement, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _servers[region].ConnectAsync(Application, Database, cancellationToken);
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    /// <summary>Makes a subscription and waits until it runs.</summary>
    public async Task SubscribeAsync(RegionId to, RegionId from, CancellationToken cancellationToken)
    {
        await ExecuteAsync(to, $"select pglogical.create_subscription('{LinkOf(to, from)}', '{Reach(from)}', synchronize_data := false, forward_origins := '{{}}')", cancellationToken);
        while (await TextAsync(to, $"select status from pglogical.show_subscription_status('{LinkOf(to, from)}')", cancellationToken) != "(replicating)")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Ends all.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }

    private async Task PrepareAsync(RegionId region, CancellationToken cancellationToken)
    {
        await _servers[region].ExecuteAsync("postgres", $"create role {Application} login", cancellationToken);
        await _servers[region].ExecuteAsync("postgres", $"create database {Database}", cancellationToken);
        await ExecuteAsync(region, $"create extension pglogical; create table orders (id int primary key, item text, version bigint); alter table orders owner to {Application}", cancellationToken);
        await ExecuteAsync(region, $"select pglogical.create_node('{NodeOf(region)}', '{Reach(region)}'); select pglogical.replication_set_add_all_tables('default', array['public'])", cancellationToken);
        var installed = await PostgresInstaller.InstallAsync(
            Options(region, "postgres"),
            new PostgresInstallOptions { Database = Database, ApplicationRole = Application, AgentRole = Agent, ConflictTables = [new PostgresConflictTable("public.orders", ["id"], "version")] },
            TimeProvider.System,
            TimeSpan.FromSeconds(30),
            cancellationToken);
        if (installed is not DataAnswer<int>.Ok)
        {
            throw new InvalidOperationException(installed.Problem);
        }
    }

    private string Reach(RegionId region) => string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={_servers[region].Port} dbname={Database} user=postgres");

    /// <summary>Whether this version of the server has a setting.</summary>
    private static async Task<bool> KnowsAsync(string setting, CancellationToken cancellationToken) =>
        (await Command.RunAsync(["/bin/sh", "-c", $"/usr/bin/setpriv --reuid=postgres --regid=postgres --init-groups /usr/lib/postgresql/15/bin/postgres --describe-config | grep -c '^{setting}' || true"], cancellationToken)).Trim() != "0";
}
