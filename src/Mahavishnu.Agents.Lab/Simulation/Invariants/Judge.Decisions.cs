using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <content>What leaders decide, held against what every observer itself thought.</content>
internal sealed partial class Judge
{
    private readonly Dictionary<(string Agent, RegionId Region), (TimeSpan LastIll, bool IsIll)> _opinions = [];
    private readonly Dictionary<RegionId, TimeSpan> _failedOverAt = [];
    private readonly HashSet<string> _plans = new(StringComparer.Ordinal);
    private readonly HashSet<string> _cooling = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RegionId> _bound = new(StringComparer.Ordinal);

    /// <summary>An observer's own view changed.</summary>
    public void OnView(SimulatedAgent agent, RegionView view)
    {
        var ill = view.Condition != RegionCondition.Unknown && view.Score < DecisionThresholds.Default.Graceful;
        var before = _opinions.GetValueOrDefault((agent.Name, view.Region), (TimeSpan.MinValue, false));
        _opinions[(agent.Name, view.Region)] = (before.Item2 || ill ? world.Now : before.Item1, ill);
    }

    /// <summary>An agent's process ended: its last votes may say until now what it thought.</summary>
    public void OnEnded(SimulatedAgent agent)
    {
        foreach (var region in world.Shape.Regions.Select(static r => r.Region))
        {
            if (_opinions.TryGetValue((agent.Name, region), out var opinion) && opinion.IsIll)
            {
                _opinions[(agent.Name, region)] = (world.Now, false);
            }
        }
    }

    /// <summary>An agent took a turn.</summary>
    public void OnTurn(SimulatedAgent agent, FailoverTurn turn)
    {
        Demand(turn.Epoch == 0 || !agent.Leads || turn.Record is not null || Latest is null, Invariant.Replayable, $"{agent.Name} leads and knows of no record, though {Latest?.PlanId} {Latest?.Phase} stands");
        if (turn.Action is not FailoverAction.Wait)
        {
            world.Note(agent.Name, turn.Action);
        }
    }

    private void JudgeProposal(SimulatedAgent agent, JournalRecord record)
    {
        var turn = agent.LastTurn!;
        JudgeRouting(agent, record, turn);
        var begins = _plans.Add(record.PlanId);
        if (!begins || record.RequestedBy != SagaMachine.Automatic)
        {
            return;
        }

        Demand(turn.Input.Maintenance is null, Invariant.Paused, $"{agent.Name} begins {record.PlanId} while automation is paused");
        if (record.Kind != SagaKind.Failover)
        {
            return;
        }

        var score = turn.Input.View[record.Target].AtLeast;
        Demand(score >= DecisionThresholds.Default.Target, Invariant.NeverToTheDead, $"{record.PlanId} begins towards {record.Target}, whose agreed score is {score}");
        var claimed = record.Risk == DataLossRisk.None;
        var proven = world.Data.LagSeenAt(agent.Clock).TryGetValue(new LagLink(record.Source, record.Target, StoreNames.Postgresql), out var lag) && lag.Lag == TimeSpan.Zero && lag.At == agent.Clock;
        Demand(!claimed || proven, Invariant.LagIsHonest, $"{record.PlanId} says that nothing can be lost, which nobody has measured");
        var verdict = DecisionEngine.Decide(turn.Input).First(v => v.Source == record.Source);
        Demand(verdict.Target == record.Target && verdict.Kind == record.Decision && verdict.Rules.All(static r => r.Passed), Invariant.Explained, $"{record.PlanId} is not what the engine explains: {verdict.Reason}");
        JudgeObservers(record);
    }

    private void JudgeObservers(JournalRecord record)
    {
        // As long as a vote may count, and as long again for it to be sent, stored and read.
        var window = 2 * world.Shape.Freshness;
        var ill = world.Shape.Quorum.Where(o => world.Agents.Any(a => a.Region == o
            && _opinions.TryGetValue((a.Name, record.Source), out var opinion)
            && (opinion.IsIll || opinion.LastIll > world.Now - window))).ToList();
        Demand(
            ill.Count >= (world.Shape.Quorum.Count / 2) + 1 && ill.Exists(o => o != record.Source),
            Invariant.ObserversAgree,
            $"{record.PlanId} fails {record.Source} over, which only {ill.Count} of {world.Shape.Quorum.Count} observers ({string.Join(", ", ill)}) held for failing of late");
    }

    private void JudgeRouting(SimulatedAgent agent, JournalRecord record, FailoverTurn turn)
    {
        var before = turn.Record?.Desired ?? turn.Input.Routing;
        foreach (var audience in record.Desired.Audiences)
        {
            foreach (var (serving, percent) in record.Desired.Shares(audience))
            {
                Demand(
                    percent <= before.Percent(audience, serving) || turn.Input.View[serving].Condition != RegionCondition.Down,
                    Invariant.NeverToTheDead,
                    $"{agent.Name}: {record.PlanId} {record.Step} sends the users of {audience} to {serving}, which is agreed to be down");
            }
        }
    }

    /// <summary>A failover that was undone moved nobody, and starts no cooldown.</summary>
    private void JudgeUndone(JournalRecord record)
    {
        if (record is { Kind: SagaKind.Failover, Phase: StepPhase.Aborted })
        {
            _failedOverAt.Remove(record.Source);
        }
    }

    private void JudgeCommitted(JournalRecord record)
    {
        if (record is { Kind: SagaKind.Failover, Step: SagaStep.DrainSource, Phase: StepPhase.Intended, RequestedBy: SagaMachine.Automatic, FailedTargets.Count: 0 } && _failedOverAt.TryGetValue(record.Source, out var at) && _cooling.Add(record.PlanId))
        {
            // The leader's clock may run faster than the world's by its greatest drift, and a follower sees a record at one store before it stands at a majority.
            Demand(((world.Now - at) * (1 + (2 * world.Shape.Timing.ClockDrift))) + world.Shape.Timing.RequestTimeout >= world.Shape.Cooldown, Invariant.NoFlap, $"{record.PlanId} fails {record.Source} over again {(world.Now - at).TotalSeconds:0.0} s after the last time");
        }

        JudgeUndone(record);
        if (record is { Kind: SagaKind.Failover, Phase: not StepPhase.Aborted })
        {
            _cooling.Add(record.PlanId);
            _failedOverAt[record.Source] = world.Now;
        }

        var bound = record.Irreversible ? _bound.TryAdd(record.PlanId, record.Target) ? record.Target : _bound[record.PlanId] : record.Target;
        Demand(!record.Irreversible || (bound == record.Target && record.Phase is not (StepPhase.AbortIntended or StepPhase.Aborted)), Invariant.ForwardOnly, $"{record.PlanId} is {record.Step} {record.Phase} to {record.Target} after an irreversible step to {bound} was intended");
        if (record.Phase == StepPhase.Complete)
        {
            Demand(record.Audiences.All(a => record.Desired.Shares(a).Count > 0), Invariant.SomebodyServes, $"{record.PlanId} is complete, and some of its users have no region");
            Demand(!world.Shape.HasData || record.Audiences.All(a => world.Data.WriterOf(a) != record.Source), Invariant.SomebodyServes, $"{record.PlanId} is complete, and {record.Source}, which its users have left, still has the right to write their data");
        }
    }

}
