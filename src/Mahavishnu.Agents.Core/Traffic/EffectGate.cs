using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Core.Traffic;

/// <summary>When an effect may start, and what the outcomes at several targets come to.</summary>
/// <remarks>Source: the protocol's rules for effects at targets that can, and that cannot, check epochs.</remarks>
public static class EffectGate
{
    /// <summary>Why nothing is sent to a target at all; null when its effect may be prepared.</summary>
    /// <param name="now">The time.</param>
    /// <param name="standing">Where this agent stands.</param>
    /// <param name="epoch">The term in which the effect is wanted.</param>
    /// <param name="checksEpoch">Whether the target rejects lower epochs itself.</param>
    /// <param name="uncheckedNotBefore">Until then an effect of the last leader may be under way at targets that do not.</param>
    public static TrafficOutcome? Objection(TimeSpan now, Standing standing, long epoch, bool checksEpoch, TimeSpan uncheckedNotBefore)
    {
        ArgumentNullException.ThrowIfNull(standing);
        return !checksEpoch && now < uncheckedNotBefore ? new TrafficOutcome(TrafficOutcomeKind.LeaseEnded, "waits until no effect of the last leader can be under way")
            : standing.Epoch != epoch && !Mutant.Has(Mutation.EffectWithoutLease) ? new TrafficOutcome(TrafficOutcomeKind.LeaseEnded, $"the term of epoch {epoch} is over")
            : null;
    }

    /// <summary>
    /// Asked right before the bytes are sent: the lease must cover the whole deadline of the effect and the margin, measured
    /// now, and be of the same term.
    /// </summary>
    public static bool MayStart(TimeSpan now, Standing standing, long epoch, LeadershipTiming timing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(timing);
        return (standing.Epoch == epoch && standing.Covers(now, timing.EffectDeadline + timing.EffectMargin)) || Mutant.Has(Mutation.EffectWithoutLease);
    }

    /// <summary>What the outcomes at all targets come to for the step that wanted them.</summary>
    public static (EffectResult Result, string Detail) Sum(IReadOnlyCollection<(string Target, TrafficOutcome Outcome)> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        var bad = outcomes.Where(static o => !o.Outcome.IsGood).ToList();
        return (outcomes.Count, bad.Count) switch
        {
            (0, _) => (EffectResult.Refused, "no traffic target is configured; add load_balancer or dns"),
            (var all, 0) => (EffectResult.Done, $"{all} traffic targets are as desired"),
            var (all, some) => (
                // One target that refuses must not keep the users of the others from being moved.
                some < all ? EffectResult.Partial
                    : bad.Exists(static o => o.Outcome.Kind == TrafficOutcomeKind.Refused) ? EffectResult.Refused
                    : EffectResult.Unknown,
                string.Join("; ", bad.Select(static o => $"{o.Target}: {o.Outcome.Detail}"))),
        };
    }
}
