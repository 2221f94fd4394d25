namespace Mahavishnu.Agents.Core.Replication;

/// <summary>One measurement of how far a target is behind a source.</summary>
/// <param name="Lag">The lag as it was read, end to end, with its error.</param>
/// <param name="At">When it was read, on this agent's monotonic clock.</param>
/// <param name="Position">How much of the source's log the target had, in units of the store; comparable between the targets of one source. Null when it does not tell.</param>
public readonly record struct LagSample(TimeSpan Lag, TimeSpan At, long? Position = null)
{
    /// <summary>
    /// What is known by now: how far the target may be behind, which is what was read and everything since. Null, unknown, when
    /// the sample is older than <paramref name="freshness"/> or cannot be true.
    /// </summary>
    public MeasuredLag? Now(TimeSpan now, TimeSpan freshness) => Lag < TimeSpan.Zero || At > now || now - At > freshness ? null : new MeasuredLag(Lag + (now - At), Position);
}

/// <summary>How far a target may be behind a source by now.</summary>
/// <param name="AtMost">What was written longer ago than this is there.</param>
/// <param name="Position">How much of the source's log it had; null when it does not tell.</param>
public readonly record struct MeasuredLag(TimeSpan AtMost, long? Position = null);

/// <summary>What a store may lose by a move.</summary>
/// <param name="Store">The kind of store.</param>
/// <param name="AtMost">Writes acknowledged longer ago than this are safe; null is unknown.</param>
public sealed record StoreRisk(string Store, TimeSpan? AtMost);
