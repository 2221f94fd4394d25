using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;
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
        await world.UntilAsync("every agent knows what is at risk", Limits.Verdict, () => UnknownRiskAsync(world, source));
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
        var third = world.Others(source).Single(r => r != writer.Current);
        var newest = writer.Acknowledged.Max();
        await world.UntilAsync("the other standby follows the new primary", Limits.Convergence, async () => (await databases.RowsAsync(third)).Contains(newest) ? null : "it lacks the newest row");
        world.Tell(FormattableString.Invariant($"the gap between two acknowledged rows was {writer.Gap.TotalSeconds:0.00} s"));
        var lost = writer.Acknowledged.Except(await databases.RowsAsync(writer.Current)).Count();
        var told = world.Sightings.Sagas.Single(static s => s.Kind == "Failover").Risk;
        world.Expect(lost == 0 || (!synchronous && told is "Minimal" or "Moderate"), $"{lost} acknowledged rows are lost, and the plan said {told}");
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"gap {writer.Gap.TotalSeconds:0.00} s, lost {lost} of {writer.Acknowledged.Count}"));

        var other = 0L;

        Assert.Equal(["FenceSource", "PromoteDatabase"], world.DataSteps().Order());

        // The old primary returns with a history of its own: its region's agent keeps the application out.
        await databases[source].StartAsync(TestContext.Current.CancellationToken);
        await world.StartAsync(source);
        await world.UntilAsync("the old primary is fenced", Limits.Verdict, async () => await databases.TryWriteAsync(source, --other) ? "it takes writes" : null);
        Assert.False(await databases.TryWriteAsync(source, --other));
    }

    /// <summary>A commit waits for any one standby, so that only the one which got it last may take over.</summary>
    [Fact]
    public async Task Region_OfThePrimaryDies_TheStandbyThatHoldsMostTakesOver()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { Databases = true, SynchronousCommit = true });
        var (databases, source) = (world.Databases!, world.Regions[0]);
        await world.UntilAsync("every agent knows what is at risk", Limits.Verdict, () => UnknownRiskAsync(world, source));
        world.Begin();
        var writer = new Writer(databases, world.Regions, source);
        var writing = writer.RunAsync();
        await world.UntilAsync("rows are written", Limits.Verdict, () => writer.Acknowledged.Count > 50);

        // The one that comes first by name, and would be taken if they held the same.
        var behind = world.Others(source).Order().First();
        await databases[behind].PauseAsync("walreceiver", TestContext.Current.CancellationToken);
        var before = writer.Acknowledged.Count;
        await world.UntilAsync("rows are written that it lacks", Limits.Verdict, () => writer.Acknowledged.Count > before + 20);
        await Task.WhenAll(world.KillRegionAsync(source), databases[source].KillAsync());

        await world.UntilAsync("rows are written elsewhere", Limits.Saga, () => writer.Current != source && writer.WrittenSinceMove > 50);
        writer.Stop();
        await writing;
        Assert.NotEqual(behind, writer.Current);
        Assert.Empty(writer.Acknowledged.Except(await databases.RowsAsync(writer.Current)));
    }

    [Fact]
    public async Task Region_OfThePrimaryIsFailedOverWhileItIsWell_NothingIsLost()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { Databases = true });
        var (databases, source) = (world.Databases!, world.Regions[0]);
        await world.UntilAsync("every agent knows what is at risk", Limits.Verdict, () => UnknownRiskAsync(world, source));
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
        Assert.Equal(["CatchUp", "FenceSource", "PromoteDatabase"], world.DataSteps().Order());
    }

    [Fact]
    public async Task Stores_AMajorityIsLost_TheDatabaseIsFencedAndOpenedWhenTheyAreBack()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { Databases = true });
        var (databases, home, id) = (world.Databases!, world.Regions[0], 0L);
        await world.UntilAsync("the first region has the right to write", Limits.Verdict, () => databases.TokenAsync(home, static t => t > 0));
        await world.UntilAsync("it takes writes", Limits.Verdict, async () => await databases.TryWriteAsync(home, ++id) ? null : "not so");
        world.Begin();

        await Task.WhenAll(world.Others(home).Select(r => world.KillAsync(r, RegionPart.Consul)));
        await world.UntilAsync("it is fenced", Limits.Verdict, async () => await databases.TryWriteAsync(home, ++id) ? "it takes writes" : null);

        await Task.WhenAll(world.Others(home).Select(world.StartAsync));
        await world.UntilAsync("it takes writes again", Limits.Convergence, async () => await databases.TryWriteAsync(home, ++id) ? null : "not so");
        Assert.All(world.Others(home), r => Assert.False(databases.TryWriteAsync(r, -1).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Lag_OfEveryStandby_IsMeasuredShownAndVoted()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { Databases = true });
        var (home, other) = (world.Regions[0], world.Regions[1]);
        await world.UntilAsync("the lag is on the metrics", Limits.Verdict, async () =>
        {
            var metrics = await world.ReadAsync(other, "metrics");
            return metrics.Split('\n').Any(l => l.StartsWith($"mahavishnu_agent_replication_lag_seconds{{store=\"postgresql\",source=\"{home}\",target=\"{other}\"}} ", StringComparison.Ordinal)) ? null : "not so";
        });
        await world.UntilAsync("every agent knows what is at risk", Limits.Verdict, () => UnknownRiskAsync(world, home));
        await world.UntilAsync("the slots are on the metrics", Limits.Verdict, async () =>
            (await world.ReadAsync(home, "metrics")).Contains("mahavishnu_agent_link_irrecoverable{store=\"postgresql\",link=\"eu_west_1\"} 0", StringComparison.Ordinal) ? null : "not so");
        await world.SettleAsync();
    }

    /// <summary>What an agent says of replication that does not know who writes, or how far the others are behind; null when all do.</summary>
    private static async Task<string?> UnknownRiskAsync(ChaosWorld world, RegionId writer)
    {
        foreach (var region in world.Regions)
        {
            var replication = JsonNode.Parse(await world.ReadAsync(region, "v1/status"))!["replication"]!;
            var known = replication["atRisk"]!.AsArray().Count(r => r!["source"]!.ToString() == writer.Value && r["seconds"]!.GetValue<double>() is > 0 and < 10);
            if (replication["writer"]?.ToString() != writer.Value || known != world.Regions.Count - 1)
            {
                return replication.ToJsonString();
            }
        }

        return await world.Databases!.TokenAsync(writer, static t => t > 0);
    }
}
