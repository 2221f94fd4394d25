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
/// Brings a region back where every region writes: keeps the application out of its server, lets both directions flow again with
/// every region that answers, waits until all of it has arrived, compares with the region that serves, and only then opens.
/// </summary>
/// <param name="masters">The servers.</param>
/// <param name="comparison">Proves that two servers hold the same.</param>
/// <param name="timing">The times of leadership.</param>
/// <param name="standing">Where this agent stands.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostgresReturn(
    IReadOnlyDictionary<RegionId, PostgresMaster> masters, PostgresComparison comparison, LeadershipTiming timing, Func<Standing> standing, AgentClock clock)
{
    /// <summary>The first version whose own logical replication can run in both directions.</summary>
    private const int NativeBothWays = 160000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Carries out the step, or a part of it.</summary>
    /// <param name="record">The committed record.</param>
    /// <param name="home">The server of the region that returns.</param>
    /// <param name="serving">The server of the region that serves its users now.</param>
    /// <param name="cancellationToken">The end of the term, or of the agent.</param>
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, PostgresMaster home, PostgresMaster serving, CancellationToken cancellationToken)
    {
        var token = MultiMasterFence.TokenOf(record);
        var look = await home.Node.LookAsync(timing.EffectDeadline, cancellationToken);
        if (look is not DataAnswer<PostgresLook>.Ok { Value: var seen })
        {
            return (EffectResult.Unknown, look.Problem!);
        }

        if (seen.Fence is { Fenced: false } open && open.Token == token && open.Region == home.Region)
        {
            return (EffectResult.Done, $"{home.Region} has been compared and opened");
        }

        var fenced = await home.Node.FenceAsync(token, timing.EffectDeadline, cancellationToken);
        if (fenced is not DataAnswer<PostgresFence>.Ok { Value.FencedAt: { } fencedAt })
        {
            return (fenced is DataAnswer<PostgresFence>.Refused ? EffectResult.Refused : EffectResult.Unknown, fenced.Problem!);
        }

        var (links, unfit) = await LinksAsync(home, serving, cancellationToken);
        if (unfit is { } trouble)
        {
            return trouble;
        }

        if (!EffectGate.MayStart(clock.Now, standing(), record.Epoch, timing))
        {
            return (EffectResult.Unknown, "the lease does not cover the change of a subscription now");
        }

        foreach (var (at, link) in links)
        {
            var enabled = await at.Links.SwitchAsync(token, link, enabled: true, timing.EffectDeadline, cancellationToken);
            if (enabled is not DataAnswer<PostgresFence>.Ok)
            {
                return (enabled is DataAnswer<PostgresFence>.Refused ? EffectResult.Refused : EffectResult.Unknown, enabled.Problem!);
            }
        }

        if (await BehindAsync(home, serving, fencedAt, cancellationToken) is { } behind)
        {
            return (EffectResult.Unknown, behind);
        }

        var (result, proof) = comparison.Look(record.PlanId, home, serving);
        return result == EffectResult.Done ? await OpenAsync(record, home, token, proof, cancellationToken) : (result, proof);
    }

    /// <summary>The subscriptions in both directions with every region that answers, of which the serving one must; or why they cannot all run.</summary>
    private async Task<(List<(PostgresMaster At, PostgresLink Link)> Links, (EffectResult, string)? Unfit)> LinksAsync(PostgresMaster home, PostgresMaster serving, CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(masters.Values.Select(async m => (Master: m, Read: await m.ReadAsync(timing.EffectDeadline, cancellationToken))));
        var silent = read.FirstOrDefault(r => r.Read.Reading is null && (r.Master == home || r.Master == serving));
        if (silent.Master is not null)
        {
            return ([], (EffectResult.Unknown, silent.Read.Problem));
        }

        var known = read.Where(static r => r.Read.Reading is not null).ToDictionary(static r => r.Master, static r => r.Read.Reading!);
        var links = new List<(PostgresMaster, PostgresLink)>();
        foreach (var other in known.Keys.Where(m => m != home))
        {
            foreach (var (to, from) in new[] { (home, other), (other, home) })
            {
                var link = known[to].Links.FirstOrDefault(l => l.IsFrom(from.Name));
                if (Unfit(to, known[to], link, from, known[from]) is { } unfit)
                {
                    return ([], (EffectResult.Refused, unfit));
                }

                links.Add((to, link!));
            }
        }

        return (links, null);
    }

    private static string? Unfit(PostgresMaster to, PostgresLinkReading receiver, PostgresLink? link, PostgresMaster from, PostgresLinkReading sender) =>
        link is { Kind: PostgresLink.Native, Loops: true }
            ? $"{link.Name} of {to.Region} is native and would send rows round: {(receiver.Version < NativeBothWays ? $"PostgreSQL {receiver.Version / 10000} cannot replicate natively in both directions; use pglogical or version 16" : "set origin = none")}"
            : PostgresMaster.Cut(to, receiver, from, sender);

    /// <summary>What has not arrived yet, in either direction between home and the region that serves; null when all has, up to the fence and up to the first look.</summary>
    private async Task<string?> BehindAsync(PostgresMaster home, PostgresMaster serving, PostgresLsn fencedAt, CancellationToken cancellationToken)
    {
        var until = clock.Now + timing.EffectDeadline;
        PostgresLsn? written = null;
        while (true)
        {
            var read = await Task.WhenAll(home.ReadAsync(timing.EffectDeadline, cancellationToken), serving.ReadAsync(timing.EffectDeadline, cancellationToken));
            if (read is not [{ Reading: { } here }, { Reading: { } there }])
            {
                return read.First(static r => r.Reading is null).Problem;
            }

            written ??= there.Written;
            var missing = PostgresMaster.Missing(serving, there, home, here, fencedAt) ?? PostgresMaster.Missing(home, here, serving, there, written.Value);
            if (missing is null || clock.Now >= until)
            {
                return missing;
            }

            await Task.Delay(PollInterval, clock.Time, cancellationToken);
        }
    }

    private async Task<(EffectResult, string)> OpenAsync(JournalRecord record, PostgresMaster home, long token, string proof, CancellationToken cancellationToken)
    {
        if (!EffectGate.MayStart(clock.Now, standing(), record.Epoch, timing))
        {
            return (EffectResult.Unknown, "the lease does not cover the opening of a database now");
        }

        var opened = await home.Node.OpenAsync(token, timing.EffectDeadline, cancellationToken);
        return opened switch
        {
            DataAnswer<PostgresFence>.Ok => (EffectResult.Done, $"{home.Region} has everything and accepts writes: {proof}"),
            DataAnswer<PostgresFence>.Refused refused => (EffectResult.Refused, refused.Reason),
            _ => (EffectResult.Unknown, opened.Problem!),
        };
    }
}
