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
/// Carries out the data steps of a saga for PostgreSQL where every region writes: keeps the application out of the source's server,
/// waits until the target has all of it, and lets nobody receive from the source until a failback has compared the copies. There is
/// nothing to promote. Every step looks first whether it is so already.
/// </summary>
/// <remarks>
/// A source that cannot be reached is not waited for: it keeps what it had not sent. Its own agent fences it by the journal when it
/// is back, and the failback does so again before any user returns.
/// </remarks>
/// <param name="masters">The servers, with connections for work at once and rarely.</param>
/// <param name="comparison">Proves that two servers hold the same.</param>
/// <param name="timing">The times of leadership.</param>
/// <param name="standing">Where this agent stands.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostgresMultiMover(
    IReadOnlyDictionary<RegionId, PostgresMaster> masters, PostgresComparison comparison, LeadershipTiming timing, Func<Standing> standing, AgentClock clock) : IDataMover
{
    /// <summary>The steps in which it has something to do.</summary>
    public static readonly IReadOnlySet<SagaStep> DataSteps = new HashSet<SagaStep> { SagaStep.FenceSource, SagaStep.CatchUp, SagaStep.PromoteDatabase, SagaStep.SyncData };

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private readonly PostgresReturn _return = new(masters, comparison, timing, standing, clock);

    /// <inheritdoc />
    public IReadOnlySet<SagaStep> Steps => DataSteps;

    /// <inheritdoc />
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        if (!masters.TryGetValue(record.Source, out var source))
        {
            return (EffectResult.Done, $"no server of PostgreSQL that writes is configured in {record.Source}");
        }

        if (!masters.TryGetValue(record.Target, out var target))
        {
            return (EffectResult.Refused, $"no server of PostgreSQL that writes is configured in {record.Target}; add it to database.postgresql.primary_regions, or fail over to another region");
        }

        return record.Step switch
        {
            SagaStep.FenceSource => await FenceAsync(record, source, target, cancellationToken),
            SagaStep.CatchUp => await CatchUpAsync(source, target, cancellationToken),
            SagaStep.PromoteDatabase => await StopReceivingAsync(record, source, target, cancellationToken),
            SagaStep.SyncData => await _return.RunAsync(record, target, source, cancellationToken),
            _ => (EffectResult.Refused, $"PostgreSQL has nothing to do with {record.Step}"),
        };
    }

    private async Task<(EffectResult, string)> FenceAsync(JournalRecord record, PostgresMaster source, PostgresMaster target, CancellationToken cancellationToken)
    {
        var until = clock.Now + timing.EffectDeadline;
        while (true)
        {
            var answer = await source.Node.FenceAsync(MultiMasterFence.TokenOf(record), timing.EffectDeadline, cancellationToken);
            switch (answer)
            {
                case DataAnswer<PostgresFence>.Ok fenced:
                    return (EffectResult.Done, $"{source.Region} is fenced at {fenced.Value.FencedAt}");
                case DataAnswer<PostgresFence>.Refused refused:
                    return (EffectResult.Refused, refused.Reason);
            }

            if (clock.Now >= until)
            {
                return record.Decision == DecisionKind.ImmediateFailover || await IsGoneAsync(source, target, cancellationToken)
                    ? (EffectResult.Done, $"{source.Region} cannot be fenced now ({answer.Problem}): its own agent does it when it is back, and so does the failback before any user returns")
                    : (EffectResult.Unknown, answer.Problem!);
            }

            await Task.Delay(PollInterval, clock.Time, cancellationToken);
        }
    }

    /// <summary>Whether neither this agent nor the target's server reaches the source's: what it has not sent cannot be waited for.</summary>
    private async Task<bool> IsGoneAsync(PostgresMaster source, PostgresMaster target, CancellationToken cancellationToken) =>
        await source.Links.ReadAsync(timing.EffectDeadline, cancellationToken) is DataAnswer<PostgresLinkReading>.Unreachable
        && (await target.ReadAsync(timing.EffectDeadline, cancellationToken)).Reading is { } reading
        && !reading.Links.Any(l => l.IsFrom(source.Name) && l.Running);

    private async Task<(EffectResult, string)> CatchUpAsync(PostgresMaster source, PostgresMaster target, CancellationToken cancellationToken)
    {
        var until = clock.Now + timing.EffectDeadline;
        while (true)
        {
            var (result, detail) = await HasCaughtUpAsync(source, target, cancellationToken);
            if (result != EffectResult.Unknown || clock.Now >= until)
            {
                return result == EffectResult.Unknown && await IsGoneAsync(source, target, cancellationToken)
                    ? (EffectResult.Done, $"{source.Region} cannot be reached any more, and keeps what it had not sent: {detail}")
                    : (result, detail);
            }

            await Task.Delay(PollInterval, clock.Time, cancellationToken);
        }
    }

    private async Task<(EffectResult Result, string Detail)> HasCaughtUpAsync(PostgresMaster source, PostgresMaster target, CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(source.ReadAsync(timing.EffectDeadline, cancellationToken), target.ReadAsync(timing.EffectDeadline, cancellationToken));
        if (read is not [{ Reading: { } sender }, { Reading: { } receiver }])
        {
            return (EffectResult.Unknown, read.First(static r => r.Reading is null).Problem);
        }

        return sender.Fence?.FencedAt is not { } fencedAt ? (EffectResult.Unknown, $"{source.Region} is not fenced yet")
            : PostgresMaster.Missing(target, receiver, source, sender, fencedAt) is not { } missing ? (EffectResult.Done, $"{target.Region} has applied all that {source.Region} wrote, up to {fencedAt}")
            : PostgresMaster.Cut(target, receiver, source, sender) is { } cut ? (EffectResult.Refused, cut)
            : (EffectResult.Unknown, missing);
    }

    /// <summary>Ends what comes from the source: first at the target, once nothing that it received waits to be applied, then wherever else it can.</summary>
    private async Task<(EffectResult, string)> StopReceivingAsync(JournalRecord record, PostgresMaster source, PostgresMaster target, CancellationToken cancellationToken)
    {
        var (reading, problem) = await AppliedAsync(source, target, cancellationToken);
        if (reading is null)
        {
            return (EffectResult.Unknown, problem);
        }

        if (!EffectGate.MayStart(clock.Now, standing(), record.Epoch, timing))
        {
            return (EffectResult.Unknown, "the lease does not cover the change of a subscription now");
        }

        var stopped = await StopAsync(record, source, target, reading, cancellationToken);
        if (stopped.Result != EffectResult.Done)
        {
            return stopped;
        }

        var others = await Task.WhenAll(masters.Values.Where(m => m != source && m != target).Select(async m =>
            await m.ReadAsync(timing.EffectDeadline, cancellationToken) is { Reading: { } theirs }
                ? (m.Region, (await StopAsync(record, source, m, theirs, cancellationToken)).Result)
                : (m.Region, Result: EffectResult.Unknown)));
        var left = others.Where(static o => o.Result != EffectResult.Done).Select(static o => o.Region.Value).ToList();
        var beat = reading.Beats.FirstOrDefault(b => b.Region == source.Region);
        return (EffectResult.Done, $"{stopped.Detail}; {(beat is null ? $"no heartbeat of {source.Region} has arrived, so that what it wrote may be missing" : $"it has all that {source.Region} wrote before {beat.Stamp:yyyy-MM-ddTHH:mm:ss.fffZ}")}{(left.Count == 0 ? "" : $"; {string.Join(", ", left)} could not be told to stop too")}");
    }

    /// <summary>The target's reading once all that it received from the source is applied; null with what is waited for.</summary>
    private async Task<(PostgresLinkReading? Reading, string Problem)> AppliedAsync(PostgresMaster source, PostgresMaster target, CancellationToken cancellationToken)
    {
        var until = clock.Now + timing.EffectDeadline;
        while (true)
        {
            var (reading, problem) = await target.ReadAsync(timing.EffectDeadline, cancellationToken);
            if (reading is null || reading.Links.FirstOrDefault(l => l.IsFrom(source.Name)) is not { Running: true, PendingBytes: > 0 } behind)
            {
                return (reading, problem);
            }

            if (clock.Now >= until)
            {
                return (null, $"{target.Region} has received {behind.PendingBytes} bytes of {source.Region}'s log that it has not applied yet");
            }

            await Task.Delay(PollInterval, clock.Time, cancellationToken);
        }
    }

    private async Task<(EffectResult Result, string Detail)> StopAsync(JournalRecord record, PostgresMaster source, PostgresMaster at, PostgresLinkReading reading, CancellationToken cancellationToken)
    {
        if (reading.Links.FirstOrDefault(l => l.IsFrom(source.Name)) is not { } link)
        {
            return (EffectResult.Done, $"{at.Region} has no subscription to {source.Region}");
        }

        // Also when it is disabled already: the token keeps a leader of before from enabling it.
        var answer = await at.Links.SwitchAsync(MultiMasterFence.TokenOf(record), link, enabled: false, timing.EffectDeadline, cancellationToken);
        return answer switch
        {
            DataAnswer<PostgresFence>.Ok => (EffectResult.Done, $"{at.Region} receives nothing more from {source.Region}"),
            DataAnswer<PostgresFence>.Refused refused => (EffectResult.Refused, refused.Reason),
            _ => (EffectResult.Unknown, answer.Problem!),
        };
    }
}
