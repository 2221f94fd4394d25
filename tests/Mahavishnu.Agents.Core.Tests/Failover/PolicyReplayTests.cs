using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>What another policy would have decided on recorded facts.</summary>
public sealed class PolicyReplayTests
{
    private static readonly FailoverSettings Settings = FlightWorld.SettingsOf(Ap) with { Saga = TrafficOnly with { Watch = TimeSpan.FromSeconds(3) } };

    private static FailoverFacts Facts(params (RegionId Region, double? Score)[] scores) =>
        FailoverFacts.None with { Votes = [.. All.Select(o => VoteOf(o, scores))] };

    /// <summary>us-east-1 dies under a leader, is failed over to eu-west-1, and comes back.</summary>
    private static FlightWorld Outage(FailoverSettings settings) => new FlightWorld(settings)
        .Take(new LeadershipNotice.BecameLeader(1, null))
        .Lead(3, Facts())
        .Lead(40, Facts((Us, 0)))
        .Lead(5, Facts());

    private static List<PolicyTurn> Replay(FlightWorld world, Func<FailoverSettings, FailoverSettings> policy)
    {
        var (replay, other) = (new FlightReplay(), new PolicyReplay(policy));
        return [.. world.Files.SelectMany(FlightLine.Read).Select(l => other.Take(replay.Take(l.Entry!))).OfType<PolicyTurn>()];
    }

    private static FailoverVerdict Verdict(FailoverTurn turn, RegionId region) => turn.Verdicts.Single(v => v.Source == region);

    [Fact]
    public void Take_SamePolicy_NeverLeavesTheRecord() => Gen.Select(FlightWorld.GenSettings, FlightWorld.GenMoves, Gen.Int[5, 40]).Sample(
        static (settings, moves, every) => Assert.All(Replay(new FlightWorld(settings, every).Play(moves), static s => s), static t =>
        {
            Assert.False(t.Leaves);
            Assert.Equal(FlightOutcome.Of(t.Recorded), FlightOutcome.Of(t.Other));
        }),
        iter: 40);

    [Fact]
    public void Take_AnyOtherPolicy_StaysWithinWhatOnePolicyMayDo() => Gen.Select(FlightWorld.GenSettings, FlightWorld.GenSettings, FlightWorld.GenMoves, Gen.Int[5, 40]).Sample(
        static (settings, others, moves, every) =>
        {
            var turns = Replay(new FlightWorld(settings, every).Play(moves), s => s with { Automatic = others.Automatic, AutoFailback = others.AutoFailback, Thresholds = s.Thresholds with { Cooldown = TimeSpan.Zero, Graceful = 0.4 } });

            Assert.InRange(turns.Count(static t => t.Leaves), 0, 1);
            Assert.All(turns.TakeWhile(static t => !t.Leaves), static t => Assert.Empty(t.Written));
            var written = turns.SelectMany(static t => t.Written).ToList();
            Assert.All(written.Zip(written.Skip(1)), static pair => Assert.True(pair.Second.IsNewerThan(pair.First), $"{pair.First} before {pair.Second}"));
        },
        iter: 40);

    [Fact]
    public void Take_PolicyThatLeavesItToAnOperator_CallsOneAndMovesNobody()
    {
        var turns = Replay(Outage(Settings), static s => s with { Automatic = false });

        var leaves = Assert.Single(turns, static t => t.Leaves);
        Assert.Equal((DecisionKind.ImmediateFailover, DecisionKind.ManualIntervention), (Verdict(leaves.Recorded, Us).Kind, Verdict(leaves.Other, Us).Kind));
        Assert.StartsWith("D-04", Verdict(leaves.Other, Us).Reason, StringComparison.Ordinal);
        Assert.All(turns, static t => Assert.Empty(t.Written));
        Assert.NotNull(turns[^1].Recorded.Record);
        Assert.Null(turns[^1].Other.Record);
        Assert.Equal(100, turns[^1].Other.Input.Routing.Percent(Us, Us));
    }

    [Fact]
    public void Take_PolicyWithAnotherTarget_MovesThemThereOnItsOwn()
    {
        var turns = Replay(Outage(Settings), static s => s with { Regions = new Dictionary<RegionId, RegionFacts>(s.Regions) { [Ap] = s.Regions[Ap] with { Capacity = 0.9 } } });

        var leaves = turns.Single(static t => t.Leaves);
        Assert.Equal((Eu, Ap), (Verdict(leaves.Recorded, Us).Target, Verdict(leaves.Other, Us).Target));
        Assert.Equal(
            ["DrainSource Intended", "DrainSource Done", "Redirect Intended", "Redirect Done", "Verify Intended", "Verify Done", "Watch Intended", "Watch Done", "Watch Complete"],
            turns.SelectMany(static t => t.Written).Select(static r => $"{r.Step} {r.Phase}"));
        Assert.Equal((100, 100), (turns[^1].Recorded.Input.Routing.Percent(Us, Eu), turns[^1].Other.Input.Routing.Percent(Us, Ap)));
    }

    [Fact]
    public void Take_PolicyThatWaitsLonger_StartsLaterAndCountsItsOwnCooldown()
    {
        // The region is only partly ill, so that the time to settle counts.
        var world = new FlightWorld(Settings)
            .Take(new LeadershipNotice.BecameLeader(1, null))
            .Lead(40, Facts((Us, 0.3)));

        var turns = Replay(world, static s => s with { Thresholds = s.Thresholds with { Settle = TimeSpan.FromSeconds(20) } });

        Assert.Equal([10, 20], new[] { turns.FindIndex(static t => t.Recorded.Action is FailoverAction.Propose), turns.FindIndex(static t => t.Written.Count > 0) });
        Assert.Equal(TimeSpan.FromSeconds(turns.Count - 1 - turns.FindLastIndex(static t => t.Written.Count > 0)), turns[^1].Other.Input.SinceFailover[Us]);
    }

    [Fact]
    public void Take_TermEndsWhileItIsAlone_TheNextTermGoesOnFromItsOwnJournal()
    {
        var world = Outage(Settings);
        world.Take(new LeadershipNotice.TermEnded(1, "")).Turn(Facts() with { Shown = world.Turns[^1].Record });
        world.Take(new LeadershipNotice.BecameLeader(4, world.Turns[^1].Record! with { Epoch = 4 })).Lead(2, Facts());

        var turns = Replay(world, static s => s with { Automatic = false });

        Assert.All(turns.TakeLast(3), static t => Assert.NotNull(t.Recorded.Record));
        Assert.All(turns.TakeLast(3), static t => Assert.Null(t.Other.Record));
        Assert.Equal([0, 4, 4], turns.TakeLast(3).Select(static t => t.Other.Epoch));
    }

    [Fact]
    public void Take_Follower_IsComparedOnWhatItSaw()
    {
        var world = new FlightWorld(Settings);
        world.Turn(Facts((Us, 0)));

        var turn = Assert.Single(Replay(world, static s => s with { Automatic = false }));

        Assert.False(turn.Leaves);
        Assert.Equal((DecisionKind.ImmediateFailover, DecisionKind.ManualIntervention), (Verdict(turn.Recorded, Us).Kind, Verdict(turn.Other, Us).Kind));
    }
}
