using System.Globalization;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Npgsql;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>A real PostgreSQL in every region: a primary in the first, and physical standbys of it in the others.</summary>
internal sealed class Databases(IReadOnlyList<RegionId> regions) : IAsyncDisposable
{
    private const string Application = "app";
    private const string Database = "mahavishnu";
    private readonly Dictionary<RegionId, PostgresServer> _servers = [];

    /// <summary>Why they cannot run here; null when they can.</summary>
    public static string? Missing => PostgresServer.Missing;

    /// <summary>The server of a region.</summary>
    public PostgresServer this[RegionId region] => _servers[region];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Makes and starts all of them, with the schema installed and a table of the application's.</summary>
    /// <param name="synchronous">Whether a commit waits until one standby has it.</param>
    public async Task StartAsync(bool synchronous)
    {
        var primary = await PostgresServer.CreateAsync(synchronous ? [$"synchronous_standby_names='ANY 1 (\"{string.Join("\", \"", regions.Skip(1).Select(NameOf))}\")'", "synchronous_commit=local"] : [], Cancelled);
        _servers[regions[0]] = primary;
        await primary.ExecuteAsync("postgres", $"create role {Application} login", Cancelled);
        await primary.ExecuteAsync("postgres", $"create database {Database}", Cancelled);
        await primary.ExecuteAsync(Database, $"create table orders (id bigint primary key); alter table orders owner to {Application}", Cancelled);
        if (synchronous)
        {
            await primary.ExecuteAsync("postgres", $"alter role {Application} set synchronous_commit = on", Cancelled);
        }

        var installed = await PostgresInstaller.InstallAsync(
            new PostgresOptions { Region = regions[0], Host = "127.0.0.1", Port = primary.Port, Database = Database, Username = "postgres", Tls = PostgresTls.Disable },
            new PostgresInstallOptions { Database = Database, ApplicationRole = Application },
            TimeProvider.System,
            TimeSpan.FromSeconds(30),
            Cancelled);
        Assert.IsType<DataAnswer<int>.Ok>(installed);
        foreach (var region in regions.Skip(1))
        {
            var standby = _servers[region] = await primary.CreateStandbyAsync(NameOf(region), Cancelled);
            await standby.ExecuteAsync("postgres", "alter system set synchronous_standby_names = ''", Cancelled); // Its own, for when it is the primary.
            await standby.ExecuteAsync("postgres", "select pg_reload_conf()", Cancelled);
        }
    }

    /// <summary>What an agent's configuration says of them.</summary>
    public string Configuration() => $"""
        database:
          postgresql:
            mode: primary_replica
            application_role: {Application}
            tls: disable
            replication:
              user: postgres
            primary_regions:
        {string.Join('\n', regions.Select(r => string.Create(CultureInfo.InvariantCulture, $"      - {{region: {r}, endpoint: '127.0.0.1:{_servers[r].Port}', role: {(r == regions[0] ? "writer" : "replica")}}}")))}

        """;

    /// <summary>Writes a row as the application would, if the region's database lets it.</summary>
    /// <returns>Whether it was acknowledged.</returns>
    public async Task<bool> TryWriteAsync(RegionId region, long id)
    {
        try
        {
            await using var connection = await _servers[region].ConnectAsync(Application, Database, Cancelled);
            await using var command = new NpgsqlCommand($"insert into orders values ({id.ToString(CultureInfo.InvariantCulture)})", connection);
            return await command.ExecuteNonQueryAsync(Cancelled) == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Why a region's database has not seen a fencing token as wanted; null when it has.</summary>
    public async Task<string?> TokenAsync(RegionId region, Func<long, bool> isWanted)
    {
        var token = await _servers[region].ValueAsync<long>(Database, "select token from mahavishnu.fence", Cancelled);
        return isWanted(token) ? null : string.Create(CultureInfo.InvariantCulture, $"its token is {token}");
    }

    /// <summary>Every row that a region's database has, as its superuser sees it.</summary>
    public async Task<HashSet<long>> RowsAsync(RegionId region)
    {
        await using var connection = await _servers[region].ConnectAsync("postgres", Database, Cancelled);
        await using var command = new NpgsqlCommand("select id from orders", connection);
        await using var rows = await command.ExecuteReaderAsync(Cancelled);
        var ids = new HashSet<long>();
        while (await rows.ReadAsync(Cancelled))
        {
            ids.Add(rows.GetInt64(0));
        }

        return ids;
    }

    /// <summary>A name for a slot and a connection.</summary>
    private static string NameOf(RegionId region) => region.Value.Replace('-', '_');

    /// <summary>Ends all.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }
}
