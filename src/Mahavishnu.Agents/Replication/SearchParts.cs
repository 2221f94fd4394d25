using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Makes what looks after OpenSearch.</summary>
internal static class SearchParts
{
    /// <summary>The watch of the region's own cluster, and the mover of all; neither without configuration, and no watch in a region without a cluster.</summary>
    /// <exception cref="InvalidOperationException">The password cannot be read.</exception>
    public static (SearchWatch? Watch, SearchMover? Mover) Create(
        AgentOptions options, LeadershipTiming timing, LeadershipLoop leadership, VoteLoop votes, PeerClocks clocks, AgentClock clock, ILoggerFactory loggers)
    {
        if (options.Opensearch is not { } search)
        {
            return (null, null);
        }

        var own = search.Clusters.FirstOrDefault(c => c.Region == options.Region);
        var watch = own.Endpoint is null ? null : new SearchWatch(
            options.Region, search, Node(own.Endpoint), votes.Process, clocks.Of, clock, options.ToFailoverSettings(timing).LagFreshness, loggers.CreateLogger<SearchWatch>());
        var clusters = new SearchClusters(search, search.Clusters.ToDictionary(static c => c.Region, c => new OpenSearchNode(search.ToOpenSearch(c.Region, c.Endpoint), clock.Time)));
        return (watch, Mover(clusters, record => EffectGate.MayStart(clock.Now, leadership.Standing, record.Epoch, timing), timing.EffectDeadline, clock));

        // With connections of its own: what is slow for the mover must not hold the watch up.
        OpenSearchNode Node(Uri endpoint) => new(search.ToOpenSearch(options.Region, endpoint), clock.Time);
    }

    /// <summary>The mover.</summary>
    public static SearchMover Mover(SearchClusters clusters, Func<JournalRecord, bool> mayStart, TimeSpan effectDeadline, AgentClock clock)
    {
        var handover = new SearchHandover(clusters, mayStart, clock);
        return new SearchMover(clusters, handover, new SearchReturn(clusters, handover, mayStart, effectDeadline), effectDeadline);
    }
}
