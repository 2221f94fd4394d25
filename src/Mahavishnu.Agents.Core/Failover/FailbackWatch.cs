using System.Globalization;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>How far the recovery of a region has come.</summary>
/// <param name="Ready">Whether its users may be given back.</param>
/// <param name="Reason">Why (not), in a sentence.</param>
public sealed record FailbackReadiness(bool Ready, string Reason);

/// <summary>
/// Watches regions whose users are served elsewhere, until each has held the failback score for the health window
/// without a break. Unknown breaks the window: a region that cannot be seen is not recovering.
/// </summary>
/// <param name="window">The health window.</param>
/// <param name="score">The failback score.</param>
/// <param name="memory">What it goes on from; null to begin anew.</param>
public sealed class FailbackWatch(TimeSpan window, double score, FailbackMemory? memory = null)
{
    private FailbackMemory _memory = memory ?? new FailbackMemory();

    /// <summary>Everything that it remembers.</summary>
    public FailbackMemory Memory => _memory;

    /// <summary>Takes in the agreed view.</summary>
    public void Observe(TimeSpan now, DecisionInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var healthySince = _memory.HealthySince;
        foreach (var region in input.Regions.Keys)
        {
            healthySince = !Away(input, region) || !(input.View[region].AtLeast >= score) ? healthySince.Remove(region)
                : healthySince.ContainsKey(region) ? healthySince
                : healthySince.Add(region, now);
        }

        _memory = _memory with { HealthySince = healthySince };
    }

    /// <summary>How far one region has come.</summary>
    public FailbackReadiness Readiness(TimeSpan now, DecisionInput input, RegionId region)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!Away(input, region))
        {
            return new FailbackReadiness(false, input.Routing.Shares(region).Count == 0 ? $"Nobody serves the users of {region}." : $"{region} serves its own users.");
        }

        if (!_memory.HealthySince.TryGetValue(region, out var since))
        {
            var seen = input.View[region].AtLeast?.ToString("0.##", CultureInfo.InvariantCulture) ?? "unknown";
            return new FailbackReadiness(false, FormattableString.Invariant($"{region} has agreed score {seen}; {score} is needed for {window.TotalSeconds} s."));
        }

        var age = now - since;
        return new FailbackReadiness(age >= window, FormattableString.Invariant($"{region} has held score {score} for {age.TotalSeconds:0} s of {window.TotalSeconds} s."));
    }

    /// <summary>The regions whose own users are served elsewhere.</summary>
    public static IEnumerable<RegionId> AwayRegions(DecisionInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Regions.Keys.Where(r => Away(input, r)).Order();
    }

    private static bool Away(DecisionInput input, RegionId region) =>
        input.Routing.Shares(region) is { Count: > 0 } shares && shares.GetValueOrDefault(region) < 100;
}
