using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <content>What stays bounded, and what must be so once faults have stopped.</content>
internal sealed partial class Judge
{
    private const int MostEventsWaiting = 20_000;
    private const int MostSessionsPerAgent = 12;

    private readonly List<(string Agent, DecisionTape Tape)> _tapes = [];

    /// <summary>Whether the decisions of this run are taped and played again at its end; it costs as much as they do.</summary>
    public bool Tapes { get; init; }

    /// <summary>A tape for a process that begins; null when this run keeps none.</summary>
    public DecisionTape? NewTape(SimulatedAgent agent, FailoverSettings settings, FailoverMemory memory)
    {
        if (!Tapes)
        {
            return null;
        }

        var tape = new DecisionTape(agent.Name, agent.Clock, settings, memory);
        _tapes.Add((agent.Name, tape));
        return tape;
    }

    /// <summary>Called after every event.</summary>
    public void AfterEvent() =>
        Demand(world.Queue.Count <= MostEventsWaiting, Invariant.Bounded, $"{world.Queue.Count} events wait");

    /// <summary>What is not as it must be at rest; null when all is.</summary>
    public string? Unrest()
    {
        if (world.Leader is not { } leader)
        {
            return "nobody leads";
        }

        var epoch = leader.TermEpoch;
        foreach (var store in world.Stores)
        {
            if (store.Store.State.EpochNumber != epoch || store.Store.State.Leader?.Session is null)
            {
                return $"{store.Store.Region} has epoch {store.Store.State.EpochNumber}, lock {store.Store.State.Leader?.Session ?? "free"}; {leader.Name} leads with epoch {epoch}";
            }
        }

        if (leader.LastTurn is not { } turn || turn.Epoch != epoch)
        {
            return $"{leader.Name} has not taken its saga over";
        }

        if (turn.Record is { Ended: false } running && turn.Trouble is null)
        {
            return $"{running.PlanId} is at {running.Step} {running.Phase}: {turn.Doing}";
        }

        foreach (var target in world.Targets.Where(t => turn.Record is not null || t.ChecksEpoch))
        {
            if (!target.Routes.All(turn.Input.Routing.Equals))
            {
                return $"{target.Name} does {string.Join(" | ", target.Routes)}, desired is {turn.Input.Routing}";
            }
        }

        return null;
    }

    /// <summary>After the bound for it has passed.</summary>
    public void JudgeRest(TimeSpan bound)
    {
        var unrest = Unrest();
        var saga = world.Leader?.LastTurn?.Record is { Ended: false };
        Demand(unrest is null || !saga, Invariant.SagasEnd, $"{bound.TotalSeconds:0} s after the last fault {unrest}");
        Demand(unrest is null, Invariant.Converges, $"{bound.TotalSeconds:0} s after the last fault {unrest}");
        foreach (var (agent, tape) in _tapes)
        {
            var difference = tape.Difference();
            Demand(difference is null, Invariant.Replayable, $"{agent}: {difference}");
        }

        foreach (var store in world.Stores)
        {
            Demand(store.Store.Sessions.Count <= MostSessionsPerAgent * world.Agents.Count, Invariant.Bounded, $"{store.Store.Sessions.Count} sessions are left at {store.Store.Region}");
        }
    }
}
