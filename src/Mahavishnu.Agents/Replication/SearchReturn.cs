using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Brings the lead of indices home in a failback: copies them anew into the original region, and when all of them follow, hands over.
/// An index there that has a history of its own is deleted only if the configuration says so, and the new leader was seen to hold what it has.
/// </summary>
/// <param name="clusters">The clusters.</param>
/// <param name="handover">The parts.</param>
/// <param name="mayStart">Whether the lease covers an effect now.</param>
/// <param name="effectDeadline">How long writes may stay blocked while the original region catches up.</param>
internal sealed class SearchReturn(SearchClusters clusters, SearchHandover handover, Func<JournalRecord, bool> mayStart, TimeSpan effectDeadline)
{
    private SearchOptions Options => clusters.Options;

    /// <summary>One turn.</summary>
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, SearchSight sight, CancellationToken cancellationToken)
    {
        var indices = Options.Replicated.Where(i => !sight.IsNowhere(i)).Select(i => (Index: i, Leading: sight.Leading(i, record.Source))).ToList();
        var prepared = await Task.WhenAll(indices.Select(i => PrepareAsync(record, i.Index, i.Leading, sight, cancellationToken)));
        var ready = SearchMover.Worst(prepared);
        var away = indices.Where(i => i.Leading.Leader is { } leader && leader != record.Target).Select(static i => (i.Index, Leader: i.Leading.Leader!.Value)).ToList();
        return prepared.Length == 0 ? (EffectResult.Done, "no cluster of OpenSearch has any of the configured indices")
            : ready.Result != EffectResult.Done || away.Count == 0 ? ready
            : await HandOverAsync(record, away, cancellationToken);
    }

    /// <summary>Lets one index follow in the original region.</summary>
    private async Task<(EffectResult Result, string Detail)> PrepareAsync(JournalRecord record, string index, SearchLeading leading, SearchSight sight, CancellationToken cancellationToken)
    {
        var home = record.Target;
        if (leading.Leader == home)
        {
            return (EffectResult.Done, $"{index} is led by {home}");
        }

        if (sight.Index(home, index) is not { } seen)
        {
            return (EffectResult.Unknown, sight.Problem(home));
        }

        if (leading.Leaders.Count == 0)
        {
            return (EffectResult.Unknown, $"who leads {index} is not known: {leading.Reason}");
        }

        // Back from the dead, and open: what it takes from now on would be lost.
        if (leading.Leaders.Contains(home))
        {
            var fenced = await handover.BlockAsync(home, index, true, cancellationToken);
            return leading.Leaders.Count == 2 && leading.Leaders.Contains(record.Source) && fenced.Result == EffectResult.Done
                ? (EffectResult.Unknown, $"{index} in {home} took writes besides {record.Source}, and is fenced now")
                : (EffectResult.Refused, $"{index} has more than one history ({leading.Reason}); {fenced.Detail}; compare them, and block the writes of those that are not to go on");
        }

        return leading.Leaders.Count > 1 ? (EffectResult.Refused, $"{index} has more than one history: {leading.Reason}") : seen switch
        {
            { Exists: false } => await StartAsync(record, index, leading.Leader!.Value, sight, cancellationToken),
            { Link.State: SearchState.Syncing } => (EffectResult.Done, $"{index} in {home} follows {leading.Leader}"),
            { Link.State: SearchState.Bootstrapping } => (EffectResult.Unknown, $"{index} in {home} copies {leading.Leader}"),
            { Link.State: SearchState.NotReplicating } => await ReseedAsync(record, index, leading.Leader!.Value, cancellationToken),
            { Link.State: SearchState.Paused or SearchState.AutoPaused or SearchState.Failed } => (EffectResult.Refused, $"{index} in {home} is {seen.Link.State} ({seen.Link.Reason}); resume it, or stop and delete it; the failback goes on by itself"),
            _ => (EffectResult.Unknown, $"{index} in {home} is {seen.Link.State}"),
        };
    }

    private async Task<(EffectResult, string)> StartAsync(JournalRecord record, string index, RegionId leader, SearchSight sight, CancellationToken cancellationToken)
    {
        var (home, alias) = (record.Target, Options.AliasOf(leader));
        if (!sight.Of(home)!.Remotes.GetValueOrDefault(alias))
        {
            var seeds = Options.Clusters.First(c => c.Region == leader).Transport;
            if (seeds.Count == 0)
            {
                return (EffectResult.Refused, $"OpenSearch of {home} is not connected to {leader} as {alias}; set cluster.remote.{alias}.seeds there, or give transport addresses for {leader} in the configuration");
            }

            var registered = SearchHandover.Told(await clusters[home].RegisterRemoteAsync(alias, seeds, Options.Timeout, cancellationToken), "");
            if (registered.Result != EffectResult.Done)
            {
                return registered;
            }
        }

        var started = SearchHandover.Told(await clusters[home].StartAsync(index, alias, OpenSearchNode.StopDeadline, cancellationToken), "");
        return started.Result == EffectResult.Done ? (EffectResult.Unknown, $"{index} in {home} has begun to copy {leader}") : started;
    }

    /// <summary>Deletes an index that has a history of its own, if that is allowed and nothing would be lost that was looked at.</summary>
    private async Task<(EffectResult, string)> ReseedAsync(JournalRecord record, string index, RegionId leader, CancellationToken cancellationToken)
    {
        var home = record.Target;
        if (Options.Reseed == SearchReseed.Manual)
        {
            return (EffectResult.Refused, $"{index} in {home} has a history of its own since {leader} leads it. Compare the two, save what is missing, and delete it in {home} (DELETE /{index}); the failback then copies it anew by itself. With opensearch.reseed: automatic the agent compares and deletes it");
        }

        var fenced = await handover.BlockAsync(home, index, true, cancellationToken);
        if (fenced.Result != EffectResult.Done)
        {
            return fenced;
        }

        if (await ObjectionAsync(home, leader, index, (int)record.Sequence, cancellationToken) is { } objection)
        {
            return objection;
        }

        var rules = await handover.ForgetRulesAsync(home, leader, cancellationToken);
        if (rules.Result != EffectResult.Done)
        {
            return rules;
        }

        if (!mayStart(record))
        {
            return (EffectResult.Unknown, $"the lease does not cover deleting {index} in {home} now");
        }

        var deleted = SearchHandover.Told(await clusters[home].DeleteIndexAsync(index, Options.Timeout, cancellationToken), "");
        return deleted.Result == EffectResult.Done ? (EffectResult.Unknown, $"{index} in {home} was deleted, all documents of it that were looked at being in {leader}; it is copied anew") : deleted;
    }

    /// <summary>Why an index must not be deleted; null when the new leader holds at least as many documents and all that were looked at.</summary>
    private async Task<(EffectResult, string)?> ObjectionAsync(RegionId home, RegionId leader, string index, int seed, CancellationToken cancellationToken)
    {
        var contents = await Task.WhenAll(new[] { home, leader }.Select(r => clusters[r].ContentAsync(index, seed, Options.Timeout, cancellationToken)));
        if (contents[0] is not DataAnswer<OpenSearchContent>.Ok { Value: var old } || contents[1] is not DataAnswer<OpenSearchContent>.Ok { Value: var present })
        {
            return (EffectResult.Unknown, contents[0].Problem ?? contents[1].Problem!);
        }

        var answer = await clusters[leader].MissingAsync(index, old.Sample, Options.Timeout, cancellationToken);
        return answer is not DataAnswer<IReadOnlyList<string>>.Ok { Value: var missing } ? (EffectResult.Unknown, answer.Problem!)
            : missing.Count > 0 || present.Documents < old.Documents ? (EffectResult.Refused,
                $"{index} in {home} is not deleted: {leader} has {present.Documents} documents and {home} {old.Documents}, and of {old.Sample.Count} that were looked at {missing.Count} are not in {leader}. They were written to {home} only, or deleted in {leader} since; compare, save what is missing, and delete it in {home} (DELETE /{index})")
            : null;
    }

    /// <summary>A planned failover in the other direction: the writes stop, the follower takes the rest, and leads.</summary>
    private async Task<(EffectResult, string)> HandOverAsync(JournalRecord record, List<(string Index, RegionId Leader)> away, CancellationToken cancellationToken)
    {
        var home = record.Target;
        var blocked = SearchMover.Worst(await Task.WhenAll(away.Select(a => handover.BlockAsync(a.Leader, a.Index, true, cancellationToken))));
        var caught = blocked.Result != EffectResult.Done ? blocked
            : SearchMover.Worst(await Task.WhenAll(away.Select(a => handover.CatchUpAsync(home, a.Index, effectDeadline, cancellationToken))));
        if (caught.Result != EffectResult.Done)
        {
            // Nothing has been stopped yet: those who write must not wait for what may take long.
            await Task.WhenAll(away.Select(a => handover.BlockAsync(a.Leader, a.Index, false, cancellationToken)));
            return caught;
        }

        var sight = await clusters.LookAsync(cancellationToken);
        return SearchMover.Worst(await Task.WhenAll(away.Select(a => handover.PromoteAsync(record, home, a.Index, sight, cancellationToken))));
    }
}
