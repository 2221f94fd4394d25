using Mahavishnu.Agents.Lab.World;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Leaders that stop running, or die, in the middle of a failover.</summary>
public sealed class LeaderFaultTests
{
    private const double ValiditySeconds = 2; // Of the fast profile.

    [Theory]
    [InlineData(0.9)]
    [InlineData(1.1)]
    [InlineData(3)]
    public async Task Leader_PausedInTheMiddleOfAFailover_ItIsCompleted(double validities)
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions());
        world.Begin();
        var (leader, source) = (world.Leader, world.Others(world.Leader.Region)[0]);
        await world.KillRegionAsync(source);
        await world.UntilAsync("a failover is under way", Limits.Verdict, () => world.Sightings.Sagas.Count > 0);

        var resume = await world.PauseAsync(leader.Region, RegionPart.Agent);
        await Task.Delay(TimeSpan.FromSeconds(validities * ValiditySeconds), TimeProvider.System, TestContext.Current.CancellationToken);
        await resume!();

        await world.SettleAsync(lost: source);
    }

    [Theory]
    [InlineData(7)]
    public async Task Leader_KilledAtRandomJournalWrites_TheFailoverIsCompleted(int seed)
    {
        const int Kills = 3;
        var random = new Random(seed);
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions());
        world.Begin();
        var source = world.Others(world.Leader.Region)[0];
        using var journal = new JournalWatch(world.PlanOf(world.Leader.Region).Consul);
        var write = journal.NextAsync(random.Next(1, 4));
        await world.KillRegionAsync(source);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await write;
            var writer = await journal.HolderAsync();
            await world.KillAsync(writer, RegionPart.Agent);
            await world.StartAsync(writer);
            write = kill < Kills ? journal.NextAsync(random.Next(1, 4)) : Task.CompletedTask;
        }

        await world.SettleAsync(lost: source);
    }
}
