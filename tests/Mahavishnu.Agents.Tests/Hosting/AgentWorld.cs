using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Lab.Consul;
using Mahavishnu.Agents.Lab.Edge;
using Mahavishnu.Agents.Lab.Processes;
using Mahavishnu.Agents.Lab.Service;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Stores, services, an edge and agents in this process, over real sockets. Disposing it leaves nothing behind.</summary>
internal sealed class AgentWorld : IAsyncDisposable
{
    public const string Prefix = "mahavishnu/control/";
    public static readonly RegionId Us = new("us-east-1");
    public static readonly RegionId Eu = new("eu-west-1");
    public static readonly RegionId Ap = new("ap-southeast-1");
    public static readonly RegionId DeadBackup = new("us-west-2");
    public static readonly IReadOnlyList<RegionId> Quorum = [Us, Eu, Ap];
    private readonly IReadOnlyDictionary<RegionId, WorldPorts> _ports;
    private readonly Dictionary<RegionId, ConsulServer> _stores = [];
    private readonly Dictionary<RegionId, SampleService> _services = [];
    private readonly Dictionary<RegionId, WebApplication> _agents = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };

    private AgentWorld(IReadOnlyDictionary<RegionId, WorldPorts> ports, EdgeServer edge) => (_ports, Edge) = (ports, edge);

    public string Root { get; } = Directory.CreateTempSubdirectory("mahavishnu-agents-").FullName;

    public string ConfigDirectory => Path.Combine(Root, "config");

    public EdgeServer Edge { get; }

    /// <summary>The regions whose agents run.</summary>
    public IEnumerable<RegionId> Running => _agents.Keys;

    /// <summary>A world without agents.</summary>
    public static async Task<AgentWorld> CreateAsync(WorldOptions options, CancellationToken cancellationToken)
    {
        var free = FreePorts.Find((Quorum.Count * 3) + 1);
        var ports = Quorum.Select((region, i) => (region, new WorldPorts(free[i * 3], free[(i * 3) + 1], free[(i * 3) + 2]))).ToDictionary();
        if (options.DeadBackup)
        {
            ports[DeadBackup] = new WorldPorts(free[^1], 0, 0);
        }

        var edge = await EdgeServer.StartAsync(ports.ToDictionary(static p => p.Key, static p => At(p.Value.Service)), WorldTokens.All["edge"], new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System, cancellationToken);
        var world = new AgentWorld(ports, edge);
        WorldConfiguration.Write(world.Root, options, ports, edge.Address);
        foreach (var region in Quorum)
        {
            world._services[region] = await SampleService.StartAsync(region, new IPEndPoint(IPAddress.Loopback, ports[region].Service), cancellationToken);
            if (options.Stores)
            {
                await world.StartStoreAsync(region, cancellationToken);
            }
        }

        return world;
    }

    public Uri Agent(RegionId region) => At(_ports[region].Agent);

    public string TokenFile(string name) => WorldTokens.File(Root, name);

    public AgentOptions Options(RegionId region)
    {
        var loaded = ConfigLoader.Load(ConfigDirectory, region.Value, "production", new Dictionary<string, string>());
        Assert.Empty(loaded.Errors.Select(static e => e.ToString()));
        return loaded.Options!;
    }

    public async Task StartStoreAsync(RegionId region, CancellationToken cancellationToken) =>
        _stores[region] = await ConsulServer.StartAsync(new ConsulServerOptions { Port = _ports[region].Consul, Datacenter = region.Value }, cancellationToken);

    public async Task StopStoreAsync(RegionId region)
    {
        _stores.Remove(region, out var store);
        await store!.DisposeAsync();
    }

    public async Task KillServiceAsync(RegionId region)
    {
        _services.Remove(region, out var service);
        await service!.DisposeAsync();
    }

    public async Task StartAgentAsync(RegionId region, CancellationToken cancellationToken)
    {
        _agents[region] = AgentHost.Build(Options(region));
        await _agents[region].StartAsync(cancellationToken);
    }

    public Task StartAgentsAsync(CancellationToken cancellationToken) => Task.WhenAll(Quorum.Select(region => StartAgentAsync(region, cancellationToken)));

    public async Task StopAgentAsync(RegionId region)
    {
        if (_agents.Remove(region, out var agent))
        {
            await agent.StopAsync(CancellationToken.None);
            await agent.DisposeAsync();
        }
    }

    /// <summary>Sends a request to an agent, with the token of the on-call engineer unless told otherwise.</summary>
    public async Task<Reply> SendAsync(RegionId agent, HttpMethod method, string path, string? body = null, string? token = WorldTokens.OnCall)
    {
        using var request = new HttpRequestMessage(method, new Uri(Agent(agent), path));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply((int)answer.StatusCode, text, string.Join(", ", answer.Content.Headers.Allow), answer.Content.Headers.ContentType?.ToString());
    }

    public Task<Reply> GetAsync(RegionId agent, string path, string? token = WorldTokens.OnCall) => SendAsync(agent, HttpMethod.Get, path, null, token);

    public Task<Reply> PostAsync(RegionId agent, string path, string body, string? token = WorldTokens.OnCall) => SendAsync(agent, HttpMethod.Post, path, body, token);

    public async Task<JsonNode> StatusAsync(RegionId agent) => (await GetAsync(agent, "/v1/status")).Json;

    /// <summary>Waits until all running agents see the same leader, with its address, and gives its region.</summary>
    public Task<RegionId> LeaderAsync() => LeaderAsync([.. Running]);

    /// <summary>The same for agents that run in processes of their own, and may still be starting.</summary>
    public async Task<RegionId> LeaderAsync(IReadOnlyList<RegionId> agents)
    {
        var leader = await Until.SeenAsync("one leader that every agent sees", async () =>
        {
            var seen = await Task.WhenAll(agents.Select(TryStatusAsync));
            var leaders = seen.Select(static s => (string?)s?["leader"]?["address"] is { Length: > 0 } ? (string?)s["leader"]!["region"] : null).Distinct().ToList();
            return leaders is [{ } one] && seen.Any(s => (string?)s!["region"] == one && Role(s) == "Leader") ? one : null;
        });
        return new RegionId(leader);
    }

    private async Task<JsonNode?> TryStatusAsync(RegionId agent)
    {
        try
        {
            return await StatusAsync(agent);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public static string Role(JsonNode status) => (string)status["leadership"]!["role"]!;

    /// <summary>The agreed condition of a region as an agent shows it.</summary>
    public static string Condition(JsonNode status, RegionId region) =>
        (string)status["regions"]!.AsArray().First(r => (string?)r!["region"] == region.Value)!["condition"]!;

    /// <summary>A control key as it stands at a store; null when it does not.</summary>
    public async Task<string?> KeyAsync(RegionId store, string key)
    {
        using var answer = await _http.GetAsync(new Uri(At(_ports[store].Consul), $"v1/kv/{Prefix}{key}?raw"), TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Writes a control key at a store, as a stranger would.</summary>
    public async Task PutKeyAsync(RegionId store, string key, string value)
    {
        using var content = new StringContent(value);
        using var answer = await _http.PutAsync(new Uri(At(_ports[store].Consul), $"v1/kv/{Prefix}{key}"), content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<Footprint> FootprintAsync() => new(await EverywhereAsync("journal/current"), await EverywhereAsync("epoch"), await EverywhereAsync("maintenance"), Routes);

    /// <summary>The routing that the edge follows.</summary>
    public string Routes => Edge.Control.Current.Routes.ToString();

    /// <summary>The audit lines of an agent.</summary>
    public IReadOnlyList<JsonNode> Audit(RegionId agent)
    {
        using var file = new StreamReader(new FileStream(Path.Combine(Root, "data", $"{agent}-1", "audit.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_agents.Keys.ToList().Select(StopAgentAsync));
        foreach (var part in _stores.Values.Cast<IAsyncDisposable>().Concat(_services.Values).Append(Edge))
        {
            await part.DisposeAsync();
        }

        _http.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private async Task<string> EverywhereAsync(string key) => string.Join('\n', await Task.WhenAll(_stores.Keys.Order().Select(store => KeyAsync(store, key))));

    private static Uri At(int port) => new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/");
}
