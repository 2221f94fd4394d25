using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Core.Regions;

/// <summary>What the observers agree about one region.</summary>
/// <param name="Region">The region.</param>
/// <param name="Condition">Down, degraded or healthy only where a majority of all configured observers say so, freshly.</param>
/// <param name="AtMost">A majority says that the score is at most this, 0 to 1; null without a majority of fresh votes.</param>
/// <param name="AtLeast">A majority says that the score is at least this, 0 to 1; null without a majority of fresh votes.</param>
/// <param name="Sightings">What each configured observer says, in order.</param>
/// <param name="Advisory">A minority's opinion that the region is down; shown and alarmed, never acted upon. Null when there is none.</param>
public sealed record AgreedRegion(RegionId Region, RegionCondition Condition, double? AtMost, double? AtLeast, IReadOnlyList<Sighting> Sightings, string? Advisory);

/// <summary>What one configured observer says about one region.</summary>
/// <param name="Observer">The region that observes.</param>
/// <param name="Agent">The agent that speaks for it: the lexically first fresh one; null when none is fresh.</param>
/// <param name="Abstains">Why it does not vote; null when it does or is not heard.</param>
/// <param name="View">Its view; null when it is not heard or abstains.</param>
public sealed record Sighting(RegionId Observer, string? Agent, string? Abstains, RegionView? View)
{
    /// <summary>In a few words, e.g. <c>eu-west-1: Down (score 0)</c>.</summary>
    public override string ToString() =>
        View is { } view ? FormattableString.Invariant($"{Observer}: {view.Condition} (score {view.Score:0.##})")
        : Abstains is { } reason ? $"{Observer}: abstains ({reason})"
        : $"{Observer}: no fresh vote";
}
