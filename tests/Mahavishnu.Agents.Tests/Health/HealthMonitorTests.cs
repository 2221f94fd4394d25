using System.Collections.Concurrent;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Health;

public sealed class HealthMonitorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_FailingCheck_ChangesTheViewAndWakesTheWaiter()
    {
        var monitor = Monitor([Check("eu", FakeProbe.Failing()), Check("us", FakeProbe.Passing()), Check("ap", FakeProbe.Passing())]);
        await using var run = new Run(monitor);

        var snapshot = monitor.Snapshot();
        while (snapshot.Views.Any(view => view.Condition == RegionCondition.Unknown))
        {
            snapshot = await monitor.WaitForChangeAsync(snapshot, Stop).WaitAsync(Patience, TimeProvider.System, Stop);
        }

        Assert.Equal(
            [("ap", RegionCondition.Healthy), ("eu", RegionCondition.Down), ("us", RegionCondition.Healthy)],
            snapshot.Views.Select(view => (view.Region.Value, view.Condition)));
    }

    [Fact]
    public async Task RunAsync_SlowProbe_IsNeverAskedTwiceAtATimeAndSkips()
    {
        var slow = new FakeProbe(async stop =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(70), TimeProvider.System, stop);
            return ProbeOutcome.Passed(TimeSpan.Zero);
        });
        var monitor = Monitor([Check("us", slow)]);
        await using var run = new Run(monitor);

        await run.UntilAsync(() => monitor.Snapshot().Checks[0].Probes >= 5);

        Assert.Equal(1, slow.MostAtATime);
        // 20 ms apart and 70 ms long: at least three fall out after each, but for the first.
        Assert.True(monitor.Snapshot().Checks[0].Skipped >= 12, $"skipped {monitor.Snapshot().Checks[0].Skipped}");
    }

    [Fact]
    public async Task RunAsync_ProbeThatIgnoresItsDeadline_BecomesUnknownAndDelaysNoOther()
    {
        var time = new FakeTimeProvider();
        var endless = new TaskCompletionSource<ProbeOutcome>();
        var deaf = new FakeProbe(_ => endless.Task);
        var monitor = Monitor([Check("us", deaf), Check("us", FakeProbe.Passing(), "other")], time);
        await using var run = new Run(monitor);

        await run.UntilAsync(() => monitor.Snapshot().Checks[0].Probes >= 3, () => time.Advance(TimeSpan.FromMilliseconds(20)));

        var checks = monitor.Snapshot().Checks;
        Assert.Equal(1, deaf.Asked);
        Assert.Equal(ProbeAnswer.Unknown, checks[0].Last!.Answer);
        Assert.Equal(CheckStanding.Passing, checks[1].State.Standing);
        Assert.True(checks[1].Probes > 100, $"probed {checks[1].Probes} times");
        endless.SetResult(ProbeOutcome.Passed(TimeSpan.Zero));
    }

    [Fact]
    public async Task RunAsync_ManyChecks_BeginSpreadOverTheInterval()
    {
        var time = new FakeTimeProvider();
        var starts = new ConcurrentBag<int>();
        var checks = Enumerable.Range(0, 100).Select(i => Check("us", new FakeProbe(_ =>
        {
            starts.Add(i);
            return Task.FromResult(ProbeOutcome.Passed(TimeSpan.Zero));
        }), $"c{i}") with { Interval = TimeSpan.FromSeconds(10) });
        var monitor = Monitor([.. checks], time);
        await using var run = new Run(monitor);

        var second = 0;
        var perSecond = new List<int>();
        while (second++ < 10)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            // What is due within this second comes before the next begins; a settled count is one that no longer rises.
            var count = -1;
            await run.UntilAsync(() => count == (count = starts.Count));
            perSecond.Add(starts.Count);
        }

        await run.UntilAsync(() => starts.Count >= 100);
        Assert.Equal(100, starts.Count);
        Assert.True(perSecond[4] is > 30 and < 70, $"by second: {string.Join(' ', perSecond)}");
    }

    [Fact]
    public async Task RunAsync_ProbeThrows_EndsWithItsException()
    {
        var monitor = Monitor([Check("us", new FakeProbe(_ => throw new FormatException("bug"))), Check("eu", FakeProbe.Passing())]);

        var error = await Assert.ThrowsAsync<FormatException>(() => monitor.RunAsync(Stop).WaitAsync(Patience, TimeProvider.System, Stop));

        Assert.Equal("bug", error.Message);
    }

    [Fact]
    public async Task RunAsync_Cancelled_ReturnsAfterTheLastProbe()
    {
        using var stop = new CancellationTokenSource();
        var ended = false;
        var slowToEnd = new FakeProbe(async token =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
                ended = true;
            }

            return ProbeOutcome.Passed(TimeSpan.Zero);
        });
        var monitor = Monitor([Check("us", slowToEnd)]);
        var running = monitor.RunAsync(stop.Token);
        await Run.UntilAsync(() => slowToEnd.Asked == 1, () => { }, running);

        await stop.CancelAsync();
        await running.WaitAsync(Patience, TimeProvider.System, Stop);

        Assert.True(ended);
    }

    [Fact]
    public void Constructor_ContradictoryChecks_NamesThemAll()
    {
        var check = Check("us", FakeProbe.Passing());

        var error = Assert.Throws<ArgumentException>(() => Monitor(
            [check, check, check with { Name = "w", Weight = 0 }, check with { Name = "i", Interval = TimeSpan.Zero }, check with { Name = "t", FailureThreshold = 0 }]));

        Assert.Contains("us/c: defined 2 times", error.Message, StringComparison.Ordinal);
        Assert.Contains("us/w: weight 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("us/i: interval 00:00:00", error.Message, StringComparison.Ordinal);
        Assert.Contains("us/t: thresholds 0 and 2", error.Message, StringComparison.Ordinal);
    }

    private static HealthMonitor Monitor(IReadOnlyList<CheckDefinition> checks, TimeProvider? time = null) =>
        new(checks, ObserverLimits.Default, time ?? TimeProvider.System, new Random(1));

    private static CheckDefinition Check(string region, IProbe probe, string name = "c") =>
        new(new RegionId(region), name, probe, 1, false, TimeSpan.FromMilliseconds(20), 3, 2);
}
