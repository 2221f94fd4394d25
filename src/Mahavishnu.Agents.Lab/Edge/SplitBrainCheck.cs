using Mahavishnu.Agents.Lab.Simulation.Invariants;

namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>Looks for split brain in what an edge received, without asking any agent.</summary>
public static class SplitBrainCheck
{
    /// <summary>
    /// Two signs: two agents sent effects with one epoch, refused or not, since an epoch is one agent's term; or an effect
    /// was accepted after one with a greater epoch. A stale effect that the edge refused is no sign: that is fencing at work.
    /// </summary>
    /// <param name="history">The record in the order in which the edge judged.</param>
    /// <returns>One sentence per sign; empty when there is none.</returns>
    public static IReadOnlyList<string> Find(IReadOnlyList<EdgeEffect> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var order = new EffectOrder();
        return history
            .Where(static e => e.Command is not null)
            .SelectMany(e => new[] { order.Sent(e.Command!.Agent, e.Command.Epoch), e.Outcome == EffectOutcome.Accepted ? order.Landed("edge", e.Command.Agent, e.Command.Epoch) : null })
            .OfType<string>()
            .Distinct()
            .ToList();
    }
}
