namespace Mahavishnu.Agents.Core.Health;

/// <summary>How many answers in a row change what is held of a check, and how flapping is damped.</summary>
/// <param name="FailureThreshold">Failures in a row until a check fails (also unknown answers until it is unknown); at least 1.</param>
/// <param name="SuccessThreshold">Passes in a row until a check passes, while it does not flap; at least 1.</param>
/// <param name="FlapWindow">A fall no longer than this after a recovery is a flap.</param>
/// <param name="QuietPeriod">Each such period of passing takes one flap back.</param>
/// <param name="MaxSuccessThreshold">The most passes in a row that flapping can demand; at least <paramref name="SuccessThreshold"/>.</param>
public sealed record CheckPolicy(
    int FailureThreshold,
    int SuccessThreshold,
    TimeSpan FlapWindow,
    TimeSpan QuietPeriod,
    int MaxSuccessThreshold)
{
    /// <summary>The policy of a check that is probed every <paramref name="interval"/>.</summary>
    /// <remarks>
    /// A flap is a fall within 30 intervals (5 minutes at the reference's 10 s), a quiet period is 60 intervals, and the
    /// success threshold grows to sixteen times its value at most. These factors are ours, not the reference's.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A threshold below 1, or an interval that is not positive.</exception>
    public static CheckPolicy For(int failureThreshold, int successThreshold, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failureThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(successThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successThreshold, int.MaxValue / 16);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return new CheckPolicy(failureThreshold, successThreshold, interval * 30, interval * 60, successThreshold * 16);
    }
}
