namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>What became of a <see cref="TrafficCommand"/>.</summary>
/// <param name="Kind">The kind of outcome.</param>
/// <param name="Detail">What was seen, in a sentence; no secrets.</param>
public sealed record TrafficOutcome(TrafficOutcomeKind Kind, string Detail);

/// <summary>The kinds of <see cref="TrafficOutcome"/>.</summary>
public enum TrafficOutcomeKind
{
    /// <summary>No usable answer: the state may or may not have changed. Read before trusting it.</summary>
    Unknown = 0,

    /// <summary>Read back and found to be the desired state, which it was already.</summary>
    AlreadySo,

    /// <summary>Changed, read back and found to be the desired state.</summary>
    Applied,

    /// <summary>The target refused: a lower epoch, an object that does not exist, a wrong credential. Nothing more was sent.</summary>
    Refused,

    /// <summary><see cref="TrafficCommand.MayStart"/> said no. Nothing more was sent.</summary>
    LeaseEnded,
}
