using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.HaProxy;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A real HAProxy with a backend for each audience and a canary in each that is not ours.</summary>
internal sealed class HaProxyWorld : TargetWorld
{
    private readonly HaProxyProcess _proxy = new();

    private HaProxyWorld(int tcpPort, int frontendPort) => (TcpPort, FrontendPort) = (tcpPort, frontendPort);

    public int TcpPort { get; }

    /// <summary>Where the users of us-east-1 come in.</summary>
    public int FrontendPort { get; }

    /// <param name="balance">The algorithm of the backends.</param>
    /// <param name="weight">The configured weight of our servers.</param>
    /// <param name="ports">The ports of the origins; without them nothing listens there.</param>
    /// <param name="canaryWeight">The weight of the server that is not ours.</param>
    public static async Task<HaProxyWorld> StartAsync(
        string balance = "roundrobin", int weight = 100, IReadOnlyDictionary<RegionId, int>? ports = null, int canaryWeight = 10)
    {
        Assert.SkipWhen(HaProxyProcess.Missing is not null, HaProxyProcess.Missing ?? "");
        var world = new HaProxyWorld(LocalServer.FreePort(), LocalServer.FreePort());
        var configuration = $"""
            global
                stats socket {world._proxy.AdminSocket} mode 600 level admin
                stats socket {world._proxy.Socket("operator")} mode 600 level operator
                stats socket ipv4@127.0.0.1:{world.TcpPort} level admin
            defaults
                mode http
                timeout connect 1s
                timeout client 10s
                timeout server 10s
            frontend us
                bind 127.0.0.1:{world.FrontendPort}
                default_backend users-us
            {Backend("users-us", balance, weight, ports, canaryWeight)}
            {Backend("users-eu", balance, weight, ports, canaryWeight)}

            """;
        await world._proxy.StartAsync(configuration, TestContext.Current.CancellationToken);
        return world;
    }

    public override ITrafficTarget Target() => At(new Uri($"unix://{_proxy.AdminSocket}"), TimeSpan.FromSeconds(5));

    public override ITrafficTarget Distrusted() => At(new Uri($"unix://{_proxy.Socket("operator")}"), TimeSpan.FromSeconds(5));

    public override ITrafficTarget At(int port, TimeSpan timeout) => At(new Uri($"tcp://127.0.0.1:{port}"), timeout);

    public ITrafficTarget WithRoutes(IReadOnlyDictionary<RegionId, HaProxyBackend> routes) => new HaProxyTrafficTarget(
        new HaProxyOptions { Name = "edge-1", Address = new Uri($"unix://{_proxy.AdminSocket}"), Routes = routes }, TimeProvider.System);

    public static HaProxyBackend Route(string audience) =>
        new($"users-{audience}", new Dictionary<RegionId, string> { [Us] = "us", [Eu] = "eu", [Ap] = "ap" });

    public override async Task<string> StateAsync() => string.Join('\n', await ServersAsync());

    public override async Task<string> ForeignAsync() =>
        string.Join('\n', (await ServersAsync()).Where(static line => line.Contains("canary", StringComparison.Ordinal)));

    /// <summary>Sends a command as an operator would.</summary>
    public Task<string> CommandAsync(string command) => _proxy.CommandAsync(command, TestContext.Current.CancellationToken);

    public override ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private static HaProxyTrafficTarget At(Uri address, TimeSpan timeout) => new(
        new HaProxyOptions
        {
            Name = "edge-1", Address = address, Timeout = timeout,
            Routes = new Dictionary<RegionId, HaProxyBackend> { [Us] = Route("us"), [Eu] = Route("eu") },
        }, TimeProvider.System);

    private static string Backend(string name, string balance, int weight, IReadOnlyDictionary<RegionId, int>? ports, int canaryWeight) => $"""
        backend {name}
            balance {balance}
            server us 127.0.0.1:{ports?[Us] ?? 1} weight {weight}
            server eu 127.0.0.1:{ports?[Eu] ?? 1} weight {weight} disabled
            server ap 127.0.0.1:{ports?[Ap] ?? 1} weight {weight} disabled
            server canary 127.0.0.1:1 weight {canaryWeight}
        """;

    private async Task<string[]> ServersAsync()
    {
        // The tenth column counts the seconds since the last change; all others stand still when nothing is changed.
        var lines = (await CommandAsync("show servers state")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2);
        return [.. lines.Select(static line => string.Join(' ', line.Split(' ').Where(static (_, column) => column != 9)))];
    }
}
