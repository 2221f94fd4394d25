using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What a region's cluster says of one index.</summary>
/// <param name="Region">The region.</param>
/// <param name="State">Where its replication stands; null when the cluster does not answer.</param>
/// <param name="Exists">Whether it has the index.</param>
/// <param name="Blocked">Whether writes to it are blocked.</param>
/// <param name="Follows">The region that it follows; null when it does not tell.</param>
public sealed record SearchHolding(RegionId Region, SearchState? State, bool Exists, bool Blocked, RegionId? Follows);

/// <summary>Which region's cluster leads an index.</summary>
/// <param name="Leaders">The one; several when more than one accepts writes; none when it is not known.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record SearchLeading(IReadOnlyList<RegionId> Leaders, string Reason)
{
    /// <summary>The only leader; null when there is none known, or more than one.</summary>
    public RegionId? Leader => Leaders.Count == 1 ? Leaders[0] : null;
}

/// <summary>Finds the leader of an index from what the clusters say, whatever is configured: a failover changes it.</summary>
public static class SearchRoles
{
    /// <summary>The leader.</summary>
    /// <param name="holdings">Every configured cluster, those too that do not answer.</param>
    /// <param name="source">The region that a plan takes the lead from, and so may have fenced itself a moment ago; null for none.</param>
    public static SearchLeading Of(IReadOnlyList<SearchHolding> holdings, RegionId? source = null)
    {
        ArgumentNullException.ThrowIfNull(holdings);
        var free = holdings.Where(static h => h is { State: SearchState.NotReplicating, Exists: true }).ToList();
        var open = free.Where(static h => !h.Blocked).Select(static h => h.Region).ToList();
        if (open.Count > 0)
        {
            return new SearchLeading(open, open.Count == 1 ? $"{open[0]} follows nobody and accepts writes" : $"{string.Join(" and ", open)} all accept writes");
        }

        // A follower goes on with whom it was told to follow, even one that was fenced, deleted or copied anew: that one must be able to lead.
        var silent = holdings.Where(static h => h.State is null or SearchState.Unknown).ToList();
        var followed = holdings.Where(static h => h.Follows is not null).Select(static h => h.Follows!.Value).Distinct().Where(r => free.Concat(silent).Any(h => h.Region == r)).ToList();
        if (followed is [var leader])
        {
            // One that is fenced led until then; but one that does not answer may have been promoted since.
            return free.Any(h => h.Region == leader) && leader != source && silent.Count > 0
                ? new SearchLeading([], $"{leader} is followed, but its writes are blocked, and {string.Join(" and ", silent.Select(static s => s.Region))}, which may lead since, cannot be asked")
                : new SearchLeading(followed, $"{leader} is followed");
        }

        return followed.Count > 1 ? new SearchLeading([], $"{string.Join(" and ", followed)} are both followed, and neither accepts writes")
            : silent.Count == 0 && free.Count == 1 ? new SearchLeading([free[0].Region], $"{free[0].Region} follows nobody; its writes are blocked")
            : silent is [{ State: null }] && free.Count == 0 && holdings.Count > 1 && holdings.All(h => h.State is null || h.Exists)
                ? new SearchLeading([silent[0].Region], $"{silent[0].Region} does not answer, and every other region follows")
            : new SearchLeading([], silent.Count == 0 ? "no cluster leads it" : $"{string.Join(" and ", silent.Select(static s => s.Region))} cannot be asked");
    }
}
