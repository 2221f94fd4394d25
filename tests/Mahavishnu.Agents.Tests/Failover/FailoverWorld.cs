using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Tests.Leadership;
using Mahavishnu.Agents.Tests.Voting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>Three stores, an observer in every region that votes whatever becomes of the agents, and one target.</summary>
public abstract class FailoverWorld : IAsyncLifetime
{
    private protected static readonly RoutingTable Home = RoutingTable.Home(StoreWorld.Regions);

    private readonly List<FailoverAgent> _agents = [];
    private readonly List<Voter> _observers = [];

    private protected StoreWorld World { get; private set; } = null!;

    private protected ScriptedHealth Health { get; } = new();

    private protected ScriptedTarget Edge { get; } = new("edge", checksEpoch: true);

    public async ValueTask InitializeAsync()
    {
        World = await StoreWorld.StartAsync();
        foreach (var region in StoreWorld.Regions)
        {
            _observers.Add(await new Voter(World, $"{region}-0", region, TimeSpan.FromMilliseconds(500), Health).StartAsync());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        foreach (var observer in _observers)
        {
            await observer.DisposeAsync();
        }

        await World.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<FailoverAgent> AgentAsync(string name, RegionId region, bool decides = true)
    {
        _agents.Add(await new FailoverAgent(World, name, region, Health, [Edge]).StartAsync(decides));
        return _agents[^1];
    }

    private protected static Task LeadsAsync(FailoverAgent agent) => Eventually.TrueAsync(() => agent.Leads, $"{agent.Name} leads");

    private protected static Task EndedAsync(FailoverAgent agent, StepPhase phase) =>
        Eventually.TrueAsync(() => agent.Loop.State.Record?.Phase == phase, $"the saga is {phase}");

    /// <summary>Nobody's effect came after one of a later term, and no two met.</summary>
    private protected void AssertOneActor()
    {
        var epochs = Edge.Told.Select(static t => t.Epoch).ToList();
        Assert.Equal(epochs.Order(), epochs);
        Assert.All(Edge.Told.GroupBy(static t => t.Epoch), static term => Assert.Single(term.Select(static t => t.Agent).Distinct()));
        Assert.False(Edge.Overlapped);
    }

    private protected void AssertUsersOfUsAreAway() =>
        Assert.Equal((0, 100), (Edge.Now.Percent(StoreWorld.Us, StoreWorld.Us), StoreWorld.Regions.Sum(r => Edge.Now.Percent(StoreWorld.Us, r))));
}
