using System.Globalization;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Decides for every region whether it is to be failed over, and lists every rule that it considered.</summary>
public static class DecisionEngine
{
    /// <summary>One verdict per configured region: the one to act on first, the others after it.</summary>
    public static IReadOnlyList<FailoverVerdict> Decide(DecisionInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return [.. input.Regions.Keys.Order()
            .Select(r => Judge(input, r))
            .OrderBy(static v => v.Kind switch
            {
                DecisionKind.ImmediateFailover => 0,
                DecisionKind.GracefulFailover => 1,
                DecisionKind.ManualIntervention => 2,
                _ => 3,
            })
            .ThenBy(v => input.View[v.Source].AtMost ?? 1)];
    }

    private static FailoverVerdict Judge(DecisionInput input, RegionId source)
    {
        var audiences = input.Routing.ServedBy(source).ToList();
        var agreed = input.View[source];
        var candidates = TargetRanking.Rank(input, source, audiences, []);
        var best = candidates.FirstOrDefault(static c => c.Rank == 1);
        var wanted = Wanted(input, agreed);
        List<RuleOutcome> rules =
        [
            Serving(source, audiences),
            Agreement(input, agreed),
            Score(input, agreed, wanted),
            Rule("D-04", "Is automatic failover on?", $"automatic {Text(input.Automatic)}", input.Automatic, input.Automatic ? "it is on" : "failover is left to an operator"),
            Rule("D-05", "Is automation running?", $"maintenance {input.Maintenance ?? "off"}", input.Maintenance is null || Mutant.Has(Mutation.PauseIgnored), input.Maintenance is null ? "it is not paused" : $"it is paused: {input.Maintenance}"),
            Rule("D-06", "Is no other plan under way?", $"plan {input.RunningPlan ?? "none"}", input.RunningPlan is null, input.RunningPlan is null ? "none is" : $"{input.RunningPlan} is under way; one at a time"),
            Cooldown(input, source),
            Target(candidates, best),
            Loss(input, source, best, wanted),
        ];

        var kind = DecisionKind.NoFailover;
        var blocking = rules.FirstOrDefault(static r => !r.Passed);
        if (blocking is null)
        {
            kind = wanted;
        }
        else if (blocking.Id is "D-04" or "D-08" or "D-09")
        {
            kind = DecisionKind.ManualIntervention;
        }

        var moves = kind is DecisionKind.ImmediateFailover or DecisionKind.GracefulFailover;
        return new FailoverVerdict(
            source,
            kind,
            moves ? best!.Region : null,
            moves ? best!.Audiences : [],
            best?.Risk ?? DataLossRisk.Unknown,
            $"{(blocking ?? rules[2]).Id}: {(blocking ?? rules[2]).Outcome}",
            rules,
            candidates);
    }

    private static DecisionKind Wanted(DecisionInput input, AgreedRegion agreed) =>
        agreed.AtMost is not { } score ? DecisionKind.NoFailover
        : score < input.Thresholds.Immediate && agreed.Condition == RegionCondition.Down ? DecisionKind.ImmediateFailover
        : score < input.Thresholds.Graceful && IllFor(input, agreed) >= input.Thresholds.Settle ? DecisionKind.GracefulFailover
        : DecisionKind.NoFailover;

    private static TimeSpan IllFor(DecisionInput input, AgreedRegion agreed) => input.IllFor.GetValueOrDefault(agreed.Region);

    private static RuleOutcome Serving(RegionId source, List<RegionId> audiences) =>
        Rule("D-01", "Does it serve anybody?", $"audiences {(audiences.Count == 0 ? "none" : string.Join(", ", audiences))}", audiences.Count > 0, audiences.Count > 0 ? $"{source} serves {audiences.Count}" : $"{source} serves nobody now");

    private static RuleOutcome Agreement(DecisionInput input, AgreedRegion agreed) =>
        Rule(
            "D-02",
            $"Do {input.View.Majority} observers agree, freshly?",
            string.Join("; ", agreed.Sightings),
            agreed.AtMost is not null,
            agreed.AtMost is not null ? "a majority of all configured observers voted" : "a majority of fresh votes is missing: unknown, nothing is done");

