using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Lab.Consul;
using Xunit;

namespace Mahavishnu.Agents.Tests.Leadership;

/// <summary>Three embedded stores on real sockets, and one clock for everybody, so that leases can be compared.</summary>
internal sealed class StoreWorld : IAsyncDisposable
{
    public const string Prefix = "test/control/";

    public static readonly RegionId Ap = new("ap-south-1");
    public static readonly RegionId Eu = new("eu-west-1");
    public static readonly RegionId Us = new("us-east-1");
    public static readonly RegionId[] Regions = [Ap, Eu, Us];

    /// <summary>Short enough for tests, long enough for a machine with other work.</summary>
    public static readonly LeadershipTiming Timing = new()
    {
        SessionTtl = TimeSpan.FromSeconds(10),
        HeartbeatInterval = TimeSpan.FromMilliseconds(300),
        RequestTimeout = TimeSpan.FromMilliseconds(250),
        Validity = TimeSpan.FromSeconds(1.2),
        WaitOut = TimeSpan.FromSeconds(1.35),
        RetryInterval = TimeSpan.FromMilliseconds(200),
        ElectionTimeout = TimeSpan.FromSeconds(1),
        EffectDeadline = TimeSpan.FromMilliseconds(500),
        EffectMargin = TimeSpan.FromMilliseconds(100),
    };

    private readonly Dictionary<RegionId, ConsulServer> _servers = [];
    private readonly Dictionary<RegionId, ConsulClient> _readers = [];

    public AgentClock Clock { get; } = new(TimeProvider.System);

    public IEnumerable<ConsulServer> Servers => _servers.Values;

    public ConsulServer this[RegionId region] => _servers[region];

    public static async Task<StoreWorld> StartAsync()
    {
        var world = new StoreWorld();
        foreach (var region in Regions)
        {
            world._servers[region] = await ConsulServer.StartAsync(new ConsulServerOptions { HoldTime = TimeSpan.FromSeconds(1) }, Eventually.Cancellation);
            world._readers[region] = world.Connect(region);
        }

        return world;
    }

    public ConsulClient Connect(RegionId region) =>
        new(new ConsulOptions { Address = _servers[region].Address, ConnectTimeout = Timing.RequestTimeout }, TimeProvider.System);

    /// <summary>Reads a control key at one store.</summary>
    public async Task<ConsulEntry?> ReadAsync(RegionId region, string key) =>
        Assert.IsType<ConsulResult<ConsulEntry?>.Ok>(
            await _readers[region].Keys.GetAsync(Prefix + key, consistent: true, TimeSpan.FromSeconds(10), Eventually.Cancellation)).Value;

    public async Task PutAsync(RegionId region, string key, string text) =>
        Assert.IsType<ConsulResult<bool>.Ok>(
            await _readers[region].Keys.PutAsync(Prefix + key, ConsulValue.FromText(text), TimeSpan.FromSeconds(10), Eventually.Cancellation));

    public async Task DeleteAsync(RegionId region, string key) =>
        Assert.IsType<ConsulResult<bool>.Ok>(await _readers[region].Keys.DeleteAsync(Prefix + key, TimeSpan.FromSeconds(10), Eventually.Cancellation));

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers.Values)
        {
            reader.Dispose();
        }

        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }
}
