namespace Mahavishnu.Agents.Core.Replication;

/// <summary>One measurement of how far a target is behind a source.</summary>
/// <param name="Lag">The lag as it was read, end to end, with its error.</param>
/// <param name="At">When it was read, on this agent's monotonic clock.</param>
public readonly record struct LagSample(TimeSpan Lag, TimeSpan At)
{
    /// <summary>
    /// How far the target may be behind by now: what was read, and everything since. Null, unknown, when the sample is older
    /// than <paramref name="freshness"/> or cannot be true.
    /// </summary>
    public TimeSpan? AtMost(TimeSpan now, TimeSpan freshness) => Lag < TimeSpan.Zero || At > now || now - At > freshness ? null : Lag + (now - At);
}
