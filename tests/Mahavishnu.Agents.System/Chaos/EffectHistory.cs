using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Edge;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Holds the effects of a run against what the protocol promises.</summary>
internal static class EffectHistory
{
    /// <summary>One sentence per violation: an epoch that two agents used, or an effect at a target after one of a greater epoch.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyList<TrafficEffect> effects)
    {
        // An epoch is one agent's everywhere; the order of epochs is each target's own.
        var everywhere = SplitBrainCheck.Find([.. effects.Select(static e => AsEdge(e, EffectOutcome.StaleEpoch))]);
        var each = effects.GroupBy(static e => e.Target)
            .SelectMany(static g => SplitBrainCheck.Find([.. g.OrderBy(static e => e.At).Select(static e => AsEdge(e, EffectOutcome.Accepted))]).Select(sign => $"{g.Key}: {sign}"));
        return [.. everywhere.Concat(each).Distinct()];
    }

    private static EdgeEffect AsEdge(TrafficEffect effect, EffectOutcome outcome) =>
        new(effect.At, new RoutingCommand(effect.Epoch, effect.Agent, RoutingTable.Empty), outcome);
}
