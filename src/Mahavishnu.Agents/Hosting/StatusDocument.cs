using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Health;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Makes the JSON documents of <c>/v1/status</c> and <c>/v1/explain</c> from what the loops hold.</summary>
internal static class StatusDocument
{
    /// <summary>Regions, scores, leader and epoch, running plan.</summary>
    public static object Status(AgentParts parts)
    {
        var now = parts.Clock.Now;
        var standing = parts.Leadership.Standing;
        var state = parts.Failover.State;
        var health = parts.Health.Snapshot();
        var own = health.Views.ToDictionary(static v => v.Region);
        return new
        {
            agent = parts.Options.AgentName,
            region = parts.Options.Region.Value,
            version = AgentMetrics.Version,
            uptimeSeconds = Math.Round(now.TotalSeconds, 1),
            leadership = new
            {
                role = standing.Role.ToString(),
                epoch = standing.Epoch,
                leaseRemainingSeconds = standing.Role == Role.Leader ? Math.Round(Math.Max(0, (standing.ValidUntil - now).TotalSeconds), 3) : 0,
                countedStores = standing.Counted,
                reason = standing.Reason,
            },
            leader = Leader(parts),
            abstains = parts.Votes.Abstains(),
            maintenance = Maintenance(parts),
            regions = state.Input.View.Regions.Values.Select(r => new
            {
                region = r.Region.Value,
                condition = r.Condition.ToString(),
                atMost = r.AtMost,
                atLeast = r.AtLeast,
                advisory = r.Advisory,
                sightings = r.Sightings.Select(static s => s.ToString()),
                own = own.TryGetValue(r.Region, out var view) ? new { condition = view.Condition.ToString(), score = view.Score, failedChecks = view.FailedChecks } : null,
                serves = state.Input.Routing.ServedBy(r.Region).Select(static a => a.Value),
            }),
            routing = Routes(state.Input.Routing),
            saga = state.Record is { Ended: false } running ? Saga(running, state) : null,
            lastSaga = state.Record is { Ended: true } ended ? Saga(ended, state) : null,
            failback = state.Failback.Select(static f => new { region = f.Key.Value, ready = f.Value.Ready, reason = f.Value.Reason }),
            doing = state.Doing,
            stores = parts.Leadership.Seen.Select(static s => new { store = s.Key.Value, answers = s.Value is not null, epoch = s.Value?.EpochNumber, holder = HolderOf(s.Value) }),
            traffic = parts.Traffic.Status(),
            replication = ReplicationDocument.Of(parts.Data, parts.Options.Region, state.Input),
            problems = parts.Votes.Problems().Select(static p => $"vote {p.Key}: {p.Value}").Concat(StoreProblems.In(parts.Leadership.Seen)),
        };
    }

    /// <summary>What would be done now for each region and why, rule by rule.</summary>
    public static object Explain(AgentParts parts)
    {
        var state = parts.Failover.State;
        return Explain(parts.Options.AgentName, parts.Leadership.Standing.Role == Role.Leader, state.Doing, state.Trouble, state.Verdicts);
    }

    /// <summary>The same of any turn, also a replayed one.</summary>
    public static object Explain(string agent, bool leads, string doing, string? trouble, IReadOnlyList<FailoverVerdict> verdicts) => new
    {
        agent,
        leads,
        doing,
        trouble,
        verdicts = verdicts.Select(static v => new
        {
            region = v.Source.Value,
            decision = v.Kind.ToString(),
            target = v.Target?.Value,
            audiences = v.Audiences.Select(static a => a.Value),
            dataLossRisk = v.Risk.ToString(),
            reason = v.Reason,
            rules = v.Rules,
            candidates = v.Candidates.Select(static c => new { region = c.Region.Value, rank = c.Rank, audiences = c.Audiences.Select(static a => a.Value), dataLossRisk = c.Risk.ToString(), atRisk = c.AtRisk.Select(static r => new { store = r.Store, seconds = r.AtMost?.TotalSeconds }), reason = c.Reason }),
        }),
    };

