using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.TestKit.Network;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Links between regions that are slow, or from which nothing comes for a while.</summary>
[Collection(OnThisMachine.Name)]
public sealed class SlowLinkTests(SharedWorld shared)
{
    [Fact]
    public async Task Links_SlowThenOneWayStalled_ThereIsALeaderAndNobodyIsMoved()
    {
        var world = await shared.UseAsync(OnThisMachine.Options);
        Set(world, world.Regions, LinkPace.Late(TimeSpan.FromMilliseconds(75)));
        var old = world.Leader;
        await world.KillAsync(old.Region, RegionPart.Agent);
        await world.UntilAsync("another leads over slow links", Limits.NewLeader, () => world.Sightings.Leader is { } next && next.Epoch > old.Epoch);
        await world.StartAsync(old.Region);
        Set(world, world.Regions, LinkPace.Prompt);
        await world.SettleAsync();

        // What the leader writes comes to the stores; what they answer comes much later, all at once.
        world.Begin();
        old = world.Leader;
        Set(world, [old.Region], LinkPace.Prompt with { StallsBack = true });
        await world.UntilAsync("another leads", Limits.NewLeader, () => world.Sightings.Leader is { } next && next.Agent != old.Agent && next.Epoch > old.Epoch);
        Set(world, [old.Region], LinkPace.Prompt);
        await world.SettleAsync();
        world.Expect(world.Sightings.Sagas.Count == 0, "a saga was begun");
    }

    private static void Set(ChaosWorld world, IEnumerable<Core.Regions.RegionId> from, LinkPace pace)
    {
        world.Tell($"links from {string.Join(", ", from)}: {pace}");
        foreach (var region in from)
        {
            foreach (var to in world.Others(region))
            {
                world.Links!.Set(region, to, pace);
            }
        }
    }
}
