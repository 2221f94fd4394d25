using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>One rule that was considered for a decision.</summary>
/// <param name="Id">Its stable number, e.g. <c>D-05</c>.</param>
/// <param name="Question">What it asks.</param>
/// <param name="Inputs">What it looked at, as text.</param>
/// <param name="Passed">Whether it lets a failover go on.</param>
/// <param name="Outcome">Its answer in a sentence.</param>
public sealed record RuleOutcome(string Id, string Question, string Inputs, bool Passed, string Outcome);

/// <summary>One region considered as a target.</summary>
/// <param name="Region">The region.</param>
/// <param name="Rank">1 is best; 0 is refused.</param>
/// <param name="Audiences">The audiences that it may lawfully take over.</param>
/// <param name="Risk">The data-loss risk of moving to it.</param>
/// <param name="Reason">Why it stands there.</param>
public sealed record TargetCandidate(RegionId Region, int Rank, IReadOnlyList<RegionId> Audiences, DataLossRisk Risk, string Reason)
{
    /// <summary>What each store may lose.</summary>
    public IReadOnlyList<StoreRisk> AtRisk { get; init; } = [];
}
