using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <content>Effects: who may send them, where they land and in what order, and what users and data meet there.</content>
internal sealed partial class Judge
{
    private readonly EffectOrder _order = new();
    private readonly Dictionary<SimulatedTarget, (long Epoch, long Sequence)> _landed = [];
    private readonly Dictionary<RegionId, (long Authority, RegionId Region)> _writers = [];

    /// <summary>A leader begins the effect of a step.</summary>
    public void OnRun(SimulatedAgent agent, JournalRecord record)
    {
        Demand(_committed.ContainsKey((record.Epoch, record.Sequence)), Invariant.DecisionFirst, $"{agent.Name} carries out {record.Step} of {record.PlanId}, and its record {record.Epoch}/{record.Sequence} does not stand");
        Demand(record.Sequence == _newestOfEpoch[record.Epoch], Invariant.DecisionFirst, $"{agent.Name} carries out record {record.Sequence} after {_newestOfEpoch[record.Epoch]} was written");
        Demand(record.Phase is StepPhase.Intended or StepPhase.AbortIntended, Invariant.DecisionFirst, $"{agent.Name} carries out {record.Step}, which is {record.Phase}");
    }

    /// <summary>A changing request leaves.</summary>
    public void OnSent(SimulatedAgent agent, SimulatedTarget target, Effect effect)
    {
        var foreign = _order.Sent(agent.Name, effect.Epoch);
        Demand(foreign is null, Invariant.OneActor, $"{foreign}");
        var standing = agent.Standing;
        var covered = standing.Epoch == effect.Epoch && standing.ValidUntil - agent.Clock >= world.Shape.Timing.EffectDeadline + world.Shape.Timing.EffectMargin;
        Demand(covered, Invariant.OneActor, $"{agent.Name} sends {target.Name} an effect of epoch {effect.Epoch} that its lease does not cover: {standing}");
        var known = effect.Sequence == 0 ? effect.Desired.Equals(world.Home)
            : _committed.TryGetValue((effect.Epoch, effect.Sequence), out var record) && Completed(record.Desired).Equals(effect.Desired);
        Demand(known, Invariant.DecisionFirst, $"{agent.Name} sends {target.Name} a routing that no committed record of its term holds: {effect.Desired}");
    }

    /// <summary>A change took effect at a target.</summary>
    public void OnChanged(SimulatedTarget target, Effect effect)
    {
        world.Note(target.Name, effect);
        var before = _landed.GetValueOrDefault(target);
        var late = _order.Landed(target.Name, effect.Agent, effect.Epoch);
        Demand(late is null, Invariant.OneActor, $"{late}");
        Demand(effect.Epoch > before.Epoch || effect.Sequence >= before.Sequence, Invariant.DecisionFirst, $"{target.Name}: the effect of record {effect.Sequence} landed after that of {before.Sequence}");
        _landed[target] = (effect.Epoch, effect.Sequence);
        foreach (var audience in effect.Desired.Audiences)
        {
            foreach (var serving in effect.Desired.Shares(audience).Keys)
            {
                Demand(IsLawful(audience, serving), Invariant.Lawful, $"{target.Name}: {serving} serves the users of {audience}");
            }
        }

        var served = effect.Desired.Audiences.Any(a => effect.Desired.Shares(a).Count > 0);
        Demand(served || LeavesTheOnlyOne(effect), Invariant.SomebodyServes, $"{target.Name}: every audience is drained");
    }

    /// <summary>A target's database was promoted.</summary>
    /// <param name="record">The step.</param>
    /// <param name="lost">How many acknowledged writes of the source it lacks.</param>
    public void OnPromoted(JournalRecord record, long lost)
    {
        var promised = record.Risk == DataLossRisk.None || (record.Step == SagaStep.PromoteDatabase && !record.Skipped.Contains(SagaStep.CatchUp)) || record.Kind == SagaKind.Failback;
        Demand(lost <= 0 || !promised, Invariant.LossIsTold, $"{record.PlanId} promoted {record.Target} without {lost} writes of {record.Source}; the plan said {record.Risk}");
        foreach (var audience in record.Audiences)
        {
            Demand(IsLawful(audience, record.Target), Invariant.Lawful, $"{record.Target} was promoted for the data of {audience}");
        }
    }

    /// <summary>A region accepted a user's write.</summary>
    public void OnWritten(RegionId dataset, RegionId region, long authority)
    {
        var last = _writers.GetValueOrDefault(dataset, (Authority: authority, Region: region));
        Demand(authority > last.Authority || (authority == last.Authority && region == last.Region), Invariant.OneActor, $"{region} wrote the data of {dataset} with token {authority} after {last.Region} had with {last.Authority}");
        _writers[dataset] = (authority, region);
    }

    /// <summary>As production completes a record's routing: regions that the record does not speak of serve their own users.</summary>
    private RoutingTable Completed(RoutingTable routing) =>
        world.Home.Audiences.Where(a => !routing.Audiences.Contains(a)).Aggregate(routing, static (table, a) => table.With(a, (a, 100)));

    /// <summary>Whether it is the drain of a failover from the region that served everybody.</summary>
    private bool LeavesTheOnlyOne(Effect effect) =>
        _committed.TryGetValue((effect.Epoch, effect.Sequence), out var record)
        && record.Kind == SagaKind.Failover
        && Completed(record.Before) is var before
        && before.Audiences.All(a => before.Percent(a, record.Source) > 0);

    /// <summary>Thought out anew from the catalogue, not by the code that is judged.</summary>
    private bool IsLawful(RegionId audience, RegionId serving)
    {
        var home = world.Shape.Regions.First(r => r.Region == audience);
        var there = world.Shape.Regions.First(r => r.Region == serving);
        return audience == serving || (home.DataClasses?.All(c =>
            world.Shape.Residency.Classes.TryGetValue(c, out var rule)
            && (rule is null || (home.Residency is { } from && there.Residency is { } to && rule.TryGetValue(from, out var allowed) && allowed.Contains(to)))) ?? false);
    }
}
