using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Ranks the regions that could take over from a source.</summary>
public static class TargetRanking
{
    /// <summary>
    /// Residency and agreed health are hard filters; the rest is ordered by audiences lawfully served, data-loss risk, whether
    /// it can still catch up, how much it holds of the log of a region that is down, capacity, preference, role, agreed score and name.
    /// </summary>
    /// <param name="input">The facts.</param>
    /// <param name="source">The region that users leave.</param>
    /// <param name="audiences">The audiences that should move.</param>
    /// <param name="excluded">Regions that already failed as a target.</param>
    /// <returns>Best first, refused ones last.</returns>
    public static IReadOnlyList<TargetCandidate> Rank(DecisionInput input, RegionId source, IReadOnlyCollection<RegionId> audiences, IReadOnlyCollection<RegionId> excluded)
    {
        ArgumentNullException.ThrowIfNull(input);
        var judged = input.Regions.Values.Where(r => r.Region != source)
            .Select(r => (Facts: r, Candidate: Judge(input, source, audiences, excluded, r)))
            .OrderBy(static c => c.Candidate.Rank == 0)
            .ThenByDescending(static c => c.Candidate.Audiences.Count)
            .ThenBy(static c => c.Candidate.Risk.Rank())
            .ThenBy(c => input.BrokenAt(source, c.Facts.Region).Any())
            .ThenByDescending(c => input.Held(source, c.Facts.Region) ?? -1)
            .ThenByDescending(static c => c.Facts.Capacity ?? -1)
            .ThenByDescending(static c => c.Facts.Preference)
            .ThenByDescending(static c => c.Facts.IsPrimary)
            .ThenByDescending(c => input.View[c.Facts.Region].AtLeast ?? 0)
            .ThenBy(static c => c.Facts.Region)
            .Select(static c => c.Candidate);
        return [.. judged.Select(static (c, index) => c.Rank == 0 ? c : c with { Rank = index + 1 })];
    }

    private static TargetCandidate Judge(DecisionInput input, RegionId source, IReadOnlyCollection<RegionId> audiences, IReadOnlyCollection<RegionId> excluded, RegionFacts target)
    {
        var agreed = input.View[target.Region];
        var lawful = audiences.Order()
            .Select(a => (Audience: a, Answer: input.Regions.TryGetValue(a, out var home) ? input.Residency.MayMove(home, target) : (Lawful: false, Reason: $"{a} is not configured")))
            .ToList();
        var allowed = lawful.Where(static l => l.Answer.Lawful).Select(static l => l.Audience).ToList();
        var atRisk = input.AtRisk(source, target.Region);
        var risk = atRisk is null && Mutant.Has(Mutation.UnknownLagIsNone) ? DataLossRisk.None : DataLossRiskOrder.FromLag(atRisk);
        var objection =
            excluded.Contains(target.Region) ? "it failed as a target in this saga"
            : allowed.Count == 0 ? lawful.Count == 0 ? "nobody is to move" : lawful[0].Answer.Reason
            : Mutant.Has(Mutation.DeadTargetTaken) ? null
            : agreed.Condition == RegionCondition.Down ? "it is agreed to be down"
            : agreed.AtLeast is not { } score ? "a majority of fresh votes about it is missing"
            : score < input.Thresholds.Target ? FormattableString.Invariant($"its agreed score {score:0.##} is below {input.Thresholds.Target}")
            : null;
        var risks = input.Risks(source, target.Region);
        var held = input.Held(source, target.Region) is { } position ? FormattableString.Invariant($", holds the log up to {position}") : "";
        return objection is null
            ? new TargetCandidate(target.Region, 1, allowed, risk, FormattableString.Invariant($"agreed score {agreed.AtLeast:0.##}, {string.Join(" but ", lawful.OrderBy(static l => !l.Answer.Lawful).Select(static l => l.Answer.Reason).Distinct())}, data-loss risk {risk}{held}")) { AtRisk = risks }
            : new TargetCandidate(target.Region, 0, allowed, risk, objection) { AtRisk = risks };
    }
}
