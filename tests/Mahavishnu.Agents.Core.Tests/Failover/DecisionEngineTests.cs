using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class DecisionEngineTests
{
    private static readonly DecisionInput Dead = Input((Us, 0));

    // What blocks the failover of a dead us-east-1, one rule at a time.
    public static TheoryData<string, string, DecisionKind, DecisionInput> Blocks() => new()
    {
        { "D-01", "serves nobody now",                         DecisionKind.NoFailover,         Dead with { Routing = RoutingTable.Home(All).With(Us, (Eu, 100)) } },
        { "D-02", "unknown, nothing is done",                  DecisionKind.NoFailover,         Input((Us, null)) },
        { "D-03", "region healthy",                            DecisionKind.NoFailover,         Input() },
        { "D-03", "region degraded but operational",           DecisionKind.NoFailover,         Input((Us, 0.6)) },
        { "D-04", "left to an operator",                       DecisionKind.ManualIntervention, Dead with { Automatic = false } },
        { "D-05", "it is paused: upgrade",                     DecisionKind.NoFailover,         Dead with { Maintenance = "upgrade" } },
        { "D-06", "fo-9 is under way",                         DecisionKind.NoFailover,         Dead with { RunningPlan = "fo-9" } },
        { "D-07", "cooling down for another 1 s",              DecisionKind.NoFailover,         Dead with { SinceFailover = Ago(Us, 299) } },
        { "D-08", "no healthy, lawful target",                 DecisionKind.ManualIntervention, Input((Us, 0), (Eu, 0.69), (Ap, 0.69)) },
        { "D-09", "an unknown amount of writes",               DecisionKind.ManualIntervention, Limited(Dead) },
    };

    private static DecisionInput Limited(DecisionInput input) =>
        input with { Thresholds = input.Thresholds with { LossLimit = TimeSpan.FromSeconds(60) } };

    private static Dictionary<LagLink, MeasuredLag> Behind(double seconds) => new()
    {
        [new LagLink(Us, Ap, "postgresql")] = new MeasuredLag(TimeSpan.FromSeconds(seconds)),
        [new LagLink(Us, Eu, "postgresql")] = new MeasuredLag(TimeSpan.FromSeconds(seconds)),
    };

    [Theory]
    //          at risk  kind
    [InlineData(0.5,     DecisionKind.ImmediateFailover,  DataLossRisk.Minimal)]
    [InlineData(60,      DecisionKind.ImmediateFailover,  DataLossRisk.Moderate)]
    [InlineData(60.001,  DecisionKind.ManualIntervention, DataLossRisk.High)]
    public void Decide_DeadRegionWithMeasuredLag_IsLeftToAPersonBeyondTheLimit(double seconds, DecisionKind kind, DataLossRisk risk)
    {
        var verdict = Verdict(Limited(Dead) with { Lag = Behind(seconds) }, Us);

        Assert.Equal((kind, risk), (verdict.Kind, verdict.Risk));
    }

    [Fact]
    public void Decide_DeadRegionThatHoldsNoWriter_HasNothingToLose()
    {
        var verdict = Verdict(Limited(Dead) with { Writers = new HashSet<RegionId> { Eu } }, Us);

        Assert.Equal((DecisionKind.ImmediateFailover, DataLossRisk.None), (verdict.Kind, verdict.Risk));
    }

    [Fact]
    public void Decide_PartlyIllRegionWhoseTargetsMayNotFollow_IsLeftToAPerson()
    {
        Assert.Equal(DecisionKind.ManualIntervention, Verdict(Limited(Input((Us, 0.4))), Us).Kind);
        Assert.Equal(DecisionKind.GracefulFailover, Verdict(Limited(Input((Us, 0.4))) with { Lag = Behind(2) }, Us).Kind);
    }

    /// <summary>A graceful failover would fence the source and wait for ever; an immediate one loses no more than is measured.</summary>
    [Theory]
    [InlineData(0.4, DecisionKind.ManualIntervention)]
    [InlineData(0.0, DecisionKind.ImmediateFailover)]
    public void Decide_TargetsThatNeedAFullCopy_AreNotWaitedFor(double score, DecisionKind kind)
    {
        var input = Limited(Input((Us, score))) with { Lag = Behind(2), Broken = new HashSet<LagLink> { new(Us, Eu, "postgresql"), new(Us, Ap, "postgresql") } };

        Assert.Equal(kind, Verdict(input, Us).Kind);
        Assert.Equal(Eu, Verdict(input with { Broken = new HashSet<LagLink> { new(Us, Ap, "postgresql") } }, Us).Target);
    }

    private static Dictionary<RegionId, TimeSpan> Ago(RegionId region, int seconds) => new() { [region] = TimeSpan.FromSeconds(seconds) };

    [Theory]
    [MemberData(nameof(Blocks), DisableDiscoveryEnumeration = true)]
    public void Decide_OneRuleBlocks_IsNamedInTheReason(string rule, string because, DecisionKind kind, DecisionInput input)
    {
        var verdict = Verdict(input, Us);

        Assert.Equal((kind, null), (verdict.Kind, verdict.Target));
        Assert.StartsWith($"{rule}: ", verdict.Reason, StringComparison.Ordinal);
        Assert.Contains(because, verdict.Reason, StringComparison.Ordinal);
        Assert.Empty(verdict.Audiences);
        Assert.Equal(rule, verdict.Rules.First(static r => !r.Passed).Id);
    }

    [Fact]
    public void Blocks_EveryRule_IsCovered() => Assert.Equal(
        Verdict(Dead, Us).Rules.Select(static r => r.Id),
        Blocks().Select(static row => row.Data.Item1).Distinct());

    [Fact]
    public void Decide_DeadRegion_MovesItsUsersAtOnce()
    {
        var verdict = Verdict(Dead, Us);

        Assert.Equal((DecisionKind.ImmediateFailover, (RegionId?)Ap, "D-03: complete region failure"), (verdict.Kind, verdict.Target, verdict.Reason));
        Assert.Equal([Us], verdict.Audiences);
        Assert.All(verdict.Rules, static r => Assert.True(r.Passed));
        Assert.Equal(DataLossRisk.Unknown, verdict.Risk);
    }

    [Theory]
    //          condition                 ill for  kind
    [InlineData(RegionCondition.Degraded, 0,       DecisionKind.NoFailover)]
    [InlineData(RegionCondition.Degraded, 9.9,     DecisionKind.NoFailover)]
    [InlineData(RegionCondition.Degraded, 10,      DecisionKind.GracefulFailover)]
    [InlineData(RegionCondition.Down,     0,       DecisionKind.ImmediateFailover)]
    public void Decide_PartlyIll_WaitsUntilItHasSettledAndDownDoesNot(RegionCondition condition, double illForSeconds, DecisionKind kind)
    {
        var view = View();
        var input = Input() with
        {
            Thresholds = DecisionThresholds.Default with { Settle = TimeSpan.FromSeconds(10) },
            View = view with { Regions = new Dictionary<RegionId, AgreedRegion>(view.Regions) { [Us] = view[Us] with { Condition = condition, AtMost = 0.1, AtLeast = 0.1 } } },
            IllFor = new Dictionary<RegionId, TimeSpan> { [Us] = TimeSpan.FromSeconds(illForSeconds) },
        };

        Assert.Equal(kind, Verdict(input, Us).Kind);
    }

    [Theory]
    //          score  condition                 kind
    [InlineData(0.0,   RegionCondition.Down,     DecisionKind.ImmediateFailover)]
    [InlineData(0.199, RegionCondition.Down,     DecisionKind.ImmediateFailover)]
    [InlineData(0.199, RegionCondition.Degraded, DecisionKind.GracefulFailover)]
    [InlineData(0.2,   RegionCondition.Down,     DecisionKind.GracefulFailover)]
    [InlineData(0.2,   RegionCondition.Degraded, DecisionKind.GracefulFailover)]
    [InlineData(0.499, RegionCondition.Degraded, DecisionKind.GracefulFailover)]
    [InlineData(0.5,   RegionCondition.Degraded, DecisionKind.NoFailover)]
    [InlineData(0.699, RegionCondition.Degraded, DecisionKind.NoFailover)]
    [InlineData(0.7,   RegionCondition.Healthy,  DecisionKind.NoFailover)]
    [InlineData(1.0,   RegionCondition.Healthy,  DecisionKind.NoFailover)]
    public void Decide_Thresholds_HoldAtTheEdge(double score, RegionCondition condition, DecisionKind kind)
    {
        var view = View();
        var input = Input() with
        {
            View = view with { Regions = new Dictionary<RegionId, AgreedRegion>(view.Regions) { [Us] = view[Us] with { Condition = condition, AtMost = score, AtLeast = score } } },
        };

        Assert.Equal(kind, Verdict(input, Us).Kind);
    }

    [Theory]
    [InlineData(0.7,   DecisionKind.ImmediateFailover)]
    [InlineData(0.699, DecisionKind.ManualIntervention)]
    public void Decide_ScoreOfTheOnlyTarget_NeedsTheThreshold(double score, DecisionKind kind) =>
        Assert.Equal(kind, Verdict(Input((Us, 0), (Eu, score), (Ap, 0)), Us).Kind);

    [Theory]
    //          seconds since  region that failed over  kind
    [InlineData(0,             "us-east-1",             DecisionKind.NoFailover)]
    [InlineData(299,           "us-east-1",             DecisionKind.NoFailover)]
    [InlineData(300,           "us-east-1",             DecisionKind.ImmediateFailover)]
    [InlineData(0,             "eu-west-1",             DecisionKind.ImmediateFailover)]
    public void Decide_Cooldown_IsOfTheRegionAlone(int seconds, string region, DecisionKind kind) =>
        Assert.Equal(kind, Verdict(Dead with { SinceFailover = Ago(new RegionId(region), seconds) }, Us).Kind);

    [Fact]
    public void Decide_SeveralRulesBlock_TheFirstDecidesAndAllAreListed()
    {
        var verdict = Verdict(Dead with { Maintenance = "upgrade", RunningPlan = "fo-9", SinceFailover = Ago(Us, 1) }, Us);

        Assert.StartsWith("D-05", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(["D-05", "D-06", "D-07"], verdict.Rules.Where(static r => !r.Passed).Select(static r => r.Id));
        Assert.Equal(9, verdict.Rules.Count);
    }

    [Fact]
    public void Decide_AMinoritySaysDown_IsShownAndNotActedUpon()
    {
        var view = AgreedView.Of(All, All, [VoteOf(Eu, (Us, 0)), VoteOf(Ap), VoteOf(Us)]);

        var verdict = Verdict(Input() with { View = view }, Us);

        Assert.Equal((DecisionKind.NoFailover, "D-03: eu-west-1 sees us-east-1 down: 1 of 3 observers, 2 are needed"), (verdict.Kind, verdict.Reason));
    }

    [Theory]
    //          us      eu      ap      order of the verdicts
    [InlineData(1.0,    1.0,    1.0,    "ap-south-1 eu-west-1 us-east-1")]
    [InlineData(0.0,    0.3,    1.0,    "us-east-1 eu-west-1 ap-south-1")]
    [InlineData(0.3,    0.0,    1.0,    "eu-west-1 us-east-1 ap-south-1")]
    [InlineData(0.3,    0.4,    1.0,    "us-east-1 eu-west-1 ap-south-1")]
    [InlineData(0.1,    0.0,    1.0,    "eu-west-1 us-east-1 ap-south-1")]
    [InlineData(1.0,    1.0,    0.6,    "ap-south-1 eu-west-1 us-east-1")]
    [InlineData(0.6,    1.0,    1.0,    "us-east-1 ap-south-1 eu-west-1")]
    public void Decide_SeveralRegionsAreIll_TheWorstComesFirst(double us, double eu, double ap, string order) =>
        Assert.Equal(order, string.Join(' ', DecisionEngine.Decide(Input((Us, us), (Eu, eu), (Ap, ap))).Select(static v => v.Source)));

    [Fact]
    public void Decide_NobodyKnowsAnything_DoesNothing() =>
        Assert.All(DecisionEngine.Decide(Input((Us, null), (Eu, null), (Ap, null))), static v => Assert.Equal(DecisionKind.NoFailover, v.Kind));
}
