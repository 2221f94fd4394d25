using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// The sagas as a pure state machine over the journal: the committed record is its state, and what it returns is the
/// next thing to do. A new leader that is given the recovered record goes on where the last one stopped.
/// </summary>
/// <param name="settings">Times and thresholds.</param>
/// <param name="memory">What it goes on from; null to begin anew.</param>
/// <remarks>Not thread-safe.</remarks>
public sealed class SagaMachine(SagaSettings settings, SagaMemory? memory = null)
{
    private SagaMemory _memory = memory ?? new SagaMemory();

    /// <summary>Everything that it remembers.</summary>
    public SagaMemory Memory => _memory;

    /// <summary>The record that stands at a majority; null before the first saga.</summary>
    public JournalRecord? Record => _memory.Record;

    /// <summary>Whether a saga is under way.</summary>
    public bool Active => _memory.Record is { Ended: false };

    /// <summary>Why a person is needed for the running saga; null when none is.</summary>
    public string? Trouble => _memory.Trouble;

    /// <summary>A new term begins, with the record that was recovered and written back.</summary>
    public void Begin(TimeSpan now, JournalRecord? recovered) => Accept(now, recovered);

    /// <summary>A record was committed.</summary>
    public void Committed(TimeSpan now, JournalRecord record) => Accept(now, record);

    /// <summary>The effect that was asked for has ended.</summary>
    /// <param name="now">The time.</param>
    /// <param name="record">The record that it was run for; results for another are ignored.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="detail">What was seen, in a sentence.</param>
    public void EffectEnded(TimeSpan now, JournalRecord record, EffectResult result, string detail)
    {
        if (record != _memory.Record)
        {
            return;
        }

        _memory = _memory with { Running = false, Result = result, ResultDetail = detail, NextTry = now + settings.RetryInterval };
        if (result is EffectResult.Done or EffectResult.Partial)
        {
            _memory = _memory with { HealthySince = _memory.HealthySince ?? now };
        }

        if (result == EffectResult.Refused)
        {
            _memory = _memory with { Trouble = $"{record.Step}: {detail}" };
        }
    }

    /// <summary>The next thing to do for the running saga. Call it only while this agent leads and no record is on its way.</summary>
    /// <param name="now">The time.</param>
    /// <param name="input">The agreed view and everything else that a change of target rests on.</param>
    public SagaAction Next(TimeSpan now, DecisionInput input)
    {
        if (_memory.Record is not { Ended: false } record)
        {
            return new SagaAction.Wait("no plan is under way");
        }

        if (_memory.Running)
        {
            return new SagaAction.Wait($"{record.Step} is being carried out");
        }

        if (record.Phase == StepPhase.Done && _memory.Result is null && Mutant.Has(Mutation.EffectTwice))
        {
            return TryEffect(now, record, StepWork.Traffic);
        }

        if (record.Phase == StepPhase.Done && SagaTable.Next(record) is null)
        {
            return new SagaAction.Propose(record with { Phase = StepPhase.Complete });
        }

        var allowed = settings.StepDeadline + OwnTime(record);
        var overdue = record.Phase != StepPhase.Done && now - _memory.StepSince > allowed;
        if (overdue)
        {
            _memory = _memory with { Trouble = Trouble ?? FormattableString.Invariant($"{record.Step} of {record.PlanId} has taken longer than {allowed.TotalSeconds} s: {(_memory.ResultDetail.Length == 0 ? "nothing was seen of it" : _memory.ResultDetail)}") };
        }

        if (record.Phase == StepPhase.AbortIntended)
        {
            return Settled(overdue) ? new SagaAction.Propose(record with { Phase = StepPhase.Aborted }) : TryEffect(now, record, StepWork.Traffic);
        }

        // A region may have died since the last record, so every way on, also that from a finished step, looks first.
        return Detour(record, input, overdue) is { } detour ? new SagaAction.Propose(detour)
            : _memory.Held && IsDown(input, record.Target) ? new SagaAction.Wait(Trouble!)
            : record.Phase == StepPhase.Done ? new SagaAction.Propose(Advance(record))
            : SagaTable.Row(record.Step).Work == StepWork.Observation ? Observe(now, record, input)
            : Settled(overdue) ? Finish(now, record)
            : TryEffect(now, record, SagaTable.Row(record.Step).Work);
    }

    private void Accept(TimeSpan now, JournalRecord? record)
    {
        var sameWork = record is not null && _memory.Record is not null && Work(record) == Work(_memory.Record);
        _memory = new SagaMemory { Record = record, NextTry = now, StepSince = sameWork ? _memory.StepSince : now };
    }

