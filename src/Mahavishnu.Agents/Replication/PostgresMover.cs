using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Carries out the data steps of a saga for PostgreSQL with one primary: takes the right to write from the source's server,
/// waits until the target has all of it, and promotes the target's. Every step looks first whether it is so already.
/// </summary>
/// <remarks>
/// Source: the protocol's section on the data plane's own lease. A server that is not the primary has nothing that could be
/// fenced or lost: the primary then stays where it is, and its region goes on writing.
/// </remarks>
/// <param name="nodes">A client for each server, for work at once and rarely.</param>
/// <param name="claims">Who may write.</param>
/// <param name="timing">The times of leadership.</param>
/// <param name="revocationWait">W_p: from the last proof of the old primary until it has fenced itself at the latest.</param>
/// <param name="standing">Where this agent stands.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostgresMover(
    IReadOnlyDictionary<RegionId, PostgresNode> nodes,
    PrimaryClaims claims,
    LeadershipTiming timing,
    TimeSpan revocationWait,
    Func<Standing> standing,
    AgentClock clock) : IDataMover
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>What PostgreSQL with one primary has to do in sagas.</summary>
    public static readonly IReadOnlySet<SagaStep> DataSteps = new HashSet<SagaStep> { SagaStep.FenceSource, SagaStep.CatchUp, SagaStep.PromoteDatabase, SagaStep.SyncData };

    /// <inheritdoc />
    public IReadOnlySet<SagaStep> Steps => DataSteps;

    /// <inheritdoc />
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        if (!nodes.ContainsKey(record.Source) || !nodes.ContainsKey(record.Target))
        {
            var missing = nodes.ContainsKey(record.Source) ? record.Target : record.Source;
            return nodes.ContainsKey(record.Target)
                ? (EffectResult.Done, $"no server of PostgreSQL is configured in {missing}, which so never was the primary")
                : (EffectResult.Refused, $"no server of PostgreSQL is configured in {missing}; add it to database.postgresql.primary_regions, or fail over to another region");
        }

        return record.Step switch
        {
            SagaStep.FenceSource => await FenceAsync(record, cancellationToken),
            SagaStep.CatchUp => await CatchUpAsync(record, cancellationToken),
            SagaStep.PromoteDatabase => await PromoteAsync(record, cancellationToken),
            SagaStep.SyncData => await ReturnAsync(record, cancellationToken),
            _ => (EffectResult.Refused, $"PostgreSQL has nothing to do with {record.Step}"),
        };
    }

    private static long TokenOf(JournalRecord record) => PrimaryClaim.TokenOf(record.Epoch, record.Sequence);

    private async Task<(EffectResult, string)> FenceAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var read = await claims.ReadAsync(cancellationToken);
        if (!read.IsKnown)
        {
            return (EffectResult.Unknown, $"{read.Having.Count} of {claims.Stores.Count} stores say who may write, {read.Majority} are needed");
        }

        if (read.Newest!.Region != record.Source && read.Newest.Region != record.Target)
        {
            return (EffectResult.Done, $"{read.Newest.Region} writes, not {record.Source}");
        }

        // Named already, perhaps by a leader that got no further: said again under this token, and waited for again.
        var claim = new PrimaryClaim(record.Target, record.Epoch, TokenOf(record));
        var (lastProof, detail) = await claims.WriteAsync(claim, record.Epoch, read.Newest, null, cancellationToken);
        return lastProof is { } sent ? await FenceSourceAsync(record, claim.Token, sent, cancellationToken) : (EffectResult.Unknown, detail);
    }

    /// <summary>Asks the source to fence itself until it has, or until it must have.</summary>
    private async Task<(EffectResult, string)> FenceSourceAsync(JournalRecord record, long token, TimeSpan lastProof, CancellationToken cancellationToken)
    {
        // Of a right that was watched for long, little is left to wait for.
        var until = lastProof + revocationWait;
        while (true)
        {
            var left = until - clock.Now;
            if (left <= TimeSpan.Zero)
            {
                return (EffectResult.Done, $"{record.Source} did not answer; its right to write is revoked, and it last proved it more than {revocationWait.TotalSeconds:0.#} s ago: it has fenced itself, or will when its agent is back");
            }

            var answer = await nodes[record.Source].FenceAsync(token, TimeSpan.FromTicks(Math.Min(left.Ticks, timing.EffectDeadline.Ticks)), cancellationToken);
            switch (answer)
            {
                case DataAnswer<PostgresFence>.Ok fenced:
                    return (EffectResult.Done, $"{record.Source} is fenced at {fenced.Value.FencedAt}");
                case DataAnswer<PostgresFence>.Refused when await IsStandbyAsync(record.Source, cancellationToken):
                    return (EffectResult.Done, $"{record.Source} is a standby, which takes no writes");
            }

            await Task.Delay(TimeSpan.FromTicks(Math.Min(PollInterval.Ticks, Math.Max(1, left.Ticks))), clock.Time, cancellationToken);
        }
    }

    private async Task<bool> IsStandbyAsync(RegionId region, CancellationToken cancellationToken) =>
        await nodes[region].ReadAsync(timing.EffectDeadline, cancellationToken) is DataAnswer<PostgresReading>.Ok { Value.InRecovery: true };

    private async Task<(EffectResult, string)> CatchUpAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var read = await claims.ReadAsync(cancellationToken);
        if (!read.IsKnown || read.Newest!.Region != record.Target)
        {
            return read.IsKnown ? (EffectResult.Done, $"{read.Newest!.Region} writes; there is nothing to wait for") : (EffectResult.Unknown, "a majority of the stores does not say who may write");
        }

        var until = clock.Now + timing.EffectDeadline;
        while (true)
        {
            var (done, detail) = await HasCaughtUpAsync(record, read.Newest, cancellationToken);
            if (done || clock.Now >= until)
            {
                return (done ? EffectResult.Done : EffectResult.Unknown, detail);
            }

            await Task.Delay(PollInterval, clock.Time, cancellationToken);
        }
    }

    private async Task<(bool Done, string Detail)> HasCaughtUpAsync(JournalRecord record, PrimaryClaim claim, CancellationToken cancellationToken)
    {
        var reading = await Task.WhenAll(
            nodes[record.Source].ReadAsync(timing.EffectDeadline, cancellationToken),
            nodes[record.Target].ReadAsync(timing.EffectDeadline, cancellationToken));
        if (reading[1] is not DataAnswer<PostgresReading>.Ok { Value: var target })
        {
            return (false, reading[1].Problem!);
        }

        if (Quarantine(record.Target, target.InRecovery, target.Fence, claim) is { } quarantined)
        {
            return (false, quarantined);
        }

        if (!target.InRecovery)
        {
            return (true, $"{record.Target} is the primary already");
        }

        // The fence is a row like any other: a standby that has it has all that lies before it, whatever became of the source.
        if (target.Fence is { Fenced: true, FencedAt: { } replicated } && target.Fence.Token == claim.Token)
        {
            return (true, $"{record.Target} has replayed the fence of {record.Source}, and all before it, up to {replicated}");
        }

        if (reading[0] is not DataAnswer<PostgresReading>.Ok { Value: var source })
        {
            return (false, reading[0].Problem!);
        }

        if (source.InRecovery)
        {
            return (true, $"{record.Source} is a standby, and has nothing of its own");
        }

        return source.Fence?.FencedAt is not { } fencedAt ? (false, $"{record.Source} is not fenced yet")
            : target.Replayed is { } replayed && replayed >= fencedAt ? (true, $"{record.Target} has replayed all that {record.Source} wrote, up to {fencedAt}")
            : (false, $"{record.Target} has replayed up to {target.Replayed?.ToString() ?? "nothing"} of {fencedAt}");
    }

    private async Task<(EffectResult, string)> PromoteAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var read = await claims.ReadAsync(cancellationToken);
        if (!read.IsKnown)
        {
            return (EffectResult.Unknown, $"{read.Having.Count} of {claims.Stores.Count} stores say who may write, {read.Majority} are needed");
        }

        if (read.Newest!.Region != record.Target)
        {
            return (EffectResult.Done, $"{read.Newest.Region} writes, and goes on writing");
        }

        var look = await nodes[record.Target].LookAsync(timing.EffectDeadline, cancellationToken);
        if (look is not DataAnswer<PostgresLook>.Ok { Value: var seen })
        {
            return (EffectResult.Unknown, look.Problem!);
        }

        if (Quarantine(record.Target, seen.InRecovery, seen.Fence, read.Newest) is { } quarantined)
        {
            return (EffectResult.Refused, quarantined);
        }

        // A standby has no place to check a token before it is promoted, so the lease must cover the whole promotion.
        if (!EffectGate.MayStart(clock.Now, standing(), record.Epoch, timing))
        {
            return (EffectResult.Unknown, "the lease does not cover a promotion now");
        }

        // Under the claim's own token: a server with a greater one belongs to a claim that this leader has not seen.
        var answer = await nodes[record.Target].PromoteAsync(read.Newest.Token, timing.EffectDeadline, timing.EffectDeadline, cancellationToken);
        return answer switch
        {
            DataAnswer<PostgresFence>.Ok => (EffectResult.Done, $"{record.Target} accepts writes"),
            DataAnswer<PostgresFence>.Refused refused => (EffectResult.Refused, refused.Reason),
            _ => (EffectResult.Unknown, answer.Problem!),
        };
    }

    /// <summary>
    /// Why a server that is no standby must not become the primary; null when it may. One that is open for its region is it
    /// already, and so is one that was fenced under this very claim; any other has writes of its own that the others lack.
    /// </summary>
    private static string? Quarantine(RegionId region, bool inRecovery, PostgresFence? fence, PrimaryClaim claim) =>
        inRecovery || fence?.Token == claim.Token || (fence is { Fenced: false } && fence.Region == region) ? null
        : $"PostgreSQL of {region} is no standby, and not the primary of this claim: it may have a history of its own, and stays in quarantine. Compare it, then make it follow the primary with pg_rewind or a new base backup";

    /// <summary>Failback: the primary goes home, once its old server follows as a standby that has nearly everything.</summary>
    private async Task<(EffectResult, string)> ReturnAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var read = await claims.ReadAsync(cancellationToken);
        if (read.IsKnown && read.Newest!.Region == record.Source && await Unfit(record, cancellationToken) is { } unfit)
        {
            return (EffectResult.Refused, unfit);
        }

        foreach (var step in new Func<JournalRecord, CancellationToken, Task<(EffectResult Result, string Detail)>>[] { FenceAsync, CatchUpAsync, PromoteAsync })
        {
            var (result, detail) = await step(record, cancellationToken);
            if (result != EffectResult.Done || step == PromoteAsync)
            {
                return (result, detail);
            }
        }

        throw new InvalidOperationException("The last step has a result.");
    }

    /// <summary>Why the region cannot take the primary back; null when it can.</summary>
    private async Task<string?> Unfit(JournalRecord record, CancellationToken cancellationToken)
    {
        var answer = await nodes[record.Target].ReadAsync(timing.EffectDeadline, cancellationToken);
        return answer is not DataAnswer<PostgresReading>.Ok { Value: var target } ? answer.Problem
            : !target.InRecovery ? $"PostgreSQL of {record.Target} is no standby: it has a history of its own. Compare it, then make it follow {record.Source} with pg_rewind or a new base backup; the failback goes on by itself"
            : target.Receiver is not { Status: "streaming" } ? $"PostgreSQL of {record.Target} is a standby and receives nothing; set its primary_conninfo to {record.Source}"
            : null;
    }
}
