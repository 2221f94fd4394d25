namespace Mahavishnu.Agents.Core.Health;

/// <summary>What one probe of one check found.</summary>
/// <param name="Answer">The answer itself.</param>
/// <param name="Reason">What was seen and what was expected, in a clause without secrets; empty when passed.</param>
/// <param name="Duration">From the start of the probe to its answer, on the monotonic clock.</param>
public sealed record ProbeOutcome(ProbeAnswer Answer, string Reason, TimeSpan Duration)
{
    /// <summary>How long the certificate of the target remains valid; null where no TLS is spoken or none was completed.</summary>
    public TimeSpan? CertificateTimeLeft { get; init; }

    /// <summary>The target answered as expected.</summary>
    public static ProbeOutcome Passed(TimeSpan duration) => new(ProbeAnswer.Passed, "", duration);

    /// <summary>The target did not answer as expected.</summary>
    public static ProbeOutcome Failed(string reason, TimeSpan duration) => new(ProbeAnswer.Failed, reason, duration);

    /// <summary>The target could not be asked, for a cause on our own side.</summary>
    public static ProbeOutcome Unknown(string reason, TimeSpan duration) => new(ProbeAnswer.Unknown, reason, duration);
}

/// <summary>The answers that a probe can give.</summary>
public enum ProbeAnswer
{
    /// <summary>The target was not asked: the cause is on the side of the observer. Neither good nor bad.</summary>
    Unknown = 0,

    /// <summary>The target answered as expected, within the deadline.</summary>
    Passed,

    /// <summary>The target answered otherwise, or not within the deadline, or refused.</summary>
    Failed,
}
