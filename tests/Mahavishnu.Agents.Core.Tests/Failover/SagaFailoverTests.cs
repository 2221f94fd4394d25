using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class SagaFailoverTests
{
    private static readonly RoutingTable AtAp = RoutingTable.Home(All).With(Us, (Ap, 100));
    private static readonly RoutingTable AtEu = RoutingTable.Home(All).With(Us, (Eu, 100));

    private static SagaDriver Drive(SagaSettings settings, Func<SagaDriver, DecisionInput>? world = null, Func<JournalRecord, int, EffectResult>? effect = null) =>
        new(settings, world ?? (static _ => Input((Us, 0))), effect ?? (static (_, _) => EffectResult.Done));

    /// <summary>us-east-1 is down; ap-south-1 too from the given record on, and eu-west-1 if nobody is left.</summary>
    private static Func<SagaDriver, DecisionInput> TargetDies(SagaStep step, StepPhase phase, bool nobodyLeft = false, Func<SagaDriver, bool>? heals = null) => d =>
        heals?.Invoke(d) != true && d.Journal.Exists(r => (r.Step, r.Phase) == (step, phase))
            ? Input((Us, 0), (Ap, 0), (Eu, nobodyLeft ? 0 : 1))
            : Input((Us, 0));

    [Fact]
    public void Next_ImmediateFailoverOfTraffic_GoesStraightToTheEnd()
    {
        var saga = Drive(TrafficOnly).Start(FailoverPlan(TrafficOnly)).RunUntil();

        Assert.Equal(
            [
                "DrainSource Intended", "DrainSource Done", "Redirect Intended", "Redirect Done",
                "Verify Intended", "Verify Done", "Watch Intended", "Watch Done", "Watch Complete",
            ],
            saga.Story);
        Assert.Equal(
            [RoutingTable.Home(All).With(Us), RoutingTable.Home(All).With(Us), AtAp, AtAp, AtAp, AtAp, AtAp, AtAp, AtAp],
            saga.Journal.Select(static r => r.Desired));
        Assert.Equal(AtAp, saga.Traffic);
        Assert.DoesNotContain(saga.Journal, static r => r.Irreversible);
        Assert.Empty(saga.Troubles);
        Assert.InRange(saga.Now.TotalSeconds, 60, 62);
    }

    [Theory]
    //          score  catch up is
    [InlineData(0,     false)]
    [InlineData(0.3,   true)]
    public void Next_EverythingConfigured_TakesEveryStepAndIsIrreversibleFromTheFenceOn(double score, bool catchesUp)
    {
        var saga = Drive(AllSteps, _ => Input((Us, score))).Start(FailoverPlan(AllSteps, score)).RunUntil();

        var steps = SagaTable.Rows.Where(static r => r.Kind == SagaKind.Failover).Select(static r => r.Step).Where(s => catchesUp || s != SagaStep.CatchUp).ToList();
        Assert.Equal([.. steps.SelectMany(static s => new[] { $"{s} Intended", $"{s} Done" }), "Watch Complete"], saga.Story);
        Assert.All(saga.Journal, static r => Assert.Equal(r.Step >= SagaStep.FenceSource, r.Irreversible));
        Assert.Equal(AtAp, saga.Traffic);
    }

    [Theory]
    [InlineData(SagaStep.FenceSource)]
    [InlineData(SagaStep.CatchUp)]
    [InlineData(SagaStep.PromoteDatabase)]
    [InlineData(SagaStep.PromoteSearch)]
    public void Next_StepWithNothingConfigured_IsNeverIntended(SagaStep skipped)
    {
        var settings = AllSteps with { NothingConfigured = [skipped] };

        var saga = Drive(settings, static _ => Input((Us, 0.3))).Start(FailoverPlan(settings, 0.3)).RunUntil();

        Assert.Equal(StepPhase.Complete, saga.Last.Phase);
        Assert.DoesNotContain(saga.Journal, r => r.Step == skipped);
        Assert.DoesNotContain(saga.Effects, r => r.Step == skipped);
    }

    [Theory]
    [InlineData(SagaStep.DrainSource, StepPhase.Intended)]
    [InlineData(SagaStep.DrainSource, StepPhase.Done)]
    [InlineData(SagaStep.Redirect,    StepPhase.Intended)]
    [InlineData(SagaStep.Redirect,    StepPhase.Done)]
    [InlineData(SagaStep.Verify,      StepPhase.Intended)]
    [InlineData(SagaStep.Verify,      StepPhase.Done)]
    [InlineData(SagaStep.Watch,       StepPhase.Intended)]
    public void Next_TargetDiesWhileNothingIsIrreversible_TakesTheNextBest(SagaStep step, StepPhase phase)
    {
        var saga = Drive(TrafficOnly, TargetDies(step, phase)).Start(FailoverPlan(TrafficOnly)).RunUntil();

        Assert.Equal((StepPhase.Complete, Eu, AtEu), (saga.Last.Phase, saga.Last.Target, saga.Traffic));
        Assert.Equal([Ap], saga.Last.FailedTargets);
    }

    [Fact]
    public void Next_TargetDiesWhenTheWatchIsOver_EndsAndLeavesTheRestToANewPlan()
    {
        var saga = Drive(TrafficOnly, TargetDies(SagaStep.Watch, StepPhase.Done)).Start(FailoverPlan(TrafficOnly)).RunUntil();

        Assert.Equal((StepPhase.Complete, Ap), (saga.Last.Phase, saga.Last.Target));
    }

    [Theory]
    [InlineData(0.49, true)]
    [InlineData(0.5,  false)]
    public void Next_TargetIsIllWithoutBeingDown_IsLeftBelowTheFailingScore(double score, bool left)
    {
        var saga = Drive(TrafficOnly, d => Input((Us, 0), (Ap, d.Last.Step == SagaStep.Verify ? score : 1))).Start(FailoverPlan(TrafficOnly)).RunFor(30);

        Assert.Equal(left, saga.Journal.Exists(static r => r.Target == Eu));
    }

    [Theory]
    [InlineData(SagaStep.FenceSource,     StepPhase.Intended)]
    [InlineData(SagaStep.FenceSource,     StepPhase.Done)]
    [InlineData(SagaStep.PromoteDatabase, StepPhase.Intended)]
    [InlineData(SagaStep.PromoteDatabase, StepPhase.Done)]
    [InlineData(SagaStep.PromoteSearch,   StepPhase.Done)]
    [InlineData(SagaStep.Redirect,        StepPhase.Intended)]
    [InlineData(SagaStep.Verify,          StepPhase.Intended)]
    [InlineData(SagaStep.Watch,           StepPhase.Intended)]
    public void Next_TargetDiesAfterAnIrreversibleIntent_HoldsCallsAPersonAndResumes(SagaStep step, StepPhase phase)
    {
        var healed = false;
        var saga = Drive(AllSteps, TargetDies(step, phase, heals: _ => healed)).Start(FailoverPlan(AllSteps)).RunFor(600);

        Assert.Equal((step, phase, Ap), (saga.Last.Step, saga.Last.Phase, saga.Last.Target));
        Assert.Equal(["target ap-south-1 fails after an irreversible step was intended; holding"], saga.Troubles.TakeLast(1));
        var effects = saga.Effects.Count;

        healed = true;
        saga.RunUntil();
        Assert.Equal((StepPhase.Complete, AtAp), (saga.Last.Phase, saga.Traffic));
        Assert.Null(saga.Trouble);
        Assert.True(saga.Effects.Count >= effects);
    }

    [Fact]
    public void Next_TargetIsIllAfterAnIrreversibleIntent_IsGoneOnWithForWantOfABetter()
    {
        var saga = Drive(AllSteps, d => Input((Us, 0), (Ap, d.Last.Irreversible ? 0.4 : 1))).Start(FailoverPlan(AllSteps)).RunFor(60);

        Assert.Equal((SagaStep.Verify, AtAp), (saga.Last.Step, saga.Traffic));
        Assert.Contains("going on with what is left of it", saga.Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SagaStep.DrainSource, StepPhase.Intended)]
    [InlineData(SagaStep.DrainSource, StepPhase.Done)]
    [InlineData(SagaStep.Redirect,    StepPhase.Done)]
    [InlineData(SagaStep.Watch,       StepPhase.Intended)]
    public void Next_NobodyIsLeft_HoldsCallsAPersonAndResumes(SagaStep step, StepPhase phase)
    {
        var healed = false;
        var saga = Drive(TrafficOnly, TargetDies(step, phase, nobodyLeft: true, heals: _ => healed)).Start(FailoverPlan(TrafficOnly)).RunFor(600);

        Assert.Equal((step, phase), (saga.Last.Step, saga.Last.Phase));
        Assert.Equal("target ap-south-1 fails and no other lawful, healthy region is left; holding", saga.Trouble);

        healed = true;
        saga.RunUntil();
        Assert.Equal((StepPhase.Complete, AtAp), (saga.Last.Phase, saga.Traffic));
    }

    [Theory]
    //          source recovers to  in step                 asked by     ends in
    [InlineData(0.7,                SagaStep.DrainSource,   "automatic", StepPhase.Aborted)]
    [InlineData(0.69,               SagaStep.DrainSource,   "automatic", StepPhase.Complete)]
    [InlineData(0.7,                SagaStep.DrainSource,   "anna",      StepPhase.Complete)]
    [InlineData(1.0,                SagaStep.Redirect,      "automatic", StepPhase.Complete)]
    [InlineData(1.0,                SagaStep.Watch,         "automatic", StepPhase.Complete)]
    public void Next_SourceRecovers_AbortsOnlyWhileDrainingAndOnlyIfAgreedHealthy(double score, SagaStep step, string by, StepPhase ends)
    {
        var saga = Drive(TrafficOnly, d => Input((Us, d.Journal.Exists(r => r.Step == step) ? score : 0)))
            .Start(FailoverPlan(TrafficOnly) with { RequestedBy = by }).RunUntil();

        Assert.Equal(ends, saga.Last.Phase);
        Assert.Equal(ends == StepPhase.Aborted ? RoutingTable.Home(All) : AtAp, saga.Traffic);
    }

    [Fact]
    public void Next_SourceRecoversUnseen_IsNotAborted()
    {
        var saga = Drive(TrafficOnly, static _ => Input((Us, null))).Start(FailoverPlan(TrafficOnly)).RunUntil();

        Assert.Equal(StepPhase.Complete, saga.Last.Phase);
    }

    [Fact]
    public void Next_AbortWhileAnotherRegionHasDied_GivesItNothingBack()
    {
        var before = RoutingTable.Home(All).With(Us, (Us, 60), (Ap, 40));
        var input = Input((Us, 0)) with { Routing = before };
        var plan = SagaPlanner.Failover("fo-1", Verdict(input, Us) with { Target = Eu }, before, TrafficOnly, SagaMachine.Automatic);

        var saga = Drive(TrafficOnly, static d => d.Events < 1 ? Input((Us, 0)) : Input((Ap, 0))).Start(plan).RunUntil();

        Assert.Equal((StepPhase.Aborted, RoutingTable.Home(All)), (saga.Last.Phase, saga.Traffic));
    }
}
