using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Replication;

/// <summary>Every region's cluster of OpenSearch, looked at together.</summary>
/// <param name="options">The clusters and their indices.</param>
/// <param name="nodes">A client of each.</param>
internal sealed class SearchClusters(SearchOptions options, IReadOnlyDictionary<RegionId, OpenSearchNode> nodes)
{
    /// <summary>The configuration.</summary>
    public SearchOptions Options => options;

    /// <summary>Whether a region has a cluster.</summary>
    public bool Has(RegionId region) => nodes.ContainsKey(region);

    /// <summary>The client of a region's cluster.</summary>
    public OpenSearchNode this[RegionId region] => nodes[region];

    /// <summary>Asks all of them at once.</summary>
    public async Task<SearchSight> LookAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(nodes.Select(async n => (n.Key, Answer: await n.Value.ReadAsync(options.Replicated, options.Timeout, cancellationToken))));
        return new SearchSight(options, answers.ToDictionary(static a => a.Key, static a => a.Answer));
    }
}

/// <summary>What every region's cluster answered.</summary>
/// <param name="options">The clusters and their indices.</param>
/// <param name="answers">The answer of each region.</param>
internal sealed class SearchSight(SearchOptions options, IReadOnlyDictionary<RegionId, DataAnswer<OpenSearchReading>> answers)
{
    /// <summary>What a region's cluster said; null when it did not answer.</summary>
    public OpenSearchReading? Of(RegionId region) => (answers[region] as DataAnswer<OpenSearchReading>.Ok)?.Value;

    /// <summary>An index in a region; null when its cluster did not answer.</summary>
    public OpenSearchIndex? Index(RegionId region, string index) => Of(region)?.Indices.First(i => i.Name == index);

    /// <summary>Why a region's cluster did not answer.</summary>
    public string Problem(RegionId region) => answers[region].Problem ?? $"OpenSearch of {region} answers";

    /// <summary>Whether all answered, and none has the index: there is nothing to move.</summary>
    public bool IsNowhere(string index) => answers.Keys.All(r => Index(r, index) is { Exists: false });

    /// <summary>Who leads an index, for a plan that takes the lead from a region.</summary>
    public SearchLeading Leading(string index, RegionId source) => SearchRoles.Of([.. answers.Keys.Order().Select(r => Holding(r, Index(r, index)))], source);

    private SearchHolding Holding(RegionId region, OpenSearchIndex? seen) => new(
        region, seen?.Link.State, seen?.Exists == true, seen?.WriteBlocked == true,
        seen?.Link is { State: not SearchState.NotReplicating, LeaderAlias: { } alias } ? answers.Keys.Where(r => options.AliasOf(r) == alias).Select(static r => (RegionId?)r).FirstOrDefault() : null);
}
