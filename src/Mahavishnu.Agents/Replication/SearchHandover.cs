using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>What handing the lead of an index from one region to another is made of. Each part looks first, and reads back.</summary>
/// <param name="clusters">The clusters.</param>
/// <param name="mayStart">Whether the lease covers an effect now: a stop cannot be undone, and no cluster compares fencing tokens.</param>
/// <param name="clock">The clock.</param>
internal sealed class SearchHandover(SearchClusters clusters, Func<JournalRecord, bool> mayStart, AgentClock clock)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private TimeSpan Timeout => clusters.Options.Timeout;

    /// <summary>Blocks the writes to an index, or lets them through again.</summary>
    public async Task<(EffectResult Result, string Detail)> BlockAsync(RegionId region, string index, bool block, CancellationToken cancellationToken) =>
        Told(await clusters[region].BlockAsync(index, block, Timeout, cancellationToken), block ? $"writes to {index} in {region} are blocked" : $"{index} in {region} takes writes again");

    /// <summary>Waits until a follower has all of its leader, whose writes are blocked: twice the same, since a write may have been under way.</summary>
    public async Task<(EffectResult Result, string Detail)> CatchUpAsync(RegionId region, string index, TimeSpan within, CancellationToken cancellationToken)
    {
        var until = clock.Now + within;
        string? before = null;
        while (true)
        {
            var answer = await clusters[region].ReadIndexAsync(index, Timeout, cancellationToken);
            var link = (answer as DataAnswer<OpenSearchIndex>.Ok)?.Value.Link;
            if (link is { State: SearchState.NotReplicating })
            {
                return (EffectResult.Done, $"{index} in {region} follows nobody already");
            }

            var at = link is { State: SearchState.Syncing, Behind: 0 } ? string.Join(' ', link.Shards.Select(static s => s.Leader)) : null;
            if (at is not null && at == before)
            {
                return (EffectResult.Done, $"{index} in {region} has all operations of its leader");
            }

            before = at;
            if (clock.Now >= until)
            {
                return (EffectResult.Unknown, answer.Problem ?? $"{index} in {region} is {link!.State} and {link.Behind?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "an unknown number of"} operations behind");
            }

            await Task.Delay(PollInterval, clock.Time, cancellationToken);
        }
    }

    /// <summary>Why an index cannot be made to take writes now; null when it can.</summary>
    public static (EffectResult Result, string Detail)? Objection(RegionId region, string index, SearchSight sight)
    {
        if (sight.Index(region, index) is not { } seen)
        {
            return (EffectResult.Unknown, sight.Problem(region));
        }

        var (move, why) = SearchPromotion.Next(seen.Link.State, seen.Exists, seen.WriteBlocked, sight.Of(region)!.Bootstrapping);
        return move is SearchMove.Stop or SearchMove.Verify ? null : (move == SearchMove.Wait ? EffectResult.Unknown : EffectResult.Refused, $"{index} in {region}: {why}");
    }

    /// <summary>Makes an index that follows one that takes writes, and proves it by a write.</summary>
    public async Task<(EffectResult Result, string Detail)> PromoteAsync(JournalRecord record, RegionId region, string index, SearchSight sight, CancellationToken cancellationToken)
    {
        if (Objection(region, index, sight) is { } objection)
        {
            return objection;
        }

        if (await HealthAsync(region, index, cancellationToken) is { } ill)
        {
            return (EffectResult.Unknown, ill);
        }

        if (sight.Index(region, index)!.Link.State != SearchState.NotReplicating && await StopAsync(record, region, index, cancellationToken) is { } unstopped)
        {
            return unstopped;
        }

        // What it was before says nothing of after: it was closed and opened again.
        return await HealthAsync(region, index, cancellationToken) is { } red
            ? (EffectResult.Unknown, red)
            : Told(await clusters[region].ProbeAsync(index, Timeout, cancellationToken), $"{index} in {region} takes writes");
    }

    /// <summary>Deletes the rules by which a region's cluster would begin to follow these indices once they are deleted.</summary>
    public async Task<(EffectResult Result, string Detail)> ForgetRulesAsync(RegionId region, RegionId leader, CancellationToken cancellationToken)
    {
        var answer = await clusters[region].RulesAsync(Timeout, cancellationToken);
        if (answer is not DataAnswer<IReadOnlyList<OpenSearchRule>>.Ok { Value: var rules })
        {
            return Told(answer, "");
        }

        foreach (var rule in rules.Where(r => clusters.Options.Replicated.Any(i => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(r.Pattern, i, ignoreCase: false))))
        {
            var deleted = Told(await clusters[region].DeleteRuleAsync(clusters.Options.AliasOf(leader), rule.Name, Timeout, cancellationToken), "");
            if (deleted.Result != EffectResult.Done)
            {
                return (deleted.Result, $"the auto-follow rule {rule.Name} could not be deleted, which would bring a deleted index back as a follower: {deleted.Detail}");
            }
        }

        return (EffectResult.Done, $"no auto-follow rule of {region} names these indices");
    }

    /// <summary>What an answer means for a step.</summary>
    public static (EffectResult Result, string Detail) Told<T>(DataAnswer<T> answer, string done) => answer switch
    {
        DataAnswer<T>.Ok => (EffectResult.Done, done),
        DataAnswer<T>.Refused refused => (EffectResult.Refused, refused.Reason),
        _ => (EffectResult.Unknown, answer.Problem!),
    };

    private async Task<string?> HealthAsync(RegionId region, string index, CancellationToken cancellationToken) =>
        await clusters[region].HealthAsync(index, Timeout, cancellationToken) is var answer && answer is DataAnswer<string>.Ok { Value: var health }
            ? health == "red" ? $"{index} in {region} is red: a primary shard is missing" : null
            : answer.Problem;

    /// <summary>Stops a follower; null when it has stopped.</summary>
    private async Task<(EffectResult, string)?> StopAsync(JournalRecord record, RegionId region, string index, CancellationToken cancellationToken)
    {
        if (!mayStart(record))
        {
            return (EffectResult.Unknown, $"the lease does not cover stopping {index} in {region} now");
        }

        var stopped = await clusters[region].StopAsync(index, OpenSearchNode.StopDeadline, cancellationToken);
        var after = await clusters[region].ReadIndexAsync(index, Timeout, cancellationToken);
        return after is DataAnswer<OpenSearchIndex>.Ok { Value: { Exists: true, Link.State: SearchState.NotReplicating } } ? null
            : stopped is DataAnswer<bool>.Refused refused ? (EffectResult.Refused, refused.Reason)
            : (EffectResult.Unknown, stopped.Problem ?? after.Problem ?? $"{index} in {region} was told to stop following, and has not yet");
    }
}
