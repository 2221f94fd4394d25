using System.Globalization;
using Mahavishnu.Agents.Core.Regions;
using Npgsql;

namespace Mahavishnu.Agents.Lab.Postgres;

/// <summary>A server of PostgreSQL in every region: a primary in the first, and physical standbys of it in the others.</summary>
internal sealed class LabDatabases : IAsyncDisposable
{
    /// <summary>The database of the application.</summary>
    public const string Name = "mahavishnu";

    /// <summary>The role of the application.</summary>
    public const string Application = "app";

    private readonly string _directory;
    private readonly IReadOnlyList<RegionId> _regions;
    private readonly Dictionary<RegionId, LabServer> _servers;

    private LabDatabases(string directory, IReadOnlyList<RegionId> regions, Dictionary<RegionId, LabServer> servers) =>
        (_directory, _regions, _servers) = (directory, regions, servers);

    /// <summary>The server of a region.</summary>
    public LabServer this[RegionId region] => _servers[region];

    /// <summary>The ports in the order of the regions.</summary>
    public IReadOnlyList<int> Ports => [.. _regions.Select(r => _servers[r].Port)];

    /// <summary>Makes the primary, with the application's role, database and table. The standbys follow with <see cref="FollowAsync"/>.</summary>
    /// <param name="regions">The regions, that of the primary first.</param>
    /// <param name="ports">A port for each.</param>
    /// <param name="synchronous">Whether a commit of the application waits until one standby has it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LabException">PostgreSQL is missing, or did not start.</exception>
    public static async Task<LabDatabases> StartAsync(IReadOnlyList<RegionId> regions, IReadOnlyList<int> ports, bool synchronous, TimeProvider time, CancellationToken cancellationToken)
    {
        var programs = PostgresPrograms.Find();

        // Not below the lab's directory, which the servers' user may not enter.
        var directory = Directory.CreateTempSubdirectory("mahavishnu-lab-postgres-").FullName;
        await PostgresPrograms.RunAsync(["/bin/chmod", "755", directory], cancellationToken);
        var databases = new LabDatabases(directory, regions, regions.Zip(ports).ToDictionary(static r => r.First, r => new LabServer(programs, Path.Combine(directory, r.First.Value), r.Second, time)));
        try
        {
            foreach (var region in regions)
            {
                await PostgresPrograms.MakeDirectoryAsync(Path.Combine(directory, region.Value), cancellationToken);
            }

            var primary = databases[regions[0]];
            string[] settings = synchronous ? [$"synchronous_standby_names='ANY 1 (\"{string.Join("\", \"", regions.Skip(1).Select(SlotOf))}\")'", "synchronous_commit=local"] : [];
            await primary.CreateAsync(settings, cancellationToken);
            await primary.ExecuteAsync("postgres", $"create role {Application} login", cancellationToken);
            await primary.ExecuteAsync("postgres", $"create database {Name}", cancellationToken);
            await primary.ExecuteAsync(Name, $"create table requests (id bigint generated always as identity primary key, request uuid not null); alter table requests owner to {Application}", cancellationToken);
            if (synchronous)
            {
                await primary.ExecuteAsync("postgres", $"alter role {Application} set synchronous_commit = on", cancellationToken);
            }

            return databases;
        }
        catch
        {
            await databases.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the servers of regions standbys of another's.</summary>
    public Task FollowAsync(RegionId primary, IEnumerable<RegionId> standbys, CancellationToken cancellationToken) =>
        Task.WhenAll(standbys.Select(s => _servers[s].FollowAsync(_servers[primary], SlotOf(s), cancellationToken)));

    /// <summary>What the agents' configuration says of them.</summary>
    public string Configuration() => $"""
        database:
          postgresql:
            mode: primary_replica
            database: {Name}
            application_role: {Application}
            tls: disable
            replication:
              user: postgres
            primary_regions:
        {string.Join('\n', _regions.Select(r => string.Create(CultureInfo.InvariantCulture, $"      - {{region: {r}, endpoint: '127.0.0.1:{_servers[r].Port}', role: {(r == _regions[0] ? "writer" : "replica")}}}")))}

        """;

    /// <summary>How often each request is in a region's database.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> RequestsAsync(RegionId region, CancellationToken cancellationToken)
    {
        await using var connection = await _servers[region].ConnectAsync(Name, cancellationToken);
        await using var command = new NpgsqlCommand("select request, count(*) from requests group by request", connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var requests = new Dictionary<Guid, long>();
        while (await rows.ReadAsync(cancellationToken))
        {
            requests[rows.GetGuid(0)] = rows.GetInt64(1);
        }

        return requests;
    }

    /// <summary>Kills every server and deletes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The name of a region's slot, and of its connection.</summary>
    private static string SlotOf(RegionId region) => region.Value.Replace('-', '_');
}
