using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Failovers of a region whose PostgreSQL is the primary, with real servers.</summary>
public sealed class DatabaseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Region_OfThePrimaryDies_AnotherTakesWritesAndTheOldOneNeverAgain(bool synchronous)
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { Databases = true, SynchronousCommit = synchronous });
        var (databases, source) = (world.Databases!, world.Regions[0]);
        await world.UntilAsync("the first region has the right to write", Limits.Verdict, () => world.Databases!.TokenAsync(source, static t => t > 0));
        world.Begin();
        var writer = new Writer(databases, world.Regions, source);
        var writing = writer.RunAsync();
        await world.UntilAsync("rows are written", Limits.Verdict, () => writer.Acknowledged.Count > 50);

        await Task.WhenAll(world.KillRegionAsync(source), databases[source].KillAsync());
        world.Tell("the database is killed too");

        await world.UntilAsync("rows are written elsewhere", Limits.Saga, () => writer.Current != source && writer.WrittenSinceMove > 50);
        await world.UntilAsync("the failover is complete", Limits.Saga, () => world.Sightings.Sagas.Any(static s => s is { Kind: "Failover", Ended: true }));
        writer.Stop();
        await writing;
        world.Tell(FormattableString.Invariant($"the gap between two acknowledged rows was {writer.Gap.TotalSeconds:0.00} s"));
        var lost = writer.Acknowledged.Except(await databases.RowsAsync(writer.Current)).Count();
        world.Expect(lost == 0 || !synchronous, $"{lost} acknowledged rows are lost");
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"gap {writer.Gap.TotalSeconds:0.00} s, lost {lost} of {writer.Acknowledged.Count}"));

        var other = 0L;

        // The old primary returns with a history of its own: its region's agent keeps the application out.
        await databases[source].StartAsync(TestContext.Current.CancellationToken);
        await world.StartAsync(source);
        await world.UntilAsync("the old primary is fenced", Limits.Verdict, async () => await databases.TryWriteAsync(source, --other) ? "it takes writes" : null);
        Assert.False(await databases.TryWriteAsync(source, --other));
    }

    [Fact]
    public async Task Region_OfThePrimaryIsFailedOverWhileItIsWell_NothingIsLost()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { Databases = true });
        var (databases, source) = (world.Databases!, world.Regions[0]);
        await world.UntilAsync("the first region has the right to write", Limits.Verdict, () => world.Databases!.TokenAsync(source, static t => t > 0));
        world.Begin();
        var writer = new Writer(databases, world.Regions, source);
        var writing = writer.RunAsync();
        await world.UntilAsync("rows are written", Limits.Verdict, () => writer.Acknowledged.Count > 50);

        await world.UntilAsync("the leader takes the order", Limits.Verdict, () => world.OrderFailoverAsync(source));
        await world.UntilAsync("rows are written elsewhere", Limits.Saga, () => writer.Current != source && writer.WrittenSinceMove > 50);
        await world.UntilAsync("the failover is complete", Limits.Saga, () => world.Sightings.Sagas.Any(static s => s is { Kind: "Failover", Ended: true }));
        writer.Stop();
        await writing;

        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"gap {writer.Gap.TotalSeconds:0.00} s of {writer.Acknowledged.Count} rows"));
        Assert.Empty(writer.Acknowledged.Except(await databases.RowsAsync(writer.Current)));
    }
}
