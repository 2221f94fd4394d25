using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>What became of a <see cref="StoreRequest"/>.</summary>
/// <param name="Store">Which store.</param>
/// <param name="Correlation">The request's.</param>
/// <param name="Kind">The kind of answer.</param>
public sealed record StoreAnswer(RegionId Store, long Correlation, StoreAnswerKind Kind)
{
    /// <summary>What was seen, in a sentence.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The session created, for <see cref="StoreRequest.CreateSession"/>.</summary>
    public string? Session { get; init; }

    /// <summary>The keys read, for <see cref="StoreRequest.ReadState"/> and <see cref="StoreRequest.Acquire"/>.</summary>
    public ControlState? State { get; init; }

    /// <summary>The key's new index, for <see cref="StoreRequest.WriteEpoch"/> and <see cref="StoreRequest.WriteJournal"/>.</summary>
    public ulong Index { get; init; }
}

/// <summary>The kinds of <see cref="StoreAnswer"/>.</summary>
public enum StoreAnswerKind
{
    /// <summary>No usable answer: the request may or may not have had its effect.</summary>
    Unknown = 0,

    /// <summary>Done and committed.</summary>
    Ok,

    /// <summary>The store said no: nothing was changed.</summary>
    Refused,

    /// <summary>The request was certainly not carried out: not sent, or turned away by a store that has no leader or too much load.</summary>
    Unreachable,
}