    private static RuleOutcome Score(DecisionInput input, AgreedRegion agreed, DecisionKind wanted) =>
        Rule(
            "D-03",
            $"Is the agreed score below {Text(input.Thresholds.Graceful)} (graceful) or {Text(input.Thresholds.Immediate)} (immediate)?",
            $"at most {(agreed.AtMost is { } score ? Text(score) : "unknown")}, condition {agreed.Condition}",
            wanted != DecisionKind.NoFailover,
            wanted switch
            {
                DecisionKind.ImmediateFailover => "complete region failure",
                DecisionKind.GracefulFailover => "partial region failure",
                _ when agreed.AtMost < input.Thresholds.Graceful =>
                    $"failing for {Text(IllFor(input, agreed).TotalSeconds)} s of {Text(input.Thresholds.Settle.TotalSeconds)} s: whether it is partly ill or down shows within a probe interval",
                _ => agreed.Advisory ?? (agreed.AtMost < AgreedView.HealthyScore ? "region degraded but operational" : "region healthy or not known to be ill"),
            });

    private static RuleOutcome Cooldown(DecisionInput input, RegionId source)
    {
        var cooldown = input.Thresholds.Cooldown;
        var since = input.SinceFailover.TryGetValue(source, out var span) ? span : (TimeSpan?)null;
        return Rule(
            "D-07",
            $"Was it left alone for {Text(cooldown.TotalSeconds)} s?",
            since is { } age ? $"last failover {Text(age.TotalSeconds)} s ago" : "no failover before",
            since is null || since >= cooldown || Mutant.Has(Mutation.CooldownIgnored),
            since is null || since >= cooldown ? "it was" : $"cooling down for another {Text((cooldown - since.Value).TotalSeconds)} s");
    }

    private static RuleOutcome Target(IReadOnlyList<TargetCandidate> candidates, TargetCandidate? best) =>
        Rule(
            "D-08",
            "Is there a lawful, healthy target?",
            string.Join("; ", candidates.Select(static c => $"{c.Region}: {(c.Rank == 0 ? "refused" : $"rank {c.Rank}")}, {c.Reason}")),
            best is not null,
            best is not null ? $"{best.Region} is the best" : "no healthy, lawful target region available");

    /// <summary>
    /// An immediate failover loses what the target lacks. A graceful one fences the source and waits for the target, which must
    /// so be known to follow: or it would wait for ever, with the writes stopped.
    /// </summary>
    private static RuleOutcome Loss(DecisionInput input, RegionId source, TargetCandidate? best, DecisionKind wanted)
    {
        const string Question = "Is what may be lost, or waited for, within the limit?";
        if (input.Thresholds.LossLimit is not { } limit || best is null)
        {
            return Rule("D-09", Question, "limit none", true, best is null ? "there is no target" : "no limit is set, or no store of data is measured");
        }

        var objection = LossObjection(input, source, best.Region, wanted == DecisionKind.GracefulFailover);
        return Rule("D-09", Question, $"at risk {Amount(input.AtRisk(source, best.Region))}, limit {Text(limit.TotalSeconds)} s", objection is null,
            objection is not null ? $"{objection}: an operator decides"
            : wanted == DecisionKind.GracefulFailover ? $"{best.Region} follows, and catches up before it takes over"
            : $"{Amount(input.AtRisk(source, best.Region))} may be lost");
    }

    /// <summary>Why a move may lose, or wait for, more than the limit; null when it may not.</summary>
    internal static string? LossObjection(DecisionInput input, RegionId source, RegionId target, bool graceful) =>
        input.Thresholds.LossLimit is not { } limit ? null
        : graceful && input.BrokenAt(source, target).FirstOrDefault() is { } broken ? $"{target} cannot catch up with {source}: its {broken} needs a full copy"
        : input.AtRisk(source, target) <= limit ? null
        : $"{target} may be behind {source} by {Amount(input.AtRisk(source, target))}, more than {Text(limit.TotalSeconds)} s";

    private static string Amount(TimeSpan? atRisk) => atRisk is { } known ? $"at most {Text(known.TotalSeconds)} s of writes" : "an unknown amount of writes";

    private static RuleOutcome Rule(string id, string question, string inputs, bool passed, string outcome) => new(id, question, inputs, passed, outcome);

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Text(bool on) => on ? "on" : "off";
}
