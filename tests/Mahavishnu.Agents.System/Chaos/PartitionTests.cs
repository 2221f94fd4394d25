using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Watch;
using Mahavishnu.Agents.TestKit.Network;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Networks that break between regions. What users go through stays in everybody's reach, so that an old leader could do harm.</summary>
public sealed class PartitionTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private static readonly ChaosOptions Options = new() { Networked = true, RealTargets = true };
    private static readonly Flow[] BothWays = [Flow.In, Flow.Out];

    [Fact]
    public async Task Partition_OfTheLeadersRegion_AnotherLeadsAndItsUsersAreMovedAndReturn()
    {
        var world = await shared.UseAsync(Options);

        // From the first saga on a leader holds every target to what the journal says: so an old one would, if it could.
        var moved = world.Others(world.Leader.Region)[0];
        await world.UntilAsync("the leader takes the order", Limits.NewLeader, () => world.OrderFailoverAsync(moved));
        await world.UntilAsync("the users are moved and return", Limits.Saga, () => world.Sightings.Sagas.Any(static s => s is { Kind: "Failback", Ended: true }));
        await world.SettleAsync();
        world.Begin();
        var old = world.Leader;
        await using (await world.Network!.CutAsync(old.Region, world.Others(old.Region), BothWays))
        {
            await world.UntilAsync("another leads", Limits.NewLeader, () => Another(world, old));
            await world.UntilAsync("its users are moved, by every target", Limits.Saga, () => MovedAsync(world, old.Region));
        }

        await world.SettleAsync();
        world.Expect(world.Leader.Epoch > old.Epoch, $"epoch {world.Leader.Epoch} follows {old.Epoch}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneWay_BetweenTheLeaderAndTheOtherStores_AnotherLeadsAndNobodyIsMoved(bool hears)
    {
        var world = await shared.UseAsync(Options);
        var (old, sagas) = (world.Leader, world.Sightings.Sagas.Count);
        await using (await world.Network!.CutAsync(old.Region, world.Others(old.Region), [hears ? Flow.Out : Flow.In], storesOnly: true))
        {
            await world.UntilAsync("another leads", Limits.NewLeader, () => Another(world, old));
        }

        await world.SettleAsync();
        world.Expect(world.Sightings.Sagas.Count == sagas, "a saga was begun");
    }

    [Fact]
    public async Task Lossy_BetweenTheLeaderAndOneRegion_NobodyIsMoved()
    {
        var world = await shared.UseAsync(Options);
        var (old, sagas) = (world.Leader, world.Sightings.Sagas.Count);
        await using (await world.Network!.CutAsync(old.Region, [world.Others(old.Region)[0]], BothWays, ratio: 0.3))
        {
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await world.SettleAsync();
        world.Expect(world.Sightings.Sagas.Count == sagas, "a saga was begun");
    }

    private static async Task<string?> MovedAsync(ChaosWorld world, RegionId from) =>
        await world.Edge.StateAsync() is { } edge && edge.Routes.Shares(from) is { Count: 1 } shares && !shares.ContainsKey(from)
            ? await world.Targets!.DifferenceAsync(edge.Routes, TestContext.Current.CancellationToken)
            : "the edge has not moved them";

    private static bool Another(ChaosWorld world, LeaderSighting old) => world.Sightings.Leader is { } next && next.Agent != old.Agent && next.Epoch > old.Epoch;
}