    /// <summary>What has one deadline: a record that only repeats it, as a new leader's does, gets no new one.</summary>
    private static (string, SagaStep, StepPhase, RegionId, int) Work(JournalRecord record) =>
        (record.PlanId, record.Step, record.Phase, record.Target, record.ReturnedPercent);

    /// <summary>The time that a step takes even when all is well.</summary>
    private TimeSpan OwnTime(JournalRecord record) => record switch
    {
        { Phase: StepPhase.AbortIntended } => TimeSpan.Zero,
        { Step: SagaStep.Watch or SagaStep.VerifyFailback } => settings.Watch,
        { Step: SagaStep.DrainFailover } => ShareTime,
        _ => TimeSpan.Zero,
    };

    /// <summary>How long each share stands before the next one, or the full return, follows.</summary>
    private TimeSpan ShareTime => settings.FailbackDrain / settings.ReturnShares.Count;

    /// <summary>
    /// A partial effect on traffic is good enough once the step's deadline has passed: the rest is left to the reconciler.
    /// Nothing reconciles data, so a partial fence, catch-up or promotion never is.
    /// </summary>
    private bool Settled(bool overdue) =>
        _memory.Result == EffectResult.Done
        || (_memory.Result == EffectResult.Partial
            && (_memory.Record!.Phase == StepPhase.AbortIntended || SagaTable.Row(_memory.Record.Step).Work == StepWork.Traffic)
            && (overdue || _memory.Record.Step == SagaStep.DrainSource));

    private SagaAction TryEffect(TimeSpan now, JournalRecord record, StepWork work)
    {
        if (now < _memory.NextTry)
        {
            return new SagaAction.Wait($"{record.Step} is tried again shortly: {_memory.ResultDetail}");
        }

        _memory = _memory with { Running = true };
        return new SagaAction.Run(record, work);
    }

    private SagaAction Finish(TimeSpan now, JournalRecord record)
    {
        if (record.Step != SagaStep.DrainFailover)
        {
            return new SagaAction.Propose(record with { Phase = StepPhase.Done });
        }

        if (now - (_memory.HealthySince ?? now) < ShareTime)
        {
            return new SagaAction.Wait(FormattableString.Invariant($"{record.ReturnedPercent} % returned, the next share follows after {ShareTime.TotalSeconds} s"));
        }

        var next = settings.ReturnShares.FirstOrDefault(p => p > record.ReturnedPercent);
        return new SagaAction.Propose(next == 0 ? record with { Phase = StepPhase.Done } : Share(record, next));
    }

    private JournalRecord Advance(JournalRecord record)
    {
        var row = SagaTable.Next(record)!;
        var next = record with { Step = row.Step, Phase = StepPhase.Intended, Irreversible = record.Irreversible || row.Irreversible };
        return row.Step switch
        {
            SagaStep.Redirect => next with { Desired = SagaPlanner.Redirected(record.Desired, record.Audiences, record.Target) },
            SagaStep.DrainFailover => Share(next, settings.ReturnShares[0]),
            SagaStep.EnableOriginal => Share(next, 100),
            _ => next,
        };
    }

    private static JournalRecord Share(JournalRecord record, int percent) =>
        record with { ReturnedPercent = percent, Desired = SagaPlanner.Returned(record.Desired, record.Target, record.Source, percent) };

    private SagaAction Observe(TimeSpan now, JournalRecord record, DecisionInput input)
    {
        var (needed, span) = record.Step switch
        {
            SagaStep.Watch => (settings.TargetScore, settings.Watch),
            SagaStep.VerifyOriginal => (settings.FailbackScore, TimeSpan.Zero),
            SagaStep.VerifyFailback => (settings.FinalScore, settings.Watch),
            _ => (settings.TargetScore, TimeSpan.Zero),
        };
        var score = input.View[record.Target].AtLeast;
        var healthySince = score >= needed ? _memory.HealthySince ?? now : (TimeSpan?)null;
        var detail = FormattableString.Invariant($"{record.Target} has agreed score {score?.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}, {needed} is needed");
        _memory = _memory with { HealthySince = healthySince, ResultDetail = detail };
        return healthySince is { } since && now - since >= span
            ? new SagaAction.Propose(record with { Phase = StepPhase.Done })
            : new SagaAction.Wait($"{record.Step}: {detail}");
    }

