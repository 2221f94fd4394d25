using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// The sagas as a pure state machine over the journal: the committed record is its state, and what it returns is the
/// next thing to do. A new leader that is given the recovered record goes on where the last one stopped.
/// </summary>
/// <remarks>Not thread-safe. What it keeps besides the record are times and the last result of an effect, which a restart may lose.</remarks>
public sealed class SagaMachine(SagaSettings settings)
{
    private JournalRecord? _record;
    private bool _running;
    private EffectResult? _result;
    private string _resultDetail = "";
    private TimeSpan _stepSince;
    private TimeSpan _nextTry;
    private TimeSpan? _healthySince;
    private bool _held;

    /// <summary>The record that stands at a majority; null before the first saga.</summary>
    public JournalRecord? Record => _record;

    /// <summary>Whether a saga is under way.</summary>
    public bool Active => _record is { Ended: false };

    /// <summary>Why a person is needed for the running saga; null when none is.</summary>
    public string? Trouble { get; private set; }

    /// <summary>A new term begins, with the record that was recovered and written back.</summary>
    public void Begin(TimeSpan now, JournalRecord? recovered)
    {
        _running = false;
        Accept(now, recovered);
    }

    /// <summary>A record was committed.</summary>
    public void Committed(TimeSpan now, JournalRecord record) => Accept(now, record);

    /// <summary>The effect that was asked for has ended.</summary>
    /// <param name="now">The time.</param>
    /// <param name="record">The record that it was run for; results for another are ignored.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="detail">What was seen, in a sentence.</param>
    public void EffectEnded(TimeSpan now, JournalRecord record, EffectResult result, string detail)
    {
        if (record != _record)
        {
            return;
        }

        (_running, _result, _resultDetail) = (false, result, detail);
        _nextTry = now + settings.RetryInterval;
        _healthySince = result == EffectResult.Done ? now : _healthySince;
        if (result == EffectResult.Refused)
        {
            Trouble = $"{record.Step}: {detail}";
        }
    }

    /// <summary>The next thing to do for the running saga. Call it only while this agent leads and no record is on its way.</summary>
    /// <param name="now">The time.</param>
    /// <param name="input">The agreed view and everything else that a change of target rests on.</param>
    public SagaAction Next(TimeSpan now, DecisionInput input)
    {
        if (_record is not { Ended: false } record)
        {
            return new SagaAction.Wait("no plan is under way");
        }

        if (_running)
        {
            return new SagaAction.Wait($"{record.Step} is being carried out");
        }

        if (record.Phase == StepPhase.Done)
        {
            return new SagaAction.Propose(Advance(record));
        }

        var overdue = now - _stepSince > settings.StepDeadline + OwnTime(record.Step);
        if (overdue)
        {
            Trouble ??= $"{record.Step} of {record.PlanId} has taken longer than {settings.StepDeadline.TotalSeconds} s: {_resultDetail}";
        }

        if (record.Phase == StepPhase.AbortIntended)
        {
            return Settled(overdue) ? new SagaAction.Propose(record with { Phase = StepPhase.Aborted }) : TryEffect(now, record, StepWork.Traffic);
        }

        return Detour(record, input) is { } detour ? new SagaAction.Propose(detour)
            : SagaTable.Row(record.Step).Work == StepWork.Observation ? Observe(now, record, input)
            : Settled(overdue) ? Finish(now, record)
            : TryEffect(now, record, SagaTable.Row(record.Step).Work);
    }

    private void Accept(TimeSpan now, JournalRecord? record)
    {
        var sameStep = record is not null && _record is not null && record.Step == _record.Step && record.PlanId == _record.PlanId && record.Target == _record.Target;
        _record = record;
        (_result, _resultDetail, _nextTry, _healthySince, _held) = (null, "", now, null, false);
        _stepSince = sameStep ? _stepSince : now;
        Trouble = null;
    }

    /// <summary>The time that a step takes even when all is well.</summary>
    private TimeSpan OwnTime(SagaStep step) => step switch
    {
        SagaStep.Watch or SagaStep.VerifyFailback => settings.Watch,
        SagaStep.DrainFailover => settings.FailbackDrain,
        _ => TimeSpan.Zero,
    };

    /// <summary>A partial effect is good enough once the step's deadline has passed: the rest is left to the reconciler.</summary>
    private bool Settled(bool overdue) =>
        _result == EffectResult.Done || (_result == EffectResult.Partial && (overdue || _record!.Step == SagaStep.DrainSource));

