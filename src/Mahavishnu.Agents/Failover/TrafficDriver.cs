using Mahavishnu.Agents.Adapters;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Failover;

/// <summary>What one traffic target was last seen to do.</summary>
/// <param name="Name">The target.</param>
/// <param name="InSync">Whether it does what is desired; null before the first look.</param>
/// <param name="Detail">What was seen, in a sentence.</param>
internal sealed record TrafficStatus(string Name, bool? InSync, string Detail);

/// <summary>
/// Brings every traffic target to a desired routing under the leader's epoch. Each target has one effect at a time, with
/// a hard deadline, and none starts that the lease does not cover.
/// </summary>
internal sealed partial class TrafficDriver
{
    private readonly IReadOnlyList<(ITrafficTarget Target, SemaphoreSlim Turn)> _targets;
    private readonly LeadershipTiming _timing;
    private readonly Func<Standing> _standing;
    private readonly AgentClock _clock;
    private readonly string _agent;
    private readonly AuditLog _audit;
    private readonly ILogger<TrafficDriver> _logger;
    private readonly Dictionary<string, TrafficStatus> _status = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Prepares the driver.</summary>
    public TrafficDriver(
        IReadOnlyList<ITrafficTarget> targets,
        LeadershipTiming timing,
        Func<Standing> standing,
        AgentClock clock,
        string agent,
        AuditLog audit,
        ILogger<TrafficDriver> logger)
    {
        _targets = [.. targets.Select(static t => (t, new SemaphoreSlim(1)))];
        (_timing, _standing, _clock, _agent, _audit, _logger) = (timing, standing, clock, agent, audit, logger);
        _status = targets.ToDictionary(static t => t.Name, static t => new TrafficStatus(t.Name, null, "not looked at yet"));
    }

    /// <summary>Before this time no effect starts at a target that cannot check epochs: a predecessor's may still be under way.</summary>
    public TimeSpan UncheckedNotBefore { get; set; }

    /// <summary>Whether there is any target.</summary>
    public bool Any => _targets.Count > 0;

    /// <summary>What each target was last seen to do, in order of configuration.</summary>
    public IReadOnlyList<TrafficStatus> Status()
    {
        lock (_gate)
        {
            return [.. _targets.Select(t => _status[t.Target.Name])];
        }
    }

