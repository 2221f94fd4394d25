using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>
/// Drives the saga machine as a leader does: a journal in memory, effects answered by a script, virtual time. It holds
/// every record against the rules that no history may break.
/// </summary>
/// <param name="settings">The saga's settings.</param>
/// <param name="world">What is agreed, given this driver's journal and time.</param>
/// <param name="effect">How an attempt of a record's effect ends; attempts count from 1 for each step, phase and target.</param>
internal sealed class SagaDriver(SagaSettings settings, Func<SagaDriver, DecisionInput> world, Func<JournalRecord, int, EffectResult> effect)
{
    private readonly Dictionary<(SagaStep, StepPhase, string, int), int> _attempts = [];
    private SagaMachine _machine = new(settings);
    private long _epoch = 1;

    /// <summary>Virtual time.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Every committed record.</summary>
    public List<JournalRecord> Journal { get; } = [];

    /// <summary>The records whose effect was run, in order.</summary>
    public List<JournalRecord> Effects { get; } = [];

    /// <summary>Each different trouble in turn.</summary>
    public List<string> Troubles { get; } = [];

    /// <summary>What the traffic targets hold.</summary>
    public RoutingTable? Traffic { get; private set; }

    /// <summary>How many commits and effects there were.</summary>
    public int Events { get; private set; }

    /// <summary>How much time passes while there is nothing to do.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it takes to commit a record.</summary>
    public TimeSpan CommitTime { get; init; }

    /// <summary>After which events this leader dies and another goes on with the last committed record.</summary>
    public IReadOnlySet<int> RestartsAfter { get; init; } = new HashSet<int>();

    public JournalRecord Last => Journal[^1];

    public string? Trouble => _machine.Trouble;

    /// <summary>The journal in short, without what a new leader wrote back: <c>DrainSource Intended</c>, …</summary>
    public IEnumerable<string> Story =>
        Journal.Where((r, i) => i == 0 || r with { Epoch = 0, Sequence = 0 } != Journal[i - 1] with { Epoch = 0, Sequence = 0 }).Select(static r => $"{r.Step} {r.Phase}");

    public SagaDriver Start(JournalRecord plan)
    {
        Traffic = plan.Before;
        Commit(plan);
        return this;
    }

    /// <summary>Runs until the saga ends, or the condition holds, or the time is over.</summary>
    public SagaDriver RunUntil(Func<SagaDriver, bool>? condition = null, int minutes = 120)
    {
        while (!Last.Ended && condition?.Invoke(this) != true && Now < TimeSpan.FromMinutes(minutes))
        {
            Tick();
        }

        return this;
    }

    public SagaDriver RunFor(int seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        return RunUntil(d => d.Now >= end);
    }

    private void Tick()
    {
        var input = world(this);
        switch (_machine.Next(Now, input))
        {
            case SagaAction.Propose(var record):
                Check(record, input);
                Commit(record);
                break;
            case SagaAction.Run(var record, var work):
                Run(record, work);
                break;
            default:
                Now += Idle;
                break;
        }

        if (Trouble is { } trouble && (Troubles.Count == 0 || Troubles[^1] != trouble))
        {
            Troubles.Add(trouble);
        }
    }

    private void Commit(JournalRecord record)
    {
        var written = record with { Epoch = _epoch, Sequence = Journal.Count + 1 };
        Assert.Equal("", JournalCodec.Read(JournalCodec.Write(written)).Problem);
        Journal.Add(written);
        Now += CommitTime;
        _machine.Committed(Now, written);
        RestartIfDue();
    }

    private void Run(JournalRecord record, StepWork work)
    {
        Assert.Same(Last, record);
        Effects.Add(record);
        var key = (record.Step, record.Phase, record.Target.Value, record.ReturnedPercent);
        var result = effect(record, _attempts[key] = _attempts.GetValueOrDefault(key) + 1);
        Now += TimeSpan.FromMilliseconds(200);
        if (work == StepWork.Traffic && result is EffectResult.Done or EffectResult.Partial)
        {
            Traffic = record.Desired;
        }

        if (!RestartIfDue())
        {
            _machine.EffectEnded(Now, record, result, $"{result}");
        }
    }

    private bool RestartIfDue()
    {
        if (!RestartsAfter.Contains(++Events))
        {
            return false;
        }

        var recovered = JournalCodec.Read(JournalCodec.Write(Last)).Record! with { Epoch = ++_epoch, Sequence = Journal.Count + 1 };
        Assert.Equal(Last with { Epoch = recovered.Epoch, Sequence = recovered.Sequence }, recovered);
        Journal.Add(recovered);
        _machine = new SagaMachine(settings);
        _machine.Begin(Now, Last);
        return true;
    }

    private void Check(JournalRecord next, DecisionInput input)
    {
        var last = Last;
        foreach (var (audience, serving) in next.Desired.Audiences.SelectMany(a => next.Desired.Shares(a).Keys.Select(s => (a, s))))
        {
            Assert.True(
                next.Desired.Percent(audience, serving) <= last.Desired.Percent(audience, serving) || input.View[serving].Condition != RegionCondition.Down,
                $"{last.Step} {last.Phase} -> {next.Step} {next.Phase} gives {audience} to {serving}, which is agreed to be down: {next.Desired}");
        }

        Assert.True(next.Irreversible || !last.Irreversible, "an irreversible saga became reversible");
        Assert.True(!last.Irreversible || next.Target == last.Target, "the target changed after an irreversible intent");
        Assert.True(!last.Irreversible || next.Phase is not (StepPhase.AbortIntended or StepPhase.Aborted), "aborted after an irreversible intent");
        Assert.True(next.Phase is not (StepPhase.AbortIntended or StepPhase.Aborted) || next.Kind == SagaKind.Failback || last.Step == SagaStep.DrainSource, "a failover was aborted after draining");
        Assert.Equal((last.PlanId, last.Kind, last.Source), (next.PlanId, next.Kind, next.Source));
        Assert.DoesNotContain(next.Step, next.Skipped);
        Assert.DoesNotContain(next.Target, next.FailedTargets);
    }
}
