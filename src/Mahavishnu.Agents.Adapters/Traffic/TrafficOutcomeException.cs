using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>Ends an effect early with its outcome, from deep inside an exchange; never leaves this folder.</summary>
/// <remarks>
/// The body of a request is written by the HTTP stack, so the answer of <see cref="TrafficCommand.MayStart"/> can come out
/// of it only as an exception; the refusal of a target takes the same way. <see cref="TargetCalls"/> is where it ends.
/// </remarks>
internal sealed class TrafficOutcomeException(TrafficOutcomeKind kind, string detail) : Exception(detail)
{
    /// <summary>What the effect came to.</summary>
    public TrafficOutcome Outcome { get; } = new(kind, detail);

    /// <summary>The target said no, and why.</summary>
    public static TrafficOutcomeException Refused(string detail) => new(TrafficOutcomeKind.Refused, detail);

    /// <summary>The lease does not cover the effect any more.</summary>
    public static TrafficOutcomeException LeaseEnded() =>
        new(TrafficOutcomeKind.LeaseEnded, "The lease no longer covers the effect; nothing more was sent.");
}
