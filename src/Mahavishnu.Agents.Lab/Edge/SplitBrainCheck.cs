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
        var read = history.Where(static e => e.Command is not null).ToList();
        var shared = read.GroupBy(static e => e.Command!.Epoch)
            .Select(static g => (Epoch: g.Key, Agents: g.Select(static e => e.Command!.Agent).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()))
            .Where(static g => g.Agents.Count > 1)
            .Select(static g => FormattableString.Invariant($"epoch {g.Epoch} was used by {string.Join(" and ", g.Agents)}"));
        return [.. shared, .. Backwards(read.Where(static e => e.Outcome == EffectOutcome.Accepted))];
    }

    private static IEnumerable<string> Backwards(IEnumerable<EdgeEffect> accepted)
    {
        var greatest = 0L;
        foreach (var effect in accepted)
        {
            var epoch = effect.Command!.Epoch;
            if (epoch < greatest)
            {
                yield return FormattableString.Invariant(
                    $"{effect.Command.Agent}'s effect with epoch {epoch} was accepted {effect.At.TotalSeconds:0.000} s after the start, after epoch {greatest}");
            }

            greatest = Math.Max(greatest, epoch);
        }
    }
}