    /// <summary>The record that leaves the straight way when a region fails on it; null while it is to be kept.</summary>
    private JournalRecord? Detour(JournalRecord record, DecisionInput input, bool overdue)
    {
        var targetFails = IsDown(input, record.Target) || input.View[record.Target].AtMost < settings.FailingScore;
        if (record.Kind == SagaKind.Failback)
        {
            return FailbackDetour(record, input, targetFails, overdue);
        }

        var undoable = record is { Step: SagaStep.DrainSource, Irreversible: false } || (record.Step < SagaStep.Redirect && Mutant.Has(Mutation.AbortAfterPromote));
        if (undoable && (input.View[record.Source].AtLeast >= settings.TargetScore || Mutant.Has(Mutation.RollbackToDead)) && record.RequestedBy == Automatic)
        {
            return Abort(record, input, $"{record.Source} is agreed healthy again");
        }

        if (!targetFails)
        {
            return Resume();
        }

        var next = record.Irreversible && !Mutant.Has(Mutation.RetargetAfterPromote) ? null : NextTarget(record, input);
        return next ?? Hold(input, record, record.Irreversible
            ? $"target {record.Target} fails after an irreversible step was intended"
            : $"target {record.Target} fails and no other lawful, healthy region is left");
    }

    private JournalRecord? FailbackDetour(JournalRecord record, DecisionInput input, bool originalFails, bool overdue)
    {
        var servingDown = IsDown(input, record.Source);
        if (record.Step < SagaStep.DrainFailover)
        {
            // Nothing has changed yet. A failback that cannot go on now makes room for whatever else is needed.
            return originalFails ? Abort(record, input, $"{record.Target} fails again")
                : servingDown ? Abort(record, input, $"{record.Source}, which serves the users, is down: that needs a failover")
                : overdue && record.Step == SagaStep.VerifyOriginal ? Abort(record, input, _memory.ResultDetail)
                : null;
        }

        if (servingDown && record.Step == SagaStep.DrainFailover && !IsDown(input, record.Target))
        {
            return Share(record with { Step = SagaStep.EnableOriginal, Phase = StepPhase.Intended, Reason = $"{record.Source} went down during the failback" }, 100);
        }

        return !originalFails ? Resume()
            : servingDown ? Hold(input, record, $"{record.Target} fails and {record.Source} is down")
            : Abort(record, input, $"{record.Target} fails again");
    }

    /// <summary>Back to the routing before the saga, save that nothing goes back to a region that has died since.</summary>
    private static JournalRecord Abort(JournalRecord record, DecisionInput input, string reason)
    {
        if (record.Desired.Equals(record.Before))
        {
            return record with { Phase = StepPhase.Aborted, Reason = reason };
        }

        var leaving = input.Regions.Keys.Where(r => (IsDown(input, r) && !Mutant.Has(Mutation.RollbackToDead)) || (record.Kind == SagaKind.Failback && r == record.Target)).ToHashSet();
        return record with { Phase = StepPhase.AbortIntended, Desired = SagaPlanner.Drained(record.Before, leaving, record.Audiences), ReturnedPercent = 0, Reason = reason };
    }

    private static bool IsDown(DecisionInput input, RegionId region) => input.View[region].Condition == RegionCondition.Down;

    private static JournalRecord? NextTarget(JournalRecord record, DecisionInput input)
    {
        RegionId[] failed = [.. record.FailedTargets, record.Target];
        var best = TargetRanking.Rank(input, record.Source, record.Audiences, failed).FirstOrDefault(static c => c.Rank == 1);
        if (best is null || best.Audiences.Count < record.Audiences.Count)
        {
            return null;
        }

        var moved = record with { Target = best.Region, FailedTargets = failed, Risk = best.Risk, AtRisk = best.AtRisk, Phase = StepPhase.Intended, Reason = $"target {record.Target} failed" };
        return record.Step < SagaStep.Redirect
            ? moved
            : moved with { Step = SagaStep.Redirect, Desired = SagaPlanner.Redirected(record.Desired, record.Audiences, best.Region) };
    }

    /// <summary>Calls a person. A target that is down is waited for; one that still serves somebody is better than none, and is gone on with.</summary>
    private JournalRecord? Hold(DecisionInput input, JournalRecord record, string reason)
    {
        _memory = _memory with { Held = true, Trouble = $"{reason}; {(IsDown(input, record.Target) ? "holding" : "going on with what is left of it")}" };
        return null;
    }

    private JournalRecord? Resume()
    {
        _memory = _memory with { Held = false, Trouble = _memory.Held ? null : Trouble };
        return null;
    }

    /// <summary>The requester of a saga that nobody asked for.</summary>
    public const string Automatic = "automatic";
}
