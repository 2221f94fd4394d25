using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Makes the first record of a saga. Its epoch and sequence are set when it is written.</summary>
public static class SagaPlanner
{
    /// <summary>A failover as the engine or an operator decided it.</summary>
    /// <param name="planId">The plan's name.</param>
    /// <param name="verdict">A verdict with a target.</param>
    /// <param name="routing">The routing in force.</param>
    /// <param name="settings">Which steps have nothing configured.</param>
    /// <param name="requestedBy"><c>automatic</c> or the operator's name.</param>
    /// <exception cref="ArgumentException">The verdict has no target.</exception>
    public static JournalRecord Failover(string planId, FailoverVerdict verdict, RoutingTable routing, SagaSettings settings, string requestedBy)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(routing);
        ArgumentNullException.ThrowIfNull(settings);
        var target = verdict.Target ?? throw new ArgumentException("A failover needs a target.", nameof(verdict));
        var immediate = verdict.Kind == DecisionKind.ImmediateFailover;

        // Whoever shares an audience with the source keeps it only if it could take over: a dead one gets no greater share.
        var leaving = verdict.Candidates.Where(static c => c.Rank == 0).Select(static c => c.Region).Append(verdict.Source).ToHashSet();
        return new JournalRecord
        {
            PlanId = planId,
            Kind = SagaKind.Failover,
            Step = SagaStep.DrainSource,
            Phase = StepPhase.Intended,
            Source = verdict.Source,
            Target = target,
            Audiences = verdict.Audiences,
            Before = routing,
            Desired = Drained(routing, leaving, verdict.Audiences),
            Decision = verdict.Kind,
            Risk = verdict.Risk,
            AtRisk = verdict.AtRisk,
            Skipped = [.. SagaTable.Rows
                .Where(r => r.Kind == SagaKind.Failover && (settings.NothingConfigured.Contains(r.Step) || (immediate && r.GracefulOnly) || (r.Step == SagaStep.FenceSource && Mutant.Has(Mutation.FenceSkipped))))
                .Select(static r => r.Step)],
            Reason = verdict.Reason,
            RequestedBy = requestedBy,
        };
    }

    /// <summary>A failback of a region's own audience from wherever it is served now.</summary>
    /// <param name="planId">The plan's name.</param>
    /// <param name="original">The region that gets its audience back.</param>
    /// <param name="routing">The routing in force.</param>
    /// <param name="settings">Which steps have nothing configured.</param>
    /// <param name="requestedBy"><c>automatic</c> or the name of who approved it.</param>
    /// <exception cref="ArgumentException">The region's audience is drained or at home.</exception>
    public static JournalRecord Failback(string planId, RegionId original, RoutingTable routing, SagaSettings settings, string requestedBy)
    {
        ArgumentNullException.ThrowIfNull(routing);
        ArgumentNullException.ThrowIfNull(settings);
        var shares = routing.Shares(original);
        if (shares.Count == 0 || routing.Percent(original, original) == 100)
        {
            throw new ArgumentException($"The users of {original} are served by no other region.", nameof(original));
        }

        return new JournalRecord
        {
            PlanId = planId,
            Kind = SagaKind.Failback,
            Step = SagaStep.VerifyOriginal,
            Phase = StepPhase.Intended,
            Source = shares.Where(s => s.Key != original).MaxBy(static s => s.Value).Key,
            Target = original,
            Audiences = [original],
            Before = routing,
            Desired = routing,
            Decision = DecisionKind.GracefulFailover,
            Skipped = [.. SagaTable.Rows.Where(r => r.Kind == SagaKind.Failback && settings.NothingConfigured.Contains(r.Step)).Select(static r => r.Step)],
            Reason = $"{original} has recovered",
            RequestedBy = requestedBy,
        };
    }

    /// <summary>The routing with some regions taken out of some audiences, in favour of the others that serve them; drained where there are none.</summary>
    public static RoutingTable Drained(RoutingTable routing, IReadOnlySet<RegionId> leaving, IEnumerable<RegionId> audiences)
    {
        ArgumentNullException.ThrowIfNull(leaving);
        ArgumentNullException.ThrowIfNull(audiences);
        return audiences.Aggregate(routing, (table, audience) =>
        {
            var others = table.Shares(audience).Where(s => !leaving.Contains(s.Key)).ToList();
            return table.With(audience, others.Count == 0 ? [] : Scaled(others));
        });
    }

    /// <summary>The routing with all of some audiences at the target.</summary>
    public static RoutingTable Redirected(RoutingTable routing, IEnumerable<RegionId> audiences, RegionId target)
    {
        ArgumentNullException.ThrowIfNull(audiences);
        return audiences.Aggregate(routing, (table, audience) => table.With(audience, (target, 100)));
    }

    /// <summary>The routing with a share of an audience back at its original region.</summary>
    public static RoutingTable Returned(RoutingTable routing, RegionId original, RegionId failover, int percent)
    {
        ArgumentNullException.ThrowIfNull(routing);
        return routing.With(original, (original, percent), (failover, 100 - percent));
    }

    private static (RegionId, int)[] Scaled(List<KeyValuePair<RegionId, int>> shares)
    {
        var sum = shares.Sum(static s => s.Value);
        var scaled = shares.Select(s => (s.Key, Percent: s.Value * 100 / sum)).ToArray();
        scaled[0].Percent += 100 - scaled.Sum(static s => s.Percent);
        return [.. scaled.Select(static s => (s.Key, s.Percent))];
    }
}
