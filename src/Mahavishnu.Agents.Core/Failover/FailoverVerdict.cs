using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What the engine decides for one region, and why.</summary>
/// <param name="Source">The region that was judged.</param>
/// <param name="Kind">The decision.</param>
/// <param name="Target">The best target; null when there is none or none is needed.</param>
/// <param name="Audiences">The audiences that would move.</param>
/// <param name="Risk">The data-loss risk of the move.</param>
/// <param name="Reason">The rule that decided, in a sentence.</param>
/// <param name="Rules">Every rule considered, in order.</param>
/// <param name="Candidates">Every region considered as a target, best first, refused ones last.</param>
public sealed record FailoverVerdict(
    RegionId Source,
    DecisionKind Kind,
    RegionId? Target,
    IReadOnlyList<RegionId> Audiences,
    DataLossRisk Risk,
    string Reason,
    IReadOnlyList<RuleOutcome> Rules,
    IReadOnlyList<TargetCandidate> Candidates)
{
    /// <summary>What each store may lose by the move to the target.</summary>
    public IReadOnlyList<StoreRisk> AtRisk => Candidates.FirstOrDefault(c => c.Region == Target)?.AtRisk ?? [];
}
