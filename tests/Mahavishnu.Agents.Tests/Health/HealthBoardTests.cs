using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;
using Xunit;

namespace Mahavishnu.Agents.Tests.Health;

public sealed class HealthBoardTests
{
    private static readonly ProbeOutcome Pass = ProbeOutcome.Passed(TimeSpan.FromMilliseconds(3));
    private static readonly ProbeOutcome Fail = ProbeOutcome.Failed("connection refused", TimeSpan.FromMilliseconds(1));

    // Indexes:                                    0       1             2             3
    private readonly HealthBoard _board = new(
        [Check("us", "a"), Check("us", "b"), Check("eu", "a"), Check("ap", "a")], ObserverLimits.Default);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Snapshot_BeforeAnyOutcome_IsUnknownInOrderOfRegions()
    {
        var snapshot = _board.Snapshot(TimeSpan.Zero);

        Assert.Equal(["ap", "eu", "us"], snapshot.Views.Select(view => view.Region.Value));
        Assert.All(snapshot.Views, view => Assert.Equal(RegionCondition.Unknown, view.Condition));
        Assert.False(snapshot.Observer.Abstains);
    }

    [Fact]
    public void Record_ThresholdsReached_ChangesTheViewOfThatRegionAlone()
    {
        Record(0, Pass, 2);
        Record(1, Fail, 3);

        var snapshot = _board.Snapshot(TimeSpan.FromSeconds(1));
        var view = snapshot.Views.Single(view => view.Region.Value == "us");
        Assert.Equal((RegionCondition.Degraded, 0.5), (view.Condition, view.Score));
        Assert.Equal(["b"], view.FailedChecks);
        Assert.Equal(2, snapshot.Views.Count(other => other.Condition == RegionCondition.Unknown));
        Assert.Equal((3L, 3L, "connection refused"), (snapshot.Checks[1].Probes, snapshot.Checks[1].Failures, snapshot.Checks[1].Last!.Reason));
    }

    [Fact]
    public void Record_MostRegionsDown_MakesTheObserverAbstain()
    {
        Record(2, Fail, 3);
        Assert.False(_board.Snapshot(TimeSpan.Zero).Observer.Abstains);

        Record(3, Fail, 3);
        Assert.Equal("2 of 3 regions look down at once", _board.Snapshot(TimeSpan.Zero).Observer.Reason);

        Record(3, Pass, 2);
        Assert.False(_board.Snapshot(TimeSpan.Zero).Observer.Abstains);
    }

    [Fact]
    public void Observe_LateTimers_MakesTheObserverAbstainAndKeepsTheViews()
    {
        Record(0, Pass, 2);
        var before = _board.Snapshot(TimeSpan.Zero);

        _board.Observe(new SelfReading(TimeSpan.FromSeconds(1), TimeSpan.Zero));

        var after = _board.Snapshot(TimeSpan.Zero);
        Assert.True(after.Observer.Abstains);
        Assert.Equal(before.Views, after.Views);
        Assert.True(after.Version > before.Version);
    }

    [Fact]
    public async Task WaitForChangeAsync_OutcomeWithoutConsequence_KeepsWaiting()
    {
        var waiting = _board.WaitForChangeAsync(_board.Snapshot(TimeSpan.Zero).Version, Stop);

        Record(0, Pass, 1);
        _board.Observe(SelfReading.Calm);
        Assert.False(waiting.IsCompleted);

        Record(0, Pass, 1);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Stop);
    }

    [Fact]
    public void WaitForChangeAsync_ChangedBefore_IsDoneAtOnce()
    {
        var seen = _board.Snapshot(TimeSpan.Zero).Version;

        Record(0, Pass, 2);

        Assert.True(_board.WaitForChangeAsync(seen, Stop).IsCompletedSuccessfully);
    }

    private void Record(int check, ProbeOutcome outcome, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _board.Record(check, outcome, TimeSpan.Zero, skipped: 0, TimeSpan.FromSeconds(i));
        }
    }

    private static CheckDefinition Check(string region, string name) =>
        new(new RegionId(region), name, FakeProbe.Passing(), 1, false, TimeSpan.FromSeconds(1), 3, 2);
}