    /// <summary>A plan in full.</summary>
    public static object Saga(JournalRecord record, FailoverState state) => new
    {
        planId = record.PlanId,
        kind = record.Kind.ToString(),
        step = record.Step.ToString(),
        phase = record.Phase.ToString(),
        source = record.Source.Value,
        target = record.Target.Value,
        audiences = record.Audiences.Select(static a => a.Value),
        decision = record.Decision.ToString(),
        risk = record.Risk.ToString(),
        atRisk = record.AtRisk.Select(static r => new { store = r.Store, seconds = r.AtMost?.TotalSeconds }),
        epoch = record.Epoch,
        sequence = record.Sequence,
        returnedPercent = record.ReturnedPercent,
        failedTargets = record.FailedTargets.Select(static t => t.Value),
        requestedBy = record.RequestedBy,
        reason = record.Reason,
        desired = Routes(record.Desired),
        trouble = state.Trouble,
        steps = state.Steps,
    };

    /// <summary>Whether automation is paused.</summary>
    public static object Maintenance(AgentParts parts) =>
        FailoverFacts.MaintenanceIn(parts.Leadership.Seen) is { } record
            ? new { on = record.On, reason = record.Reason, by = record.By }
            : new { on = false, reason = "", by = "" };

    /// <summary>The agent that holds the lock at a majority of the stores that answer; its address is the one that it votes with.</summary>
    public static LeaderSeen? Leader(AgentParts parts)
    {
        var seen = parts.Leadership.Seen;
        var majority = (seen.Count / 2) + 1;
        var holder = seen.Values.Select(HolderOf).Where(static h => h is not null).GroupBy(static h => h!).FirstOrDefault(g => g.Count() >= majority)?.Key;
        if (holder is null)
        {
            return null;
        }

        var vote = parts.Votes.Latest().FirstOrDefault(v => v.Vote.Agent == holder).Vote;
        var epoch = seen.Values.Where(s => HolderOf(s) == holder).Max(static s => s!.EpochNumber ?? 0);
        return new LeaderSeen(holder, vote?.Region.Value ?? "unknown", vote?.Address ?? "", epoch);
    }

    private static string? HolderOf(ControlState? state) =>
        state?.Leader is { Session: not null } lockEntry ? LeaderValue.Parse(lockEntry.Value)?.Agent : null;

    private static Dictionary<string, Dictionary<string, int>> Routes(RoutingTable table) =>
        table.Audiences.ToDictionary(static a => a.Value, a => table.Shares(a).ToDictionary(static s => s.Key.Value, static s => s.Value));
}

/// <summary>The leader as the stores show it.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Region">Its region, or <c>unknown</c>.</param>
/// <param name="Address">Where its HTTP interface is; empty when it is not known.</param>
/// <param name="Epoch">The greatest epoch at the stores that it holds.</param>
internal sealed record LeaderSeen(string Agent, string Region, string Address, long Epoch);

/// <summary>The parts of a running agent, for those who show them.</summary>
/// <param name="Options">The configuration.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Health">The probes.</param>
/// <param name="Votes">The votes.</param>
/// <param name="Leadership">Leadership.</param>
/// <param name="Failover">Decisions and sagas.</param>
/// <param name="Traffic">The traffic targets.</param>
/// <param name="Data">The stores of data.</param>
/// <param name="Maintenance">The pause of automation.</param>
/// <param name="Audit">The audit lines.</param>
internal sealed record AgentParts(
    Configuration.AgentOptions Options,
    AgentClock Clock,
    HealthMonitor Health,
    Voting.VoteLoop Votes,
    Leadership.LeadershipLoop Leadership,
    FailoverLoop Failover,
    TrafficDriver Traffic,
    Replication.DataPlane Data,
    MaintenanceSwitch Maintenance,
    AuditLog Audit);
