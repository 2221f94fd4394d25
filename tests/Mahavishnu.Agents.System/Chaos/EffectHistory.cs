using Mahavishnu.Agents.Lab.Simulation.Invariants;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Holds the effects of a run against what the protocol promises.</summary>
internal static class EffectHistory
{
    /// <summary>One sentence per violation: an epoch that two agents used, or an effect at a target after one of a greater epoch.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyList<TrafficEffect> effects)
    {
        var order = new EffectOrder();
        return effects
            .OrderBy(static e => e.At)
            .SelectMany(e => new[] { order.Sent(e.Agent, e.Epoch), order.Landed(e.Target, e.Agent, e.Epoch) })
            .OfType<string>()
            .Distinct()
            .ToList();
    }
}
