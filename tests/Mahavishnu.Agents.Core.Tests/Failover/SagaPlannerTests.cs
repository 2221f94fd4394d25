using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class SagaPlannerTests
{
    [Fact]
    public void Failover_NoTarget_IsRefused() => Assert.Throws<ArgumentException>(static () =>
        SagaPlanner.Failover("fo-1", Verdict(Input(), Us), RoutingTable.Home(All), TrafficOnly, SagaMachine.Automatic));

    [Fact]
    public void Failback_UsersAreAtHomeOrDrained_IsRefused() => Assert.All(
        [RoutingTable.Home(All), RoutingTable.Home(All).With(Us), RoutingTable.Empty],
        static routing => Assert.Throws<ArgumentException>(() => SagaPlanner.Failback("fb-1", Us, routing, TrafficOnly, SagaMachine.Automatic)));

    [Theory]
    //          score  skips
    [InlineData(0,     "CatchUp")]
    [InlineData(0.3,   "")]
    public void Failover_SourceIsDown_SkipsWhatNeedsIt(double score, string skips) =>
        Assert.Equal(skips, string.Join(' ', FailoverPlan(AllSteps, score).Skipped));

    [Fact]
    public void Failover_ADeadRegionSharesTheAudience_GetsNoGreaterShare()
    {
        var routing = RoutingTable.Home(All).With(Us, (Us, 40), (Eu, 30), (Ap, 30));
        var input = Input((Us, 0), (Ap, 0)) with { Routing = routing };

        var plan = SagaPlanner.Failover("fo-1", Verdict(input, Us), routing, TrafficOnly, SagaMachine.Automatic);

        Assert.Equal(routing.With(Us, (Eu, 100)), plan.Desired);
    }

    [Fact]
    public void Failback_SeveralServe_LeavesTheGreatestShare() => Assert.Equal(
        Eu,
        SagaPlanner.Failback("fb-1", Us, RoutingTable.Home(All).With(Us, (Us, 50), (Ap, 20), (Eu, 30)), TrafficOnly, SagaMachine.Automatic).Source);

    [Fact]
    public void Drained_AnyShares_AreSpreadOverTheOthersOrNobody() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], Gen.Bool).Sample(static (one, other, both) =>
        {
            var (us, eu) = (Math.Min(one, other), Math.Abs(one - other));
            var routing = RoutingTable.Home(All).With(Us, (Us, us), (Eu, eu), (Ap, 100 - us - eu));
            HashSet<RegionId> leaving = both ? [Us, Eu] : [Us];

            var drained = SagaPlanner.Drained(routing, leaving, [Us]);

            Assert.DoesNotContain(drained.Shares(Us).Keys, leaving.Contains);
            Assert.Equal(routing.Shares(Us).Keys.All(leaving.Contains) ? 0 : 100, drained.Shares(Us).Values.Sum());
            Assert.Equal(routing.With(Us), drained.With(Us));
        });
}
