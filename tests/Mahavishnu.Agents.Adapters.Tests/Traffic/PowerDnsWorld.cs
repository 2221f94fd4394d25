using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A real PowerDNS with a zone in which our two names have foreign neighbours.</summary>
internal sealed class PowerDnsWorld : TargetWorld
{
    private const string Zone = "app.example.";

    private readonly PowerDnsProcess _server = new(null, Credential);

    public int ApiPort => _server.ApiPort;

    public static async Task<PowerDnsWorld> StartAsync()
    {
        Assert.SkipWhen(PowerDnsProcess.Missing is not null, PowerDnsProcess.Missing ?? "");
        var world = new PowerDnsWorld();
        await world._server.StartAsync(TestContext.Current.CancellationToken);
        await world._server.CreateAsync(Zone, TestContext.Current.CancellationToken);
        await world.ReplaceAsync("us.app.example.", "TXT", ("\"not ours\"", false));
        await world.ReplaceAsync("mail.app.example.", "A", ("127.0.9.9", false), ("127.0.1.1", true));
        await world.ReplaceAsync("us.app.example.", "A", ("127.0.1.1", false));
        return world;
    }

    /// <summary>The IPv4 addresses that it answers to whoever asks for a name.</summary>
    public Task<IReadOnlyList<string>> AddressesAsync(string name) => _server.AddressesAsync(name, TestContext.Current.CancellationToken);

    public override ITrafficTarget Target() => New(ApiPort, Credential, TimeSpan.FromSeconds(5), Routes());

    public override ITrafficTarget Distrusted() => New(ApiPort, WrongCredential, TimeSpan.FromSeconds(5), Routes());

    public override ITrafficTarget At(int port, TimeSpan timeout) => New(port, Credential, timeout, Routes());

    public ITrafficTarget WithRoute(PowerDnsRoute route) =>
        New(ApiPort, Credential, TimeSpan.FromSeconds(5), new Dictionary<RegionId, PowerDnsRoute> { [Us] = route });

    public override Task<string> StateAsync() => _server.ZoneAsync(Zone, TestContext.Current.CancellationToken);

    public override async Task<string> ForeignAsync()
    {
        var sets = JsonNode.Parse(await StateAsync())!["rrsets"]!.AsArray();
        var foreign = sets.Where(static set => set!["type"]!.ToString() is not "SOA" &&
            !(set["name"]!.ToString() is "us.app.example." or "eu.app.example." && set["type"]!.ToString() is "A" or "LUA"));
        return string.Join('\n', foreign.Select(static set => set!.ToJsonString()).Order(StringComparer.Ordinal));
    }

    /// <summary>Replaces a record set as an operator would.</summary>
    public Task ReplaceAsync(string name, string type, params (string Content, bool Disabled)[] records) =>
        _server.ReplaceAsync(Zone, name, type, records, TestContext.Current.CancellationToken);

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Dictionary<RegionId, PowerDnsRoute> Routes() => new() { [Us] = Route("us"), [Eu] = Route("eu") };

    private static PowerDnsRoute Route(string audience) => new(
        $"{audience}.app.example.", "A", new Dictionary<RegionId, string> { [Us] = "127.0.1.1", [Eu] = "127.0.1.2", [Ap] = "127.0.1.3" });

    private static PowerDnsTrafficTarget New(int port, string key, TimeSpan timeout, IReadOnlyDictionary<RegionId, PowerDnsRoute> routes) => new(
        new PowerDnsOptions
        {
            Name = "ns-1", Url = new Uri($"http://127.0.0.1:{port}"), ApiKey = key, Zone = Zone, Timeout = timeout, Routes = routes,
        }, TimeProvider.System);
}
