using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>How the machine treats what effects answer, and how long it waits.</summary>
public sealed class SagaEffectTests
{
    private static SagaDriver Failover(SagaSettings settings, Func<JournalRecord, int, EffectResult> effect) =>
        new SagaDriver(settings, static _ => Input((Us, 0)), effect).Start(FailoverPlan(settings));

    [Fact]
    public void Next_NoAnswer_IsTriedAgainAfterTheInterval()
    {
        var saga = Failover(TrafficOnly, static (_, attempt) => attempt < 4 ? EffectResult.Unknown : EffectResult.Done).RunUntil(static d => d.Last.Phase == StepPhase.Done);

        Assert.Equal(4, saga.Effects.Count);
        Assert.InRange(saga.Now.TotalSeconds, 15, 19);
        Assert.Empty(saga.Troubles);
    }

    [Fact]
    public void Next_Refusal_CallsAPersonAtOnceAndIsTriedAgain()
    {
        var saga = Failover(TrafficOnly, static (_, attempt) => attempt < 3 ? EffectResult.Refused : EffectResult.Done).RunUntil();

        Assert.Equal(["DrainSource: Refused", "Redirect: Refused"], saga.Troubles);
        Assert.Equal(StepPhase.Complete, saga.Last.Phase);
        Assert.Null(saga.Trouble);
    }

    [Fact]
    public void Next_StepTakesTooLong_CallsAPersonOnceAndGoesOnTrying()
    {
        var saga = Failover(TrafficOnly, static (_, _) => EffectResult.Unknown).RunFor(600);

        Assert.Equal(["DrainSource of fo-1 has taken longer than 60 s: Unknown"], saga.Troubles);
        Assert.InRange(saga.Effects.Count, 90, 125);
    }

    [Theory]
    //          step                    partial is enough after, in seconds
    [InlineData(SagaStep.DrainSource,   0)]
    [InlineData(SagaStep.Redirect,      60)]
    public void Next_PartialTraffic_IsEnoughAtOnceForADrainElseAfterTheDeadline(SagaStep step, int seconds)
    {
        var saga = Failover(TrafficOnly, (r, _) => r.Step == step ? EffectResult.Partial : EffectResult.Done);
        saga.RunUntil(d => d.Journal.Exists(r => r.Step == step));
        var since = saga.Now;

        saga.RunUntil(d => d.Journal.Exists(r => r.Step == step && r.Phase == StepPhase.Done));

        Assert.InRange((saga.Now - since).TotalSeconds, seconds, seconds + 7);
    }

    [Theory]
    [InlineData(SagaStep.FenceSource)]
    [InlineData(SagaStep.PromoteDatabase)]
    [InlineData(SagaStep.PromoteSearch)]
    public void Next_PartialData_IsNeverEnough(SagaStep step)
    {
        var saga = Failover(AllSteps, (r, _) => r.Step == step ? EffectResult.Partial : EffectResult.Done).RunFor(3000);

        Assert.Equal((step, StepPhase.Intended), (saga.Last.Step, saga.Last.Phase));
        Assert.NotNull(saga.Trouble);
    }

    [Fact]
    public void Next_PartialCatchUp_IsNeverEnough()
    {
        var saga = new SagaDriver(AllSteps, static _ => Input((Us, 0.3)), static (r, _) => r.Step == SagaStep.CatchUp ? EffectResult.Partial : EffectResult.Done)
            .Start(FailoverPlan(AllSteps, 0.3)).RunFor(3000);

        Assert.Equal((SagaStep.CatchUp, StepPhase.Intended), (saga.Last.Step, saga.Last.Phase));
    }

    [Fact]
    public void Next_PartialShares_StillEndAFailback()
    {
        var saga = new SagaDriver(TrafficOnly, static _ => Input(), static (r, _) => r.Step == SagaStep.DrainFailover ? EffectResult.Partial : EffectResult.Done)
            .Start(FailbackPlan(TrafficOnly)).RunUntil();

        Assert.Equal(StepPhase.Complete, saga.Last.Phase);
    }

    [Theory]
    //          score of the target while it is watched: from second, score
    [InlineData(null, 0.0, 60)]
    [InlineData(30,   0.6, 91)]
    [InlineData(30,   null, 91)]
    [InlineData(59,   0.69, 120)]
    public void Next_WatchIsBroken_BeginsAgain(int? second, double? score, int ends)
    {
        TimeSpan? since = null;
        var saga = new SagaDriver(TrafficOnly, World, static (_, _) => EffectResult.Done).Start(FailoverPlan(TrafficOnly)).RunUntil();

        Assert.InRange((saga.Now - since!.Value).TotalSeconds, ends - 1, ends + 1);

        DecisionInput World(SagaDriver driver)
        {
            since ??= driver.Last.Step == SagaStep.Watch ? driver.Now : null;
            return (int?)(driver.Now - since)?.TotalSeconds == second && second is not null ? Input((Us, 0), (Ap, score)) : Input((Us, 0));
        }
    }

    [Fact]
    public void EffectEnded_ForAnotherRecord_IsIgnored()
    {
        var machine = new SagaMachine(TrafficOnly);
        var plan = FailoverPlan(TrafficOnly) with { Epoch = 1, Sequence = 1 };
        machine.Begin(TimeSpan.Zero, plan);
        Assert.IsType<SagaAction.Run>(machine.Next(TimeSpan.Zero, Input((Us, 0))));

        machine.EffectEnded(TimeSpan.Zero, plan with { Sequence = 9 }, EffectResult.Done, "");

        Assert.IsType<SagaAction.Wait>(machine.Next(TimeSpan.Zero, Input((Us, 0))));
    }

    [Fact]
    public void Next_NewTermWhileAnEffectRuns_RunsItAgain()
    {
        var machine = new SagaMachine(TrafficOnly);
        var plan = FailoverPlan(TrafficOnly) with { Epoch = 1, Sequence = 1 };
        machine.Begin(TimeSpan.Zero, plan);
        machine.Next(TimeSpan.Zero, Input((Us, 0)));

        machine.Begin(TimeSpan.Zero, plan with { Epoch = 2 });

        Assert.Equal(2, Assert.IsType<SagaAction.Run>(machine.Next(TimeSpan.Zero, Input((Us, 0)))).Record.Epoch);
    }

    [Fact]
    public void Next_NoPlanOrAnEndedOne_Waits()
    {
        var machine = new SagaMachine(TrafficOnly);
        machine.Begin(TimeSpan.Zero, null);
        Assert.IsType<SagaAction.Wait>(machine.Next(TimeSpan.Zero, Input()));

        machine.Begin(TimeSpan.Zero, FailoverPlan(TrafficOnly) with { Phase = StepPhase.Complete });
        Assert.IsType<SagaAction.Wait>(machine.Next(TimeSpan.Zero, Input()));
        Assert.False(machine.Active);
    }
}