    private SagaAction TryEffect(TimeSpan now, JournalRecord record, StepWork work)
    {
        if (now < _nextTry)
        {
            return new SagaAction.Wait($"{record.Step} is tried again shortly: {_resultDetail}");
        }

        _running = true;
        return new SagaAction.Run(record, work);
    }

    private SagaAction Finish(TimeSpan now, JournalRecord record)
    {
        if (record.Step != SagaStep.DrainFailover)
        {
            return new SagaAction.Propose(record with { Phase = StepPhase.Done });
        }

        // Each share stands for its part of the drain time before the next one, or the full return, follows.
        var stage = settings.FailbackDrain / settings.ReturnShares.Count;
        if (now - (_healthySince ?? now) < stage)
        {
            return new SagaAction.Wait($"{record.ReturnedPercent} % returned, the next share follows after {stage.TotalSeconds} s");
        }

        var next = settings.ReturnShares.FirstOrDefault(p => p > record.ReturnedPercent);
        return new SagaAction.Propose(next == 0 ? record with { Phase = StepPhase.Done } : Share(record, next));
    }

    private JournalRecord Advance(JournalRecord record)
    {
        if (SagaTable.Next(record) is not { } row)
        {
            return record with { Phase = StepPhase.Complete };
        }

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
        _healthySince = score >= needed ? _healthySince ?? now : null;
        _resultDetail = FormattableString.Invariant($"{record.Target} has agreed score {score?.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}, {needed} is needed");
        return _healthySince is { } since && now - since >= span
            ? new SagaAction.Propose(record with { Phase = StepPhase.Done })
            : new SagaAction.Wait($"{record.Step}: {_resultDetail}");
    }

    /// <summary>The record that leaves the straight way when a region fails on it; null while it is to be kept.</summary>
    private JournalRecord? Detour(JournalRecord record, DecisionInput input)
    {
        var target = input.View[record.Target];
        var source = input.View[record.Source];
        var targetFails = target.Condition == RegionCondition.Down || target.AtMost < settings.FailingScore;
        if (record.Kind == SagaKind.Failback)
        {
            return FailbackDetour(record, targetFails, source);
        }

        if (record is { Step: SagaStep.DrainSource, Irreversible: false } && source.AtLeast >= settings.TargetScore && record.RequestedBy == Automatic)
        {
            return Abort(record, $"{record.Source} is agreed healthy again");
        }

        if (!targetFails)
        {
            Resume();
            return null;
        }

        var next = record.Irreversible ? null : NextTarget(record, input);
        if (next is not null)
        {
            return next;
        }

        Hold(record.Irreversible
            ? $"target {record.Target} fails after an irreversible step was intended"
            : $"target {record.Target} fails and no other lawful, healthy region is left");
        return null;
    }

    private JournalRecord? FailbackDetour(JournalRecord record, bool originalFails, AgreedRegion failover)
    {
        if (failover.Condition == RegionCondition.Down && !originalFails && record.Step is SagaStep.DrainFailover)
        {
            // The region that serves now has died: all of the audience goes home at once.
            return Share(record with { Step = SagaStep.EnableOriginal, Reason = $"{record.Source} went down during the failback" }, 100);
        }

        if (!originalFails)
        {
            Resume();
            return null;
        }

        if (failover.Condition != RegionCondition.Down)
        {
            return Abort(record, $"{record.Target} fails again");
        }

        Hold($"both {record.Target} and {record.Source} are down");
        return null;
    }

    private static JournalRecord Abort(JournalRecord record, string reason) =>
        record with { Phase = StepPhase.AbortIntended, Desired = record.Before, Reason = reason };

    private static JournalRecord? NextTarget(JournalRecord record, DecisionInput input)
    {
        RegionId[] failed = [.. record.FailedTargets, record.Target];
        var best = TargetRanking.Rank(input, record.Source, record.Audiences, failed).FirstOrDefault(static c => c.Rank == 1);
        if (best is null || best.Audiences.Count < record.Audiences.Count)
        {
            return null;
        }

        var moved = record with { Target = best.Region, FailedTargets = failed, Risk = best.Risk, Phase = StepPhase.Intended, Reason = $"target {record.Target} failed" };
        return record.Step < SagaStep.Redirect
            ? moved
            : moved with { Step = SagaStep.Redirect, Desired = SagaPlanner.Redirected(record.Desired, record.Audiences, best.Region) };
    }

    private void Hold(string reason)
    {
        _held = true;
        Trouble = $"{reason}; holding";
    }

    private void Resume()
    {
        Trouble = _held ? null : Trouble;
        _held = false;
    }

    /// <summary>The requester of a saga that nobody asked for.</summary>
    public const string Automatic = "automatic";
}
