namespace Mahavishnu.Agents.Core.Configuration;

/// <summary>The figures of leadership that must fit each other for at most one leader to act.</summary>
/// <param name="Heartbeat">h: how often the holder writes its heartbeat.</param>
/// <param name="RequestTimeout">r: how long one request to a store may take.</param>
/// <param name="Validity">V: how long an acknowledged heartbeat counts, from its sending.</param>
/// <param name="WaitOut">W: how long a candidate must have seen a foreign heartbeat stand still.</param>
/// <param name="EffectDeadline">E: how long an effect on a target that checks no epoch may take.</param>
/// <param name="EffectMargin">What is kept free after an effect.</param>
/// <param name="ClockDrift">ρ: the greatest rate error of a monotonic clock, as a ratio.</param>
/// <param name="WaitOutMargin">ε: what a wait-out has beyond the drift of both clocks.</param>
/// <remarks>Source: the design's split-brain document, section 7.</remarks>
public sealed record LeaseTiming(
    TimeSpan Heartbeat,
    TimeSpan RequestTimeout,
    TimeSpan Validity,
    TimeSpan WaitOut,
    TimeSpan EffectDeadline,
    TimeSpan EffectMargin,
    double ClockDrift,
    TimeSpan WaitOutMargin)
{
    /// <summary>The laws with both sides computed, in the order of the source.</summary>
    public IReadOnlyList<TimingLaw> Laws() =>
    [
        new("heartbeat_interval", "heartbeat_interval <= validity / 3", Heartbeat, Validity / 3),
        new("request_timeout", "request_timeout <= heartbeat_interval", RequestTimeout, Heartbeat),
        new("wait_out", "validity x (1 + clock_drift) / (1 - clock_drift) + wait_out_margin <= wait_out", LeastWaitOut, WaitOut),
        new("effect_deadline", "effect_deadline + effect_margin <= validity - heartbeat_interval - request_timeout",
            EffectDeadline + EffectMargin, Validity - Heartbeat - RequestTimeout),
    ];

    /// <summary>The shortest wait-out that keeps two leaders apart.</summary>
    private TimeSpan LeastWaitOut => (Validity * ((1 + ClockDrift) / (1 - ClockDrift))) + WaitOutMargin;
}

/// <summary>One law between figures: the left side must not exceed the right side.</summary>
/// <param name="Key">The configuration key to blame, below the section of leadership.</param>
/// <param name="Formula">The law, in the names of the keys.</param>
/// <param name="Left">The left side, computed.</param>
/// <param name="Right">The right side, computed.</param>
public sealed record TimingLaw(string Key, string Formula, TimeSpan Left, TimeSpan Right)
{
    /// <summary>Whether the law is kept.</summary>
    public bool Holds => Left <= Right;

    /// <summary>Both sides, e.g. <c>5s &lt;= 5s</c>.</summary>
    public string Figures => $"{DurationText.Format(Left)} {(Holds ? "<=" : ">")} {DurationText.Format(Right)}";
}
