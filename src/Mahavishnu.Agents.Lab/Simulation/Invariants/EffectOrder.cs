namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <summary>
/// What effects alone show of I1, told to it one by one. The simulator, the lab and the histories of real processes are
/// all judged by it.
/// </summary>
public sealed class EffectOrder
{
    private readonly Dictionary<long, string> _agents = [];
    private readonly Dictionary<string, long> _greatest = new(StringComparer.Ordinal);

    /// <summary>An effect was sent, whether or not anything came of it.</summary>
    /// <param name="agent">Whose it was.</param>
    /// <param name="epoch">The fencing epoch that it was made under.</param>
    /// <returns>The sign of split brain, an epoch being one agent's; null when there is none.</returns>
    public string? Sent(string agent, long epoch)
    {
        _agents.TryAdd(epoch, agent);
        return _agents[epoch] == agent ? null : FormattableString.Invariant($"epoch {epoch} was used by {_agents[epoch]} and {agent}");
    }

    /// <summary>An effect took effect at a target.</summary>
    /// <param name="target">The target; the order of epochs is each target's own.</param>
    /// <param name="agent">Whose it was.</param>
    /// <param name="epoch">The fencing epoch that it was made under.</param>
    /// <returns>The sign of split brain, a lower epoch after a higher one; null when there is none.</returns>
    public string? Landed(string target, string agent, long epoch)
    {
        var greatest = _greatest.GetValueOrDefault(target);
        _greatest[target] = Math.Max(greatest, epoch);
        return epoch >= greatest ? null : FormattableString.Invariant($"{target}: {agent}'s effect with epoch {epoch} landed after one with epoch {greatest}");
    }
}
