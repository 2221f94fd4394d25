using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Mahavishnu.Agents.Tests.Replication.SearchMoves;

namespace Mahavishnu.Agents.Tests.Replication;

public sealed class SearchWatchTests
{
    [Fact]
    public async Task RunOnceAsync_LeaderAndFollower_MeasureTheLagEndToEnd()
    {
        await using var moves = await StartAsync();
        using var us = Watch(moves, UsId);
        using var eu = Watch(moves, EuId);

        await us.RunOnceAsync(Stop);
        await eu.RunOnceAsync(Stop);

        var view = eu.View();
        Assert.Null(view.Problem);
        Assert.Empty(view.Findings);
        Assert.InRange(view.Lag[UsId].AtMost!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal(LagState.Measured, view.Lag[UsId].State);
        Assert.All(view.Windows, static w => Assert.Equal(RecoveryState.Safe, w.State));
        Assert.Equal([1, 0, 0], view.Values.Where(static v => v.Labels[0] == Code).Select(static v => v.Value));
        Assert.Empty(us.View().Lag);
        Assert.Empty(us.View().Findings);
        Assert.Equal("green", JsonSerializer.SerializeToNode(view.Document)!["health"]!.GetValue<string>());
    }

    [Fact]
    public async Task View_StuckShardOfAnotherIndex_IsPartOfTheLag()
    {
        await using var moves = await StartAsync();
        using var us = Watch(moves, UsId);
        using var eu = Watch(moves, EuId);
        await us.RunOnceAsync(Stop);
        await eu.RunOnceAsync(Stop);
        var startedAt = TimeProvider.System.GetTimestamp();
        moves.Eu.With(static c => c.Indices[Code].Following!.StuckShard = 0);
        Write(moves.Us, "b"); // 98: shard 0

        do
        {
            await us.RunOnceAsync(Stop);
            await eu.RunOnceAsync(Stop);
        }
        while (TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(1));

        Assert.InRange(eu.View().Lag[UsId].AtMost!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.Contains(eu.View().Values, static v => v is { Gauge.Name: "opensearch_operations_behind", Value: 1 });
    }

    [Fact]
    public async Task View_DeadLeader_LagGrowsAndTheLeaseCounts()
    {
        await using var moves = await StartAsync();
        using var us = Watch(moves, UsId);
        using var eu = Watch(moves, EuId);
        await us.RunOnceAsync(Stop);
        await eu.RunOnceAsync(Stop);
        moves.Us.Down = true;

        await us.RunOnceAsync(Stop);
        await eu.RunOnceAsync(Stop);
        var before = eu.View().Lag[UsId].AtMost!.Value;
        await eu.RunOnceAsync(Stop);

        Assert.NotNull(us.View().Problem);
        Assert.True(eu.View().Lag[UsId].AtMost > before);
        Assert.All(eu.View().Windows, static w => Assert.Equal(RecoveryState.Counting, w.State));
        Assert.Equal(["O-13", "O-13"], eu.View().Findings.Select(static f => f.Rule));
        Assert.Contains(eu.View().Values, static v => v is { Gauge.Name: "opensearch_following", Value: 0 });
        Assert.DoesNotContain(eu.View().Values, static v => v.Gauge.Name == "opensearch_operations_behind");
    }

    [Fact]
    public async Task View_PausedIndex_MakesTheLagUnknownThoughTheHeartbeatArrives()
    {
        await using var moves = await StartAsync();
        using var us = Watch(moves, UsId);
        using var eu = Watch(moves, EuId);
        moves.Eu.With(static c => c.Indices[Code].Following!.State = "PAUSED");
        moves.Eu.With(static c => c.Indices[Code].Following!.Reason = "AutoPaused: [[mahavishnu_code][0]] mapping conflict");

        await us.RunOnceAsync(Stop);
        await eu.RunOnceAsync(Stop);

        Assert.Null(eu.View().Lag[UsId].AtMost);
        Assert.Equal("mahavishnu_code is AutoPaused", eu.View().Lag[UsId].Reason);
        Assert.Equal(("O-10", FindingSeverity.Critical), eu.View().Findings.Select(static f => (f.Rule, f.Severity)).Single());
    }

    [Fact]
    public async Task RunOnceAsync_ClusterWithoutAnIndexThatLeads_MakesNoHeartbeatIndex()
    {
        await using var moves = await StartAsync();
        moves.Eu.With(static c => { c.Indices.Clear(); return 0; });
        using var eu = Watch(moves, EuId);

        await eu.RunOnceAsync(Stop);

        Assert.Empty(moves.Eu.With(static c => c.Indices.Keys.ToList()));
        Assert.Equal(["O-16", "O-16"], eu.View().Findings.Select(static f => f.Rule));
    }

    [Fact]
    public async Task RunOnceAsync_AfterAFailover_TheNewLeaderBeatsAndTheFormerIsTold()
    {
        await using var moves = await StartAsync();
        await moves.FailOverAsync();
        moves.Us.Down = false;
        using var us = Watch(moves, UsId);
        using var eu = Watch(moves, EuId);
        await moves.DoneAsync(Forth(Mahavishnu.Agents.Core.Failover.SagaStep.PromoteSearch));

        await eu.RunOnceAsync(Stop);
        await us.RunOnceAsync(Stop);

        Assert.Contains("eu-west-1", moves.Eu.With(static c => c.Indices[Beats].Documents.Keys.ToList()));
        Assert.Equal(["O-15", "O-15"], eu.View().Findings.Select(static f => f.Rule));
        Assert.Equal(["O-14", "O-14"], us.View().Findings.Select(static f => f.Rule));
    }

    private static SearchWatch Watch(SearchMoves moves, RegionId region)
    {
        var clock = new AgentClock(TimeProvider.System);
        return new SearchWatch(
            region, moves.Options, moves.Node(region), region.Value, _ => new PeerClock(clock.Wall - clock.Now, TimeSpan.FromMilliseconds(50)), clock, TimeSpan.FromMinutes(1), NullLogger<SearchWatch>.Instance);
    }
}
