using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>Weights of any scale as whole percents that sum to 100.</summary>
internal static class WholePercent
{
    /// <summary>Shares by the largest remainder; equal remainders go to the region that sorts first. Weights of one region add up.</summary>
    /// <returns>One entry for each weight above zero, in order; empty when there is none.</returns>
    public static (RegionId Serving, int Percent)[] FromWeights(IEnumerable<(RegionId Serving, decimal Weight)> weights)
    {
        var positive = weights.Where(static w => w.Weight > 0).GroupBy(static w => w.Serving, static w => w.Weight)
            .Select(static g => (Serving: g.Key, Weight: g.Sum())).OrderBy(static w => w.Serving).ToList();
        var total = positive.Sum(static w => w.Weight);
        var exact = positive.Select(w => (w.Serving, Percent: w.Weight * 100 / total)).ToList();
        var missing = positive.Count == 0 ? 0 : 100 - exact.Sum(static e => (int)e.Percent);
        var raised = exact.OrderByDescending(static e => e.Percent % 1).Take(missing).Select(static e => e.Serving).ToHashSet();
        return [.. exact.Select(e => (e.Serving, (int)e.Percent + (raised.Contains(e.Serving) ? 1 : 0)))];
    }
}