    /// <summary>Brings all targets to the desired routing, within the deadline of one effect.</summary>
    /// <param name="desired">The full desired state.</param>
    /// <param name="epoch">The term in which it is desired; nothing is sent in another.</param>
    /// <param name="plan">The plan, for the audit.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<(EffectResult Result, string Detail)> ApplyAsync(RoutingTable desired, long epoch, string plan, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(_targets.Select(t => ApplyOneAsync(t.Target, t.Turn, new Wish(desired, epoch, plan), cancellationToken)));
        var bad = outcomes.Where(static o => !IsGood(o.Outcome)).ToList();
        return (outcomes.Length, bad.Count) switch
        {
            (0, _) => (EffectResult.Refused, "no traffic target is configured; add load_balancer or dns"),
            (var all, 0) => (EffectResult.Done, $"{all} traffic targets are as desired"),
            var (all, some) => (
                // One target that refuses must not keep the users of the others from being moved.
                some < all ? EffectResult.Partial
                    : bad.Exists(static o => o.Outcome.Kind == TrafficOutcomeKind.Refused) ? EffectResult.Refused
                    : EffectResult.Unknown,
                string.Join("; ", bad.Select(static o => $"{o.Name}: {o.Outcome.Detail}"))),
        };
    }

    /// <summary>Repairs what differs from the desired routing. A target at which an effect is under way is left to it.</summary>
    /// <param name="desired">
    /// Asked when the target is at our disposal, so that a saga's newer state is never undone; null when there is nothing to
    /// be repaired any more.
    /// </param>
    /// <param name="epoch">The term in which it is desired; nothing is sent in another.</param>
    /// <param name="everything">False before the first saga: then only targets that check epochs are told of ours.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public Task ReconcileAsync(Func<RoutingTable?> desired, long epoch, bool everything, CancellationToken cancellationToken) =>
        Task.WhenAll(_targets.Where(t => everything || t.Target.ChecksEpoch).Select(t => ReconcileOneAsync(t.Target, t.Turn, desired, epoch, cancellationToken)));

    private static bool IsGood(TrafficOutcome outcome) => outcome.Kind is TrafficOutcomeKind.AlreadySo or TrafficOutcomeKind.Applied;

    private async Task<(string Name, TrafficOutcome Outcome)> ApplyOneAsync(ITrafficTarget target, SemaphoreSlim turn, Wish wish, CancellationToken cancellationToken)
    {
        // Waiting for the turn is part of the effect's time: a target that hangs holds its saga up once, not twice.
        using var deadline = new CancellationTokenSource(_timing.EffectDeadline, _clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (target.Name, new TrafficOutcome(TrafficOutcomeKind.Unknown, $"another effect was under way for {_timing.EffectDeadline.TotalSeconds} s"));
        }

        try
        {
            return (target.Name, await BringAsync(target, wish, either.Token, cancellationToken));
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task ReconcileOneAsync(ITrafficTarget target, SemaphoreSlim turn, Func<RoutingTable?> desired, long epoch, CancellationToken cancellationToken)
    {
        if (!await turn.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return;
        }

        try
        {
            if (desired() is { } wanted)
            {
                using var deadline = new CancellationTokenSource(_timing.EffectDeadline, _clock.Time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
                await BringAsync(target, new Wish(wanted, epoch, "reconcile"), either.Token, cancellationToken);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<TrafficOutcome> BringAsync(ITrafficTarget target, Wish wish, CancellationToken deadline, CancellationToken cancellationToken)
    {
        TrafficOutcome outcome;
        try
        {
            outcome = await TryAsync(target, wish, deadline);
        }
        catch (DependencyUnavailableException unavailable)
        {
            outcome = new TrafficOutcome(TrafficOutcomeKind.Unknown, unavailable.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = new TrafficOutcome(TrafficOutcomeKind.Unknown, $"no answer within {_timing.EffectDeadline.TotalSeconds} s");
        }

        Note(target, outcome, wish);
        return outcome;
    }

    private async Task<TrafficOutcome> TryAsync(ITrafficTarget target, Wish wish, CancellationToken deadline)
    {
        if (!target.ChecksEpoch && _clock.Now < UncheckedNotBefore)
        {
            return new TrafficOutcome(TrafficOutcomeKind.LeaseEnded, "waits until no effect of the last leader can be under way");
        }

        // Whether it is so already is for the target to say: what it reads may leave out what no table can express.
        return _standing().Epoch == wish.Epoch
            ? await target.ApplyAsync(new TrafficCommand(wish.Desired, wish.Epoch, _agent, () => MayStart(wish.Epoch)), deadline)
            : new TrafficOutcome(TrafficOutcomeKind.LeaseEnded, $"the term of epoch {wish.Epoch} is over");
    }

    /// <summary>The lease must cover the whole deadline of the effect and the margin, measured now, and be of the same term.</summary>
    private bool MayStart(long epoch)
    {
        var standing = _standing();
        return standing.Epoch == epoch && standing.Covers(_clock.Now, _timing.EffectDeadline + _timing.EffectMargin);
    }

    private void Note(ITrafficTarget target, TrafficOutcome outcome, Wish wish)
    {
        var good = IsGood(outcome);
        bool changed;
        lock (_gate)
        {
            changed = _status[target.Name].InSync != good;
            _status[target.Name] = new TrafficStatus(target.Name, good, outcome.Detail);
        }

        if (outcome.Kind == TrafficOutcomeKind.Applied || (changed && !good))
        {
            _audit.Write(_agent, "traffic.apply", target.Name, outcome.Kind.ToString(), new { epoch = wish.Epoch, wish.Cause, desired = wish.Desired.ToString(), outcome.Detail });
            LogOutcome(target.Name, outcome.Kind, wish.Cause, outcome.Detail);
        }
    }

    /// <summary>What a target is to do, in which term, and why.</summary>
    private sealed record Wish(RoutingTable Desired, long Epoch, string Cause);

    [LoggerMessage(1401, LogLevel.Information, "Traffic target {Target}: {Outcome} for {Cause}: {Detail}")]
    private partial void LogOutcome(string target, TrafficOutcomeKind outcome, string cause, string detail);
}
