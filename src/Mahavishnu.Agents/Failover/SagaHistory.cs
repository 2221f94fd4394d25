using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Failover;

/// <summary>One step as it went.</summary>
/// <param name="Name">The step.</param>
/// <param name="State"><c>running</c>, <c>done</c>, <c>skipped</c>, <c>aborted</c>, <c>failed</c> when its target did, or <c>left</c> when the term ended during it.</param>
/// <param name="StartedUnixMs">When it began, milliseconds since 1970; null for a step that is skipped.</param>
/// <param name="DurationSeconds">How long it took, or has taken so far.</param>
internal sealed record StepReport(string Name, string State, long? StartedUnixMs, double DurationSeconds);

/// <summary>The steps of one saga as this leader saw them, for status pages, metrics and the lab.</summary>
internal sealed class SagaHistory(AgentClock clock)
{
    private readonly List<(SagaStep Step, TimeSpan Started, long StartedUnixMs, TimeSpan? Ended, string State)> _steps = [];
    private readonly Lock _gate = new();
    private string? _plan;
    private Core.Regions.RegionId _target;

    /// <summary>Takes in a committed record. Gives the step that it finished, with its duration.</summary>
    public (SagaStep Step, TimeSpan Duration)? Observe(JournalRecord record)
    {
        lock (_gate)
        {
            if (record.PlanId != _plan)
            {
                (_plan, _target) = (record.PlanId, record.Target);
                _steps.Clear();
            }

            // Another target in the same plan: the step under way failed with the old one.
            var retargeted = record.Target != _target;
            _target = record.Target;
            var now = clock.Now;
            (SagaStep, TimeSpan)? finished = null;
            if (_steps.Count > 0 && _steps[^1] is { Ended: null } open && (retargeted || open.Step != record.Step || record.Phase is StepPhase.Done || record.Ended))
            {
                _steps[^1] = open with { Ended = now, State = retargeted ? "failed" : record.Phase == StepPhase.Aborted ? "aborted" : "done" };
                finished = (open.Step, now - open.Started);
            }

            if (record.Phase == StepPhase.Intended && (_steps.Count == 0 || _steps[^1].Ended is not null))
            {
                _steps.Add((record.Step, now, clock.Wall.ToUnixTimeMilliseconds(), null, "running"));
            }

            return finished;
        }
    }

    /// <summary>The term ended: what becomes of a step that was under way, its next leader sees.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (_steps.Count > 0 && _steps[^1] is { Ended: null } open)
            {
                _steps[^1] = open with { Ended = clock.Now, State = "left" };
            }
        }
    }

    /// <summary>The steps so far, with those that the plan skips.</summary>
    public IReadOnlyList<StepReport> Steps(JournalRecord record)
    {
        lock (_gate)
        {
            var run = record.PlanId == _plan
                ? _steps.Select(s => new StepReport(s.Step.ToString(), s.State, s.StartedUnixMs, Math.Round(((s.Ended ?? clock.Now) - s.Started).TotalSeconds, 3)))
                : [];
            return [.. run, .. record.Skipped.Select(static s => new StepReport(s.ToString(), "skipped", null, 0))];
        }
    }
}
