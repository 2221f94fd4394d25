using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Health;

/// <summary>What one observer thinks of one region.</summary>
/// <param name="Region">The region.</param>
/// <param name="Condition">The judgement over the window of its checks.</param>
/// <param name="Score">The weighted share of passing checks, 0 to 1; 0 when <see cref="RegionCondition.Unknown"/>.</param>
/// <param name="FailedChecks">Names of the checks that do not pass, in order.</param>
public sealed record RegionView(RegionId Region, RegionCondition Condition, double Score, IReadOnlyList<string> FailedChecks);

/// <summary>The condition of a region as one observer sees it.</summary>
public enum RegionCondition
{
    /// <summary>Not known: never probed, or the observer cannot look.</summary>
    Unknown = 0,

    /// <summary>Score of at least 0.7.</summary>
    Healthy,

    /// <summary>Score below 0.7, but not below 0.2.</summary>
    Degraded,

    /// <summary>Score below 0.2.</summary>
    Down,
}
