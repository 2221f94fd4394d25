using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Lab.Simulation.Faults;

namespace Mahavishnu.Agents.Lab.Simulation.Engine;

/// <summary>What a run, or many together, went through.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<string, (SagaStep Step, StepPhase Phase)> _latest = new(StringComparer.Ordinal);

    /// <summary>Faults done, by kind.</summary>
    public SortedDictionary<FaultKind, long> Faults { get; } = [];

    /// <summary>Steps that sagas took.</summary>
    public HashSet<((SagaStep, StepPhase)? From, (SagaStep, StepPhase) To)> Transitions { get; } = [];

    /// <summary>Places at which a leader was killed.</summary>
    public HashSet<KillPoint> Kills { get; } = [];

    /// <summary>A fault was done.</summary>
    public void Done(FaultKind kind) => Faults[kind] = Faults.GetValueOrDefault(kind) + 1;

    /// <summary>A leader was killed.</summary>
    public void Killed(KillPoint point) => Kills.Add(point);

    /// <summary>A record stands at a majority.</summary>
    public void Reached(JournalRecord record)
    {
        var state = (record.Step, record.Phase);
        ((SagaStep, StepPhase)? From, (SagaStep, StepPhase) To) step = (_latest.TryGetValue(record.PlanId, out var from) ? from : null, state);
        if (SagaStates.Transitions.Contains(step))
        {
            Transitions.Add(step);
        }

        _latest[record.PlanId] = state;
    }

    /// <summary>Adds what another run went through.</summary>
    public void Add(Coverage other)
    {
        foreach (var (kind, count) in other.Faults)
        {
            Faults[kind] = Faults.GetValueOrDefault(kind) + count;
        }

        Transitions.UnionWith(other.Transitions);
        Kills.UnionWith(other.Kills);
    }
}
