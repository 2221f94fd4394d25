namespace Mahavishnu.Agents.Core.Health;

/// <summary>What is held of one check after all its answers so far: thresholds with hysteresis, and damping of flaps.</summary>
/// <remarks>
/// A value: <see cref="After"/> gives the next one. An unknown answer neither adds to a row of failures or passes nor
/// breaks it; a row of unknown answers as long as the failure threshold makes the check unknown.
/// Each fall shortly after a recovery is a flap and doubles the passes that the next recovery takes.
/// </remarks>
public sealed record CheckState
{
    private CheckState()
    {
    }

    /// <summary>A check that was never asked.</summary>
    public static CheckState Initial { get; } = new();

    /// <summary>What is held now.</summary>
    public CheckStanding Standing { get; private init; }

    /// <summary>Failures in a row, 0 after a pass.</summary>
    public int Failures { get; private init; }

    /// <summary>Passes in a row, 0 after a failure.</summary>
    public int Successes { get; private init; }

    /// <summary>Unknown answers in a row.</summary>
    public int Unknowns { get; private init; }

    /// <summary>Flaps that still count; each doubles <see cref="SuccessesNeeded"/>.</summary>
    public int Flaps { get; private init; }

    /// <summary>Whether the check has failed at any time: only then a rise is a recovery.</summary>
    private bool HasFailed { get; init; }

    /// <summary>When the check last recovered from failing; null while it has not, also after a new fall.</summary>
    private TimeSpan? RecoveredAt { get; init; }

    /// <summary>Passes in a row that the check needs in order to pass.</summary>
    public int SuccessesNeeded(CheckPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        // Widened, so that no number of flaps can overflow.
        var grown = (long)policy.SuccessThreshold << Math.Min(Flaps, 31);
        return (int)Math.Min(grown, policy.MaxSuccessThreshold);
    }

    /// <summary>The state after one more answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="policy">The thresholds of this check.</param>
    /// <param name="now">Monotonic time, never earlier than in the call before.</param>
    public CheckState After(ProbeAnswer answer, CheckPolicy policy, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return answer switch
        {
            ProbeAnswer.Passed => AfterPass(policy, now),
            ProbeAnswer.Failed => AfterFailure(policy, now),
            _ => AfterUnknown(policy),
        };
    }

    private CheckState AfterPass(CheckPolicy policy, TimeSpan now)
    {
        var next = this with { Failures = 0, Unknowns = 0, Successes = Successes + 1 };
        if (Standing == CheckStanding.Passing || next.Successes < SuccessesNeeded(policy))
        {
            return next;
        }

        var recovered = HasFailed && RecoveredAt is null;
        return next with { Standing = CheckStanding.Passing, RecoveredAt = recovered ? now : RecoveredAt };
    }

    private CheckState AfterFailure(CheckPolicy policy, TimeSpan now)
    {
        var next = this with { Successes = 0, Unknowns = 0, Failures = Failures + 1 };
        return Standing == CheckStanding.Failing || next.Failures < policy.FailureThreshold
            ? next
            : next with { Standing = CheckStanding.Failing, HasFailed = true, RecoveredAt = null, Flaps = FlapsAfterFall(policy, now) };
    }

    private CheckState AfterUnknown(CheckPolicy policy)
    {
        var next = this with { Unknowns = Unknowns + 1 };
        return next.Unknowns < policy.FailureThreshold
            ? next
            : next with { Standing = CheckStanding.Unknown, Failures = 0, Successes = 0 };
    }

    private int FlapsAfterFall(CheckPolicy policy, TimeSpan now)
    {
        if (RecoveredAt is not { } recoveredAt)
        {
            return Flaps;
        }

        var passedFor = now - recoveredAt;
        if (passedFor <= policy.FlapWindow)
        {
            // Counted no further than it has an effect, so that a long-lived flapper is forgiven as soon as a new one.
            return SuccessesNeeded(policy) < policy.MaxSuccessThreshold ? Flaps + 1 : Flaps;
        }

        return (int)Math.Max(0, Flaps - Math.Floor(passedFor / policy.QuietPeriod));
    }
}

/// <summary>What is held of a check.</summary>
public enum CheckStanding
{
    /// <summary>Not judged yet, or not answerable for a while.</summary>
    Unknown = 0,

    /// <summary>Enough passes in a row.</summary>
    Passing,

    /// <summary>Enough failures in a row.</summary>
    Failing,
}
