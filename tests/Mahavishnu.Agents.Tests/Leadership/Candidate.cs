using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mahavishnu.Agents.Tests.Leadership;

/// <summary>A leadership loop over real connections of its own, which can be stopped in order or killed.</summary>
internal sealed class Candidate : IAsyncDisposable
{
    private readonly List<ConsulClient> _clients = [];

    public Candidate(StoreWorld world, string name, RegionId region, LeadershipTiming? timing = null)
    {
        timing ??= StoreWorld.Timing;
        var random = new Random(string.GetHashCode(name, StringComparison.Ordinal));
        var identity = new AgentIdentity(name, region, random.NextInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
        var machine = new LeadershipMachine(identity, StoreWorld.Regions, 1, timing, random);
        var stores = StoreWorld.Regions.Select(r => new ConsulControlStore(r, StoreWorld.Prefix, name, Open(world, r), Open(world, r))).ToList();
        Name = name;
        Loop = new LeadershipLoop(machine, timing, stores, world.Clock, () => Gate, NullLogger<LeadershipLoop>.Instance);
    }

    public string Name { get; }

    public LeadershipLoop Loop { get; }

    public CampaignGate Gate { get; set; } = CampaignGate.Yes;

    public bool Leads => Loop.Term is not null;

    public async Task<Candidate> StartAsync()
    {
        await Loop.StartAsync(Eventually.Cancellation);
        return this;
    }

    public Task StopAsync() => Loop.StopAsync(CancellationToken.None);

    /// <summary>Nothing that it sends from here on reaches a store, no release either.</summary>
    public async Task KillAsync()
    {
        _clients.ForEach(static c => c.Dispose());
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Loop.Dispose();
    }

    private ConsulClient Open(StoreWorld world, RegionId region)
    {
        _clients.Add(world.Connect(region));
        return _clients[^1];
    }
}
