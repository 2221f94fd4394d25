using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Carries out the data steps of a saga for OpenSearch: blocks writes in the source's cluster, waits until the target has all, and
/// makes the target's followers indices that take writes. Who leads an index is asked of the clusters at every step.
/// </summary>
/// <remarks>
/// Source: OpenSearch cross-cluster replication. A source that does not answer cannot be fenced: there is no lease in a cluster. It is
/// fenced when it is seen again, by the next step that finds it open.
/// </remarks>
/// <param name="clusters">The clusters.</param>
/// <param name="handover">The parts.</param>
/// <param name="reseed">The way home.</param>
/// <param name="effectDeadline">How long to wait in one turn for a follower to catch up.</param>
internal sealed class SearchMover(SearchClusters clusters, SearchHandover handover, SearchReturn reseed, TimeSpan effectDeadline) : IDataMover
{
    /// <summary>What OpenSearch has to do in sagas.</summary>
    public static readonly IReadOnlySet<SagaStep> DataSteps = new HashSet<SagaStep> { SagaStep.FenceSource, SagaStep.CatchUp, SagaStep.PromoteSearch, SagaStep.SyncData };

    /// <inheritdoc />
    public IReadOnlySet<SagaStep> Steps => DataSteps;

    /// <inheritdoc />
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        if (!clusters.Has(record.Source))
        {
            return (EffectResult.Done, $"no cluster of OpenSearch is configured in {record.Source}, which so leads no index");
        }

        if (!clusters.Has(record.Target))
        {
            return (EffectResult.Refused, $"no cluster of OpenSearch is configured in {record.Target}; add it to opensearch.follower_clusters, or fail over to another region");
        }

