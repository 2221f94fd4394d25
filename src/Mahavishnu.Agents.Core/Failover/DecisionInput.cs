using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Thresholds of the decision engine. Scores are 0 to 1.</summary>
/// <param name="Immediate">Below it a region is failed over at once. The reference: 0.2.</param>
/// <param name="Graceful">Below it a region is failed over with its cooperation. The reference: 0.5.</param>
/// <param name="Target">What a target needs. The reference: 0.7.</param>
/// <param name="Cooldown">How long after a failover of a region no automatic one of it follows.</param>
public sealed record DecisionThresholds(double Immediate, double Graceful, double Target, TimeSpan Cooldown)
{
    /// <summary>
    /// How long a region must have been below <see cref="Graceful"/> before a graceful failover: one probe interval,
    /// since the checks of a region that has just died fail one after another, and it looks partly ill on the way.
    /// </summary>
    public TimeSpan Settle { get; init; }

    /// <summary>How much acknowledged data an automatic immediate failover may lose; null when no store of data is measured, or any loss is accepted.</summary>
    public TimeSpan? LossLimit { get; init; }

    /// <summary>The reference's scores; cooldown 5 minutes.</summary>
    public static DecisionThresholds Default { get; } = new(0.2, 0.5, 0.7, TimeSpan.FromMinutes(5));
}

/// <summary>Everything that a decision rests on.</summary>
public sealed record DecisionInput
{
    /// <summary>Every configured region.</summary>
    public required IReadOnlyDictionary<RegionId, RegionFacts> Regions { get; init; }

    /// <summary>Where data classes may live.</summary>
    public required ResidencyCatalogue Residency { get; init; }

    /// <summary>What the observers agree.</summary>
    public required AgreedView View { get; init; }

    /// <summary>The routing in force.</summary>
    public required RoutingTable Routing { get; init; }

    /// <summary>The thresholds.</summary>
    public required DecisionThresholds Thresholds { get; init; }

    /// <summary>Whether failover without an operator is configured.</summary>
    public bool Automatic { get; init; } = true;

    /// <summary>Why automation is paused; null when it is not.</summary>
    public string? Maintenance { get; init; }

    /// <summary>The saga that runs; null when none does.</summary>
    public string? RunningPlan { get; init; }

    /// <summary>Time since the last failover away from a region ended, by region; absent when there was none.</summary>
    public IReadOnlyDictionary<RegionId, TimeSpan> SinceFailover { get; init; } = new Dictionary<RegionId, TimeSpan>();

    /// <summary>How long the agreed score of a region has been below the graceful threshold; absent while it is not.</summary>
    public IReadOnlyDictionary<RegionId, TimeSpan> IllFor { get; init; } = new Dictionary<RegionId, TimeSpan>();

    /// <summary>How far the target of each link may be behind its source by now, from measurements that are fresh; absent is unknown.</summary>
    public IReadOnlyDictionary<LagLink, MeasuredLag> Lag { get; init; } = new Dictionary<LagLink, MeasuredLag>();

    /// <summary>The links whose target can only be had back by a full copy, as fresh votes of the source's agents say.</summary>
    public IReadOnlySet<LagLink> Broken { get; init; } = new HashSet<LagLink>();

    /// <summary>The stores whose loss counts for decisions. What the others may lose is stated in the plan.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [StoreNames.Postgresql];

    /// <summary>The regions whose PostgreSQL accepts writes, where one is the primary, as a majority of the control stores says; null while that is not known. The others have nothing to lose.</summary>
    public IReadOnlySet<RegionId>? Writers { get; init; }

    /// <summary>The most that could be lost by moving from a region to another now, in the stores that count; null is unknown.</summary>
    public TimeSpan? AtRisk(RegionId source, RegionId target)
    {
        var known = Stores.Select(s => AtRisk(source, target, s)).ToList();
        return known.Count == 0 || known.Contains(null) ? null : known.Max();
    }

    /// <summary>What each store could lose, those that count and those that are measured.</summary>
    public IReadOnlyList<StoreRisk> Risks(RegionId source, RegionId target) =>
        [.. Stores.Concat(Lag.Keys.Where(l => l.Source == source && l.Target == target).Select(static l => l.Store)).Distinct().Order(StringComparer.Ordinal).Select(s => new StoreRisk(s, AtRisk(source, target, s)))];

    /// <summary>
    /// How much of the log of a region that is down another holds: of what was acknowledged there, the most counts. Null while
    /// the region is up, whose targets can still catch up, and when nobody tells.
    /// </summary>
    public long? Held(RegionId source, RegionId target) =>
        View[source].Condition != RegionCondition.Down ? null
        : Stores.Select(s => Lag.TryGetValue(new LagLink(source, target, s), out var lag) ? lag.Position : null).FirstOrDefault(static p => p is not null);

    /// <summary>The stores that count whose copy in the target cannot catch up with the source any more.</summary>
    public IEnumerable<string> BrokenAt(RegionId source, RegionId target) => Stores.Where(s => Broken.Contains(new LagLink(source, target, s)));

    private TimeSpan? AtRisk(RegionId source, RegionId target, string store) =>
        store == StoreNames.Postgresql && Writers is { } writers && !writers.Contains(source) ? TimeSpan.Zero
        : Lag.TryGetValue(new LagLink(source, target, store), out var lag) ? lag.AtMost
        : null;
}
