using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class MultiMasterFenceTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly RegionId Ap = new("ap-southeast-1");
    private static readonly RoutingTable Home = RoutingTable.Home([Us, Eu, Ap]);
    private static readonly RoutingTable Away = Home.With(Us, (Eu, 100));

    [Theory]
    //          step              phase       fenced
    [InlineData("DrainSource",     "Intended", "")]
    [InlineData("FenceSource",     "Intended", "us-east-1")]
    [InlineData("Watch",           "Done",     "us-east-1")]
    [InlineData("Watch",           "Complete", "us-east-1")]
    [InlineData("VerifyOriginal",  "Intended", "us-east-1")]
    [InlineData("SyncData",        "Intended", "")]
    [InlineData("DrainFailover",   "Intended", "")]
    [InlineData("SyncData",        "Aborted",  "us-east-1")]
    public void Reason_AlongFailoverAndFailback_IsGivenWhileUsersAreAwayAndNotOnTheirWayBack(string step, string phase, string fenced)
    {
        var record = Record(Enum.Parse<SagaStep>(step), Enum.Parse<StepPhase>(phase));

        Assert.Equal(fenced, string.Join(' ', new[] { Us, Eu, Ap }.Where(r => MultiMasterFence.Reason(record, r) is not null)));
    }

    [Fact]
    public void Reason_ShareReturned_IsNone() =>
        Assert.Null(MultiMasterFence.Reason(Record(SagaStep.DrainFailover, StepPhase.Aborted) with { Desired = Home.With(Us, (Us, 10), (Eu, 90)) }, Us));

    [Fact]
    public void Reason_AnotherRegionsFailover_KeepsTheFirstFenced()
    {
        var second = Record(SagaStep.Watch, StepPhase.Complete) with { Source = Ap, Target = Eu, Desired = Away.With(Ap, (Eu, 100)) };

        Assert.NotNull(MultiMasterFence.Reason(second, Us));
        Assert.NotNull(MultiMasterFence.Reason(second, Ap));
        Assert.Null(MultiMasterFence.Reason(second, Eu));
    }

    [Fact]
    public void Reason_NoRecord_IsNone() => Assert.Null(MultiMasterFence.Reason(null, Us));

    [Fact]
    public void TokenOf_LaterRecord_IsHigher()
    {
        var record = Record(SagaStep.FenceSource, StepPhase.Intended) with { Epoch = 3, Sequence = 9 };

        Assert.True(MultiMasterFence.TokenOf(record) < MultiMasterFence.TokenOf(record with { Sequence = 10 }));
        Assert.True(MultiMasterFence.TokenOf(record) < MultiMasterFence.TokenOf(record with { Epoch = 4, Sequence = 1 }));
    }

    private static JournalRecord Record(SagaStep step, StepPhase phase)
    {
        var failback = step >= SagaStep.VerifyOriginal;
        return new JournalRecord
        {
            PlanId = "p-1-1", Kind = failback ? SagaKind.Failback : SagaKind.Failover, Step = step, Phase = phase, Source = failback ? Eu : Us, Target = failback ? Us : Eu,
            Audiences = [Us], Before = failback ? Away : Home, Desired = Away, Decision = DecisionKind.GracefulFailover, Irreversible = !failback && step >= SagaStep.FenceSource,
        };
    }
}