        var sight = await clusters.LookAsync(cancellationToken);
        return record.Step switch
        {
            SagaStep.FenceSource => Objection(record, sight) ?? await EachAsync(sight, index => FenceAsync(record, index, sight, cancellationToken)),
            SagaStep.CatchUp => await EachAsync(sight, index => CatchUpAsync(record, index, sight, cancellationToken)),
            SagaStep.PromoteSearch => Objection(record, sight) ?? await PromoteAllAsync(record, sight, cancellationToken),
            SagaStep.SyncData => await reseed.RunAsync(record, sight, cancellationToken),
            _ => (EffectResult.Refused, $"OpenSearch has nothing to do with {record.Step}"),
        };
    }

    /// <summary>The worst of several results, with what was said of it.</summary>
    public static (EffectResult Result, string Detail) Worst(IReadOnlyCollection<(EffectResult Result, string Detail)> all)
    {
        var worst = all.Any(static a => a.Result == EffectResult.Refused) ? EffectResult.Refused
            : all.Any(static a => a.Result != EffectResult.Done) ? EffectResult.Unknown : EffectResult.Done;
        return (worst, string.Join("; ", all.Where(a => worst == EffectResult.Done || a.Result != EffectResult.Done).Select(static a => a.Detail).Distinct()));
    }

    /// <summary>Runs for every replicated index that is anywhere, all at once.</summary>
    private async Task<(EffectResult Result, string Detail)> EachAsync(SearchSight sight, Func<string, Task<(EffectResult, string)>> run)
    {
        var indices = clusters.Options.Replicated.Where(i => !sight.IsNowhere(i)).ToList();
        return indices.Count == 0 ? (EffectResult.Done, "no cluster of OpenSearch has any of the configured indices") : Worst(await Task.WhenAll(indices.Select(run)));
    }

    /// <summary>What keeps the target from taking over any of the indices; null for nothing. None is fenced or promoted then: a part of them would help nobody.</summary>
    private (EffectResult Result, string Detail)? Objection(JournalRecord record, SearchSight sight)
    {
        var found = clusters.Options.Replicated
            .Where(i => sight.Leading(i, record.Source).Leaders.Any(l => l == record.Source || l == record.Target))
            .Select(i => SearchHandover.Objection(record.Target, i, sight))
            .Where(static o => o is not null).Select(static o => o!.Value).ToList();
        return found.Count == 0 ? null : Worst(found);
    }

    /// <summary>Whether the plan takes the source for dead, and so waits for nothing of it.</summary>
    private static bool SourceIsDown(JournalRecord record) => record.Skipped.Contains(SagaStep.CatchUp);

    private async Task<(EffectResult, string)> FenceAsync(JournalRecord record, string index, SearchSight sight, CancellationToken cancellationToken)
    {
        var leading = sight.Leading(index, record.Source);
        if (leading.Leaders.Count != 1)
        {
            return leading.Leaders.Count == 0 ? (EffectResult.Unknown, $"who leads {index} is not known: {leading.Reason}")
                : (EffectResult.Refused, $"{index} has a history of its own in each of two clusters ({leading.Reason}); compare them, and block the writes of the one that is not to go on");
        }

        return leading.Leader != record.Source
            ? (EffectResult.Done, $"{index} is led by {leading.Leader}, not by {record.Source}")
            : await FenceSourceAsync(record, index, sight, cancellationToken);
    }

    private async Task<(EffectResult Result, string Detail)> FenceSourceAsync(JournalRecord record, string index, SearchSight sight, CancellationToken cancellationToken)
    {
        var fenced = sight.Of(record.Source) is null ? (EffectResult.Unknown, sight.Problem(record.Source)) : await handover.BlockAsync(record.Source, index, true, cancellationToken);
        return fenced.Item1 == EffectResult.Done || !SourceIsDown(record) ? fenced
            : (EffectResult.Done, $"{index} in {record.Source} could not be fenced ({fenced.Item2}): writes that still reach it are lost; it is fenced when it is seen again");
    }

    private async Task<(EffectResult, string)> CatchUpAsync(JournalRecord record, string index, SearchSight sight, CancellationToken cancellationToken)
    {
        var leading = sight.Leading(index, record.Source);
        return leading.Leader is not { } leader ? (EffectResult.Unknown, $"who leads {index} is not known: {leading.Reason}")
            : leader != record.Source ? (EffectResult.Done, $"{index} is led by {leader}; there is nothing to wait for")
            : await handover.CatchUpAsync(record.Target, index, effectDeadline, cancellationToken);
    }

    private async Task<(EffectResult, string)> PromoteAllAsync(JournalRecord record, SearchSight sight, CancellationToken cancellationToken)
    {
        if (sight.Of(record.Target) is null)
        {
            return (EffectResult.Unknown, sight.Problem(record.Target));
        }

        var rules = await handover.ForgetRulesAsync(record.Target, record.Source, cancellationToken);
        return rules.Result != EffectResult.Done ? rules : await EachAsync(sight, index => PromoteAsync(record, index, sight, cancellationToken));
    }

    private async Task<(EffectResult, string)> PromoteAsync(JournalRecord record, string index, SearchSight sight, CancellationToken cancellationToken)
    {
        var leading = sight.Leading(index, record.Source);
        var open = leading.Leaders.Count == 0 || leading.Leaders.Any(l => l == record.Source || l == record.Target);
        if (!open)
        {
            return (EffectResult.Done, $"{index} is led by {string.Join(" and ", leading.Leaders)}, which goes on");
        }

        if (leading.Leaders.Count == 0)
        {
            return (EffectResult.Unknown, $"who leads {index} is not known: {leading.Reason}");
        }

        // A source that came back after it could not be fenced takes writes that the target lacks.
        if (leading.Leaders.Contains(record.Source))
        {
            var fenced = await FenceSourceAsync(record, index, sight, cancellationToken);
            if (fenced.Result != EffectResult.Done)
            {
                return fenced;
            }
        }

        return await handover.PromoteAsync(record, record.Target, index, sight, cancellationToken);
    }
}
