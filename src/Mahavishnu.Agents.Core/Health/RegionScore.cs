using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Health;

/// <summary>How the checks of a region become one view of it.</summary>
public static class RegionScore
{
    /// <summary>The least score of a healthy region. Source: the reference's demand on a failover target.</summary>
    public const double HealthyAt = 0.7;

    /// <summary>Below this score a region is down. Source: the reference's threshold for an immediate failover.</summary>
    public const double DownBelow = 0.2;

    /// <summary>The most that a region can score while a critical check fails; under <see cref="DownBelow"/> by intent.</summary>
    public const double CriticalCap = 0.1;

    /// <summary>The weighted share of passing checks among those that are known, and the condition that follows.</summary>
    /// <param name="region">The region.</param>
    /// <param name="checks">All its checks, in the order in which they are to be named.</param>
    /// <returns>Unknown checks are left out; with none known, the region is <see cref="RegionCondition.Unknown"/> and scores 0.</returns>
    public static RegionView Judge(RegionId region, IEnumerable<CheckReading> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        double known = 0, passing = 0;
        var capped = false;
        var failed = new List<string>();
        foreach (var check in checks)
        {
            if (check.Standing == CheckStanding.Unknown)
            {
                continue;
            }

            known += check.Weight;
            if (check.Standing == CheckStanding.Passing)
            {
                passing += check.Weight;
                continue;
            }

            failed.Add(check.Name);
            capped |= check.Critical;
        }

        if (known <= 0)
        {
            return new RegionView(region, RegionCondition.Unknown, 0, failed);
        }

        // Rounded, so that seven of ten checks of weight 0.1 are 0.7 and not a hair below the threshold.
        var share = Math.Round(passing / known, 9);
        var score = capped ? Math.Min(share, CriticalCap) : share;
        return new RegionView(region, ConditionOf(score), score, failed);
    }

    /// <summary>The condition that a known score stands for.</summary>
    public static RegionCondition ConditionOf(double score) => score switch
    {
        >= HealthyAt => RegionCondition.Healthy,
        < DownBelow => RegionCondition.Down,
        _ => RegionCondition.Degraded,
    };
}
