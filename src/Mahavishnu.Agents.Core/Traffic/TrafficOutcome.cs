namespace Mahavishnu.Agents.Core.Traffic;

/// <summary>What became of an effect on a traffic target.</summary>
/// <param name="Kind">The kind of outcome.</param>
/// <param name="Detail">What was seen, in a sentence; no secrets.</param>
public sealed record TrafficOutcome(TrafficOutcomeKind Kind, string Detail)
{
    /// <summary>Whether the desired state was read back.</summary>
    public bool IsGood => Kind is TrafficOutcomeKind.AlreadySo or TrafficOutcomeKind.Applied;
}

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

    /// <summary>The lease does not cover the effect. Nothing more was sent.</summary>
    LeaseEnded,
}
