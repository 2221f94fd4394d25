using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Three healthy regions with an agent each and a fourth, a backup, that is dead; automation is off. For tests that change nothing.</summary>
public sealed class CalmWorld : IAsyncLifetime
{
    private AgentWorld? _world;

    internal AgentWorld World => _world!;

    public async ValueTask InitializeAsync()
    {
        _world = await AgentWorld.CreateAsync(new WorldOptions { DeadBackup = true }, CancellationToken.None);
        await _world.StartAgentsAsync(CancellationToken.None);
        await _world.LeaderAsync();
        await Until.TrueAsync("three regions healthy and the backup down", async () =>
        {
            var status = await _world.StatusAsync(AgentWorld.Us);
            return AgentWorld.Quorum.All(region => AgentWorld.Condition(status, region) == "Healthy") && AgentWorld.Condition(status, AgentWorld.DeadBackup) == "Down";
        });
        await Until.TrueAsync("the edge does what the leader says", () => Task.FromResult(_world.Edge.Control.Current.Epoch > 0));
    }

    public ValueTask DisposeAsync() => _world?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The leader's region.</summary>
    internal Task<RegionId> LeaderAsync() => World.LeaderAsync();
}
