using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Edge;
using Mahavishnu.Agents.Lab.Postgres;
using Mahavishnu.Agents.Lab.Processes;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>
/// A deployment on this machine: per region a store, a sample service and an agent, each a process of its own, and in this
/// process the edge that users go through. Disposing it leaves nothing behind.
/// </summary>
internal sealed class LabWorld : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly TimeProvider _time;
    private readonly LabPlan _plan;
    private readonly AgentProgram _program;
    private readonly HttpClient _client;
    private readonly Dictionary<RegionId, RegionProcesses> _regions;

    private LabWorld(LabPlan plan, AgentProgram program, string agentToken, EdgeServer edge, TimeProvider time)
    {
        (_plan, _program, AgentToken, Edge, _time) = (plan, program, agentToken, edge, time);
        _regions = plan.Regions.ToDictionary(static r => r.Region, r => new RegionProcesses(r, plan, program));
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(1) };
    }

    /// <summary>The lab's directory: configuration, data and logs.</summary>
    public string Directory => _plan.Directory;

    /// <summary>Where the agents' configuration is, for the other verbs.</summary>
    public string ConfigDirectory => _plan.ConfigDirectory;

    /// <summary>The regions in order.</summary>
    public IReadOnlyList<RegionPlan> Regions => _plan.Regions;

    /// <summary>What users go through.</summary>
    public EdgeServer Edge { get; }

    /// <summary>The bearer token of the agents' HTTP interface.</summary>
    public string AgentToken { get; }

    /// <summary>The databases; null when there are none.</summary>
    public LabDatabases? Databases { get; private init; }

    /// <summary>Whether files are kept after the end.</summary>
    public bool KeepsFiles { get; set; }

    /// <summary>Starts every process, stores and services first, and returns when all agents answer.</summary>
    /// <exception cref="LabException">Something did not start; the message has its last words.</exception>
    public static async Task<LabWorld> StartAsync(LabWorldOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("mahavishnu-lab-").FullName;
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "logs"));
        var ports = FreePorts.Find(options.Regions * 4);
        var regions = LabRegions.All.Take(options.Regions)
            .Select((facts, i) => new RegionPlan(facts, ports[i * 3], ports[(i * 3) + 1], ports[(i * 3) + 2]))
            .ToList();
        var (agentToken, edgeToken) = (RandomNumberGenerator.GetHexString(32, lowercase: true), RandomNumberGenerator.GetHexString(32, lowercase: true));
        var edge = await EdgeServer.StartAsync(regions.ToDictionary(static r => r.Region, static r => r.Service), edgeToken, new IPEndPoint(IPAddress.Loopback, 0), time, cancellationToken);
        var named = regions.Select(static r => r.Region).OrderBy(r => r != options.Primary).ToList();
        var databases = options.Primary is not null ? await LabDatabases.StartAsync(named, [.. ports.Skip(options.Regions * 3)], options.Synchronous, time, cancellationToken) : null;
        var plan = new LabPlan(directory, options.Timing, regions, edge.Address, options.HoldsEuropeanData) { Databases = databases?.Configuration() ?? "", DatabasePorts = databases?.Ports };
        var world = new LabWorld(plan, options.Program, agentToken, edge, time) { Databases = databases };
        var started = false;
        try
        {
            LabConfiguration.Write(plan, agentToken, edgeToken);
            if (databases is not null)
            {
                await world.InstallAsync(cancellationToken);
                await databases.FollowAsync(named[0], named.Skip(1), cancellationToken);
            }

            await world.StartAsync([.. regions.Select(static r => r.Region)], cancellationToken);
            started = true;
            return world;
        }
        finally
        {
            if (!started)
            {
                await world.DisposeAsync();
            }
        }
    }

    /// <summary>The processes of a region.</summary>
    public RegionProcesses this[RegionId region] => _regions[region];

    /// <summary>Starts whatever does not run in some regions, the agents when their store and service answer, and waits for them to answer.</summary>
    /// <exception cref="LabException">Something did not start.</exception>
    public async Task StartAsync(IReadOnlyList<RegionId> regions, CancellationToken cancellationToken)
    {
        foreach (var region in regions)
        {
            _regions[region].Start(RegionPart.Consul, RegionPart.Service);
        }

        await Task.WhenAll(regions.SelectMany(region => new[]
        {
            WaitAsync(region, RegionPart.Consul, cancellationToken), WaitAsync(region, RegionPart.Service, cancellationToken),
        }));
        foreach (var region in regions)
        {
            _regions[region].Start(RegionPart.Agent);
        }

        await Task.WhenAll(regions.Select(region => WaitAsync(region, RegionPart.Agent, cancellationToken)));
    }

    /// <summary>Starts one part of a region and waits for it to answer.</summary>
    /// <exception cref="LabException">It did not start.</exception>
    public async Task StartAsync(RegionId region, RegionPart part, CancellationToken cancellationToken)
    {
        _regions[region].Start(part);
        await WaitAsync(region, part, cancellationToken);
    }

    /// <summary>Kills everything in a region.</summary>
    public Task KillAsync(RegionId region, CancellationToken cancellationToken) => Task.WhenAll(
        _regions[region].KillAsync([RegionPart.Service, RegionPart.Agent, RegionPart.Consul], cancellationToken),
        Databases?[region].KillAsync(cancellationToken) ?? Task.CompletedTask);

    /// <summary>Makes every service abort the connections of one observer's probes, or serve them again.</summary>
    public async Task DenyAsync(RegionId observer, bool denied, CancellationToken cancellationToken)
    {
        foreach (var region in Regions)
        {
            await SwitchAsync(denied ? HttpMethod.Put : HttpMethod.Delete, new Uri(region.Service, $"lab/deny/{observer}"), cancellationToken);
        }
    }

    /// <summary>Makes a region's service say that it is well or ill.</summary>
    public Task SetHealthAsync(RegionId region, bool healthy, CancellationToken cancellationToken) =>
        SwitchAsync(HttpMethod.Put, new Uri(_regions[region].Plan.Service, $"lab/health/{(healthy ? "healthy" : "unhealthy")}"), cancellationToken);

    /// <summary>Sends one request of each audience through the edge, which is slow the first time, and not the users' concern.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach (var region in Regions)
        {
            while (!await _client.AnswersAsync(new Uri(Edge.Address, $"u/{region.Region}/api/v1/ping"), cancellationToken))
            {
                await Task.Delay(PollInterval, _time, cancellationToken);
            }
        }
    }

    /// <summary>What a region's agent answers to a GET with the lab's token, as text; a failure is a text that says so.</summary>
    public async Task<string> ReadAgentAsync(RegionId region, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_regions[region].Plan.Agent, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AgentToken);
        try
        {
            using var answer = await _client.SendAsync(request, cancellationToken);
            return await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException)
        {
            return $"{request.RequestUri} did not answer: {failure.Message}";
        }
    }

    /// <summary>The processes that ended although nobody killed them, each with its last words.</summary>
    public IReadOnlyList<string> Fallen() =>
        [.. _regions.Values.SelectMany(static r => r.Running).Where(static p => p.HasExited).Select(static p => $"{p.Name}: {p.LastErrors(3)}")];

    /// <summary>Kills every process, stops the edge and deletes the files unless they are kept.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var region in _regions.Values)
        {
            await region.DisposeAsync();
        }

        if (Databases is not null)
        {
            await Databases.DisposeAsync();
        }

        await Edge.DisposeAsync();
        _client.Dispose();
        if (!KeepsFiles)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    /// <summary>Installs what the agents need in the primary, as an operator would.</summary>
    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        await using var install = LabProcess.Start(
            _program, "postgres-install", ["postgres", "install", "--config", ConfigDirectory, "--region", Regions[0].Region.Value], Path.Combine(Directory, "logs"));
        if (await install.EndAsync(cancellationToken) is not 0 and var code)
        {
            throw new LabException(string.Create(CultureInfo.InvariantCulture, $"postgres install ended with {code}:{Environment.NewLine}{install.LastErrors(10)}"));
        }
    }

    private async Task SwitchAsync(HttpMethod method, Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        using var answer = await _client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private Task WaitAsync(RegionId region, RegionPart part, CancellationToken cancellationToken) =>
        _regions[region].WaitAsync(part, _client, _time, cancellationToken);
}
