using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class SagaFailbackTests
{
    private static readonly RoutingTable Home = RoutingTable.Home(All);
    private static readonly RoutingTable UsAway = Home.With(Us, (Eu, 100));

    private static SagaDriver Drive(Func<SagaDriver, DecisionInput>? world = null, SagaSettings? settings = null) =>
        new SagaDriver(settings ?? TrafficOnly, world ?? (static _ => Input()), static (_, _) => EffectResult.Done).Start(FailbackPlan(settings ?? TrafficOnly));

    private static Func<SagaDriver, DecisionInput> From(SagaStep step, int percent, params (RegionId, double?)[] scores) =>
        d => d.Journal.Exists(r => r.Step >= step && r.ReturnedPercent >= percent) ? Input(scores) : Input();

    [Fact]
    public void Next_Failback_ReturnsTheUsersInGrowingShares()
    {
        var saga = Drive().RunUntil();

        Assert.Equal(
            [
                "VerifyOriginal Intended", "VerifyOriginal Done",
                "DrainFailover Intended", "DrainFailover Intended", "DrainFailover Intended", "DrainFailover Done",
                "EnableOriginal Intended", "EnableOriginal Done", "VerifyFailback Intended", "VerifyFailback Done", "VerifyFailback Complete",
            ],
            saga.Story);
        Assert.Equal([0, 0, 10, 25, 50, 50, 100, 100, 100, 100, 100], saga.Journal.Select(static r => r.Desired.Percent(Us, Us)));
        Assert.Equal([0, 0, 10, 25, 50, 50, 100, 100, 100, 100, 100], saga.Journal.Select(static r => r.ReturnedPercent));
        Assert.Equal(Home, saga.Traffic);
        Assert.Empty(saga.Troubles);
        Assert.InRange(saga.Now.TotalSeconds, 360, 370);
    }

    [Fact]
    public void Next_DataConfigured_SynchronisesBeforeTheFirstShare()
    {
        var saga = Drive(settings: AllSteps).RunUntil();

        Assert.Equal(["VerifyOriginal Done", "SyncData Intended", "SyncData Done", "DrainFailover Intended"], saga.Story.Skip(1).Take(4));
        Assert.Equal(Home, saga.Traffic);
    }

    [Theory]
    //          from step                from share  original  ends
    [InlineData(SagaStep.VerifyOriginal, 0,          0.0,      StepPhase.Aborted)]
    [InlineData(SagaStep.SyncData,       0,          0.0,      StepPhase.Aborted)]
    [InlineData(SagaStep.DrainFailover,  10,         0.0,      StepPhase.Aborted)]
    [InlineData(SagaStep.DrainFailover,  50,         0.0,      StepPhase.Aborted)]
    [InlineData(SagaStep.DrainFailover,  10,         0.49,     StepPhase.Aborted)]
    [InlineData(SagaStep.EnableOriginal, 100,        0.0,      StepPhase.Aborted)]
    [InlineData(SagaStep.VerifyFailback, 100,        0.0,      StepPhase.Aborted)]
    public void Next_OriginalFailsMidWay_GoesBackToWhoServed(SagaStep step, int percent, double score, StepPhase ends)
    {
        var saga = Drive(From(step, percent, (Us, score)), AllSteps).RunUntil();

        Assert.Equal((ends, UsAway, UsAway), (saga.Last.Phase, saga.Last.Desired, saga.Traffic));
        Assert.Contains("us-east-1 fails again", saga.Last.Reason, StringComparison.Ordinal);
    }

    [Theory]
    //          original
    [InlineData(1.0)]
    [InlineData(0.6)]
    [InlineData(0.3)]
    [InlineData(null)]
    public void Next_ServingRegionDiesMidWay_SendsEverybodyHomeAtOnce(double? original)
    {
        var saga = Drive(From(SagaStep.DrainFailover, 25, (Eu, 0), (Us, original))).RunUntil(static d => d.Last.Step == SagaStep.EnableOriginal && d.Last.Phase == StepPhase.Done, 30);

        Assert.Equal(Home, saga.Traffic);
        Assert.DoesNotContain(saga.Journal, static r => r.ReturnedPercent == 50);
    }

    [Theory]
    [InlineData(SagaStep.VerifyOriginal)]
    [InlineData(SagaStep.SyncData)]
    public void Next_ServingRegionDiesBeforeTheFirstShare_MakesRoomForAFailover(SagaStep step)
    {
        var saga = Drive(From(step, 0, (Eu, 0)), AllSteps).RunUntil();

        Assert.Equal((StepPhase.Aborted, UsAway), (saga.Last.Phase, saga.Last.Desired));
        Assert.Contains("eu-west-1, which serves the users, is down", saga.Last.Reason, StringComparison.Ordinal);
        Assert.Equal(DecisionKind.ImmediateFailover, Verdict(Input((Eu, 0)) with { Routing = saga.Last.Desired }, Eu).Kind);
    }

    [Theory]
    [InlineData(SagaStep.DrainFailover,  10)]
    [InlineData(SagaStep.EnableOriginal, 100)]
    public void Next_BothDie_HoldsCallsAPersonAndResumes(SagaStep step, int percent)
    {
        var healed = false;
        var saga = Drive(d => healed ? Input() : From(step, percent, (Us, 0), (Eu, 0))(d)).RunFor(900);
        Assert.Equal((step, percent), (saga.Last.Step, saga.Last.ReturnedPercent));
        Assert.Equal("us-east-1 fails and eu-west-1 is down; holding", saga.Trouble);

        healed = true;
        saga.RunUntil();
        Assert.Equal((StepPhase.Complete, Home), (saga.Last.Phase, saga.Traffic));
    }

    [Fact]
    public void Next_OriginalDoesNotReachTheScore_GivesUpWithoutAChange()
    {
        var saga = Drive(static _ => Input((Us, 0.89))).RunUntil();

        Assert.Equal((StepPhase.Aborted, UsAway, 0), (saga.Last.Phase, saga.Traffic, saga.Effects.Count));
        Assert.Equal("us-east-1 has agreed score 0.89, 0.9 is needed", saga.Last.Reason);
        Assert.InRange(saga.Now.TotalSeconds, 60, 63);
    }

    [Theory]
    [InlineData(0.94, false)]
    [InlineData(0.95, true)]
    public void Next_FinalVerification_NeedsTheFinalScore(double score, bool completes)
    {
        var saga = Drive(d => Input((Us, d.Last.Step == SagaStep.VerifyFailback ? score : 1))).RunFor(3000);

        Assert.Equal(completes, saga.Last.Phase == StepPhase.Complete);
        Assert.Equal(completes, saga.Trouble is null);
    }

    [Fact]
    public void Next_AbortOfASplitRouting_GivesNothingToTheDead()
    {
        var split = Home.With(Us, (Us, 10), (Eu, 60), (Ap, 30));
        var plan = SagaPlanner.Failback("fb-1", Us, split, TrafficOnly, SagaMachine.Automatic);
        var saga = new SagaDriver(TrafficOnly, From(SagaStep.DrainFailover, 25, (Us, 0), (Ap, 0)), static (_, _) => EffectResult.Done).Start(plan).RunUntil();

        Assert.Equal((StepPhase.Aborted, UsAway), (saga.Last.Phase, saga.Traffic));
    }
}
