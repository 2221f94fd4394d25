namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>The times of the leadership protocol and the inequalities between them.</summary>
/// <remarks>Source of every figure and inequality: the protocol's timing table (validity, wait-out, effects).</remarks>
public sealed record LeadershipTiming
{
    /// <summary>Consul session time-to-live. It helps liveness only; validity never rests on it. At least 10 s.</summary>
    public required TimeSpan SessionTtl { get; init; }

    /// <summary>h: how often the holder writes its heartbeat at each store.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>r: how long one request to a store may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>V: how long a committed heartbeat proves the lease, counted from its sending.</summary>
    public required TimeSpan Validity { get; init; }

    /// <summary>W: how long a successor watches a foreign heartbeat stand still before it counts the store.</summary>
    public required TimeSpan WaitOut { get; init; }

    /// <summary>How often a follower tries for leadership; also the base of the back-off.</summary>
    public required TimeSpan RetryInterval { get; init; }

    /// <summary>How long an election may take, wait-out not included, before the candidate gives up and backs off.</summary>
    public required TimeSpan ElectionTimeout { get; init; }

    /// <summary>E: the hard deadline of an effect on a target that cannot check epochs.</summary>
    public required TimeSpan EffectDeadline { get; init; }

    /// <summary>The margin kept beyond E before the lease may end.</summary>
    public required TimeSpan EffectMargin { get; init; }

    /// <summary>ρ: the greatest rate error of a monotonic clock, as a ratio.</summary>
    public double ClockDrift { get; init; } = 0.001;

    /// <summary>ε: the slack of the wait-out inequality.</summary>
    public TimeSpan WaitOutSlack { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The reference's figures.</summary>
    public static LeadershipTiming Default { get; } = new()
    {
        SessionTtl = TimeSpan.FromSeconds(30),
        HeartbeatInterval = TimeSpan.FromSeconds(5),
        RequestTimeout = TimeSpan.FromSeconds(4),
        Validity = TimeSpan.FromSeconds(15),
        WaitOut = TimeSpan.FromSeconds(15.2),
        RetryInterval = TimeSpan.FromSeconds(5),
        ElectionTimeout = TimeSpan.FromSeconds(10),
        EffectDeadline = TimeSpan.FromSeconds(5),
        EffectMargin = TimeSpan.FromMilliseconds(500),
    };

    /// <summary>The fast profile, for a network of a few milliseconds.</summary>
    public static LeadershipTiming Fast { get; } = new()
    {
        SessionTtl = TimeSpan.FromSeconds(10),
        HeartbeatInterval = TimeSpan.FromMilliseconds(500),
        RequestTimeout = TimeSpan.FromMilliseconds(400),
        Validity = TimeSpan.FromSeconds(2),
        WaitOut = TimeSpan.FromSeconds(2.2),
        RetryInterval = TimeSpan.FromMilliseconds(500),
        ElectionTimeout = TimeSpan.FromSeconds(2),
        EffectDeadline = TimeSpan.FromMilliseconds(800),
        EffectMargin = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>How often an agent reads each store: at most every 500 ms, so that a hand-over is noticed within a second.</summary>
    public TimeSpan PollInterval => Min(RetryInterval, TimeSpan.FromMilliseconds(500));

    /// <summary>The least wait-out that V, ρ and ε allow: V·(1+ρ)/(1−ρ) + ε.</summary>
    public TimeSpan LeastWaitOut => Validity * ((1 + ClockDrift) / (1 - ClockDrift)) + WaitOutSlack;

    /// <summary>
    /// Every inequality with its two sides and whether it holds; an agent must not start while one is broken.
    /// </summary>
    public IReadOnlyList<TimingInequality> Inequalities() =>
    [
        new("heartbeat_interval", "heartbeat_interval <= validity / 3", HeartbeatInterval, Validity / 3),
        new("request_timeout", "request_timeout <= heartbeat_interval", RequestTimeout, HeartbeatInterval),
        new("wait_out", "validity x (1 + clock_drift) / (1 - clock_drift) + wait_out_margin <= wait_out", LeastWaitOut, WaitOut),
        new("effect_deadline", "effect_deadline + effect_margin <= validity - heartbeat_interval - request_timeout",
            EffectDeadline + EffectMargin, Validity - HeartbeatInterval - RequestTimeout),
        new("session_ttl", "10s (the least that Consul accepts) <= session_ttl", TimeSpan.FromSeconds(10), SessionTtl),
    ];

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
