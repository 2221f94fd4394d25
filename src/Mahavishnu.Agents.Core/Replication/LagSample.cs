namespace Mahavishnu.Agents.Core.Replication;

/// <summary>One measurement of how far a target is behind a source.</summary>
/// <param name="Lag">The lag as it was read, end to end.</param>
/// <param name="Age">How long ago it was read, on this agent's monotonic clock.</param>
public readonly record struct LagSample(TimeSpan Lag, TimeSpan Age)
{
    /// <summary>
    /// How far the target may be behind by now: what was read, and everything since. Null, unknown, when the sample is older
    /// than <paramref name="freshness"/> or cannot be true.
    /// </summary>
    public TimeSpan? AtMost(TimeSpan freshness) => Lag < TimeSpan.Zero || Age < TimeSpan.Zero || Age > freshness ? null : Lag + Age;
}
