using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Judges what an operator asks for. A refusal changes nothing.</summary>
public static class OperatorRules
{
    /// <summary>A plan for the request, or why there is none.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="input">The facts.</param>
    /// <param name="planId">The name that the plan would have.</param>
    /// <param name="settings">The sagas' settings.</param>
    /// <param name="failback">How far the region's recovery has come, for a failback.</param>
    public static OperatorAnswer Judge(OperatorRequest request, DecisionInput input, string planId, SagaSettings settings, FailbackReadiness failback)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        if (!input.Regions.ContainsKey(request.Region))
        {
            return Refused("unknown_region", $"Region {request.Region} is not configured; the regions are {string.Join(", ", input.Regions.Keys.Order())}.");
        }

        if (request.Force && string.IsNullOrWhiteSpace(request.Reason))
        {
            return Refused("reason_missing", "A forced action needs a reason: add --reason TEXT.");
        }

        return input.RunningPlan is { } plan ? Refused("plan_under_way", $"Plan {plan} is under way; one at a time. Wait for it, or see `status`.")
            : request.Kind == SagaKind.Failover ? Failover(request, input, planId, settings)
            : Failback(request, input, planId, settings, failback);
    }

    private static OperatorAnswer Failover(OperatorRequest request, DecisionInput input, string planId, SagaSettings settings)
    {
        var source = request.Region;
        var audiences = input.Routing.ServedBy(source).ToList();
        var agreed = input.View[source];
        if (request.To == source)
        {
            return Refused("target_is_source", $"The target is the source, {source}; name another region or leave --to out.");
        }

        if (request.To is { } wish && !input.Regions.ContainsKey(wish))
        {
            return Refused("unknown_region", $"Region {wish} is not configured; the regions are {string.Join(", ", input.Regions.Keys.Order())}.");
        }

        if (audiences.Count == 0)
        {
            return Refused("serves_nobody", $"{source} serves nobody now; there is nothing to fail over.");
        }

        if (!request.Force && Objection(input, agreed) is { } objection)
        {
            return Refused("not_agreed", $"{objection} To go on all the same, add --force --reason TEXT.");
        }

        var candidates = TargetRanking.Rank(input, source, audiences, []);
        var chosen = request.To is null ? candidates.FirstOrDefault(static c => c.Rank == 1) : candidates.First(c => c.Region == request.To);
        if (chosen is null)
        {
            return Refused("no_target", $"No lawful, healthy target: {string.Join("; ", candidates.Select(static c => $"{c.Region}: {c.Reason}"))}.");
        }

        if (chosen.Audiences.Count == 0)
        {
            return Refused("unlawful_target", $"{chosen.Region} may not take over from {source}: {chosen.Reason}. Residency cannot be forced.");
        }

        if (chosen.Rank == 0 && (input.View[chosen.Region].Condition == RegionCondition.Down || !request.Force))
        {
            return Refused("unhealthy_target", $"{chosen.Region} may not take over from {source}: {chosen.Reason}.");
        }

        var kind = agreed.Condition == RegionCondition.Down ? DecisionKind.ImmediateFailover : DecisionKind.GracefulFailover;
        if (!request.Force && DecisionEngine.LossObjection(input, source, chosen.Region, kind == DecisionKind.GracefulFailover) is { } loss)
        {
            return Refused("data_at_risk", $"{loss}. To go on all the same, add --force --reason TEXT.");
        }

        var verdict = new FailoverVerdict(source, kind, chosen.Region, chosen.Audiences, chosen.Risk, request.Reason ?? "asked for by an operator", [], candidates);
        return new OperatorAnswer(SagaPlanner.Failover(planId, verdict, input.Routing, settings, request.By), "", $"{kind}: {source} -> {chosen.Region} for the users of {string.Join(", ", chosen.Audiences)}; data-loss risk {chosen.Risk}");
    }

    private static string? Objection(DecisionInput input, AgreedRegion agreed) =>
        input.Maintenance is { } paused ? $"Automation is paused: {paused}."
        : agreed.AtMost is not { } score ? $"{input.View.Majority} observers are needed to agree about {agreed.Region}, and that majority is missing: {string.Join("; ", agreed.Sightings)}."
        : score >= input.Thresholds.Graceful ? FormattableString.Invariant($"The observers agree that {agreed.Region} is {agreed.Condition} (score {score:0.##}), not that it is failing (below {input.Thresholds.Graceful}).")
        : null;

    private static OperatorAnswer Failback(OperatorRequest request, DecisionInput input, string planId, SagaSettings settings, FailbackReadiness failback)
    {
        var original = request.Region;
        if (input.Routing.Percent(original, original) == 100)
        {
            return Refused("at_home", $"The users of {original} are served by {original}; there is nothing to fail back.");
        }

        if (input.View[original].Condition == RegionCondition.Down)
        {
            return Refused("unhealthy_target", $"{original} is agreed to be down; users never go back to a dead region.");
        }

        if (input.Routing.Shares(original).Count == 0)
        {
            return Refused("nobody_serves", $"Nobody serves the users of {original} now; use failover to choose a target.");
        }

        var objection = input.Maintenance is { } paused ? $"Automation is paused: {paused}." : failback.Ready ? null : failback.Reason;
        if (!request.Force && objection is not null)
        {
            return Refused("not_ready", $"{objection} To go on all the same, add --force --reason TEXT.");
        }

        var plan = SagaPlanner.Failback(planId, original, input.Routing, settings, request.By);
        return new OperatorAnswer(
            plan with { Reason = request.Reason ?? plan.Reason },
            "",
            $"failback of the users of {original} from {string.Join(", ", input.Routing.Shares(original).Keys)}");
    }

    private static OperatorAnswer Refused(string code, string message) => new(null, code, message);
}
