using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// The current record of the journal: the saga that runs or ran last, and the routing that is in force. It is written at
/// a majority of stores before anything relies on it.
/// </summary>
/// <remarks>Immutable; equal by content. Ordered by (<see cref="Epoch"/>, <see cref="Sequence"/>).</remarks>
public sealed record JournalRecord
{
    /// <summary>The format that this build writes; older ones are read, newer ones stop automation.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The fencing epoch of the term that wrote it.</summary>
    public long Epoch { get; init; }

    /// <summary>Rises with every write.</summary>
    public long Sequence { get; init; }

    /// <summary>The plan, e.g. <c>fo-7-12</c>: kind, epoch and sequence of its first record.</summary>
    public required string PlanId { get; init; }

    /// <summary>What the saga does.</summary>
    public required SagaKind Kind { get; init; }

    /// <summary>The step that it has come to.</summary>
    public required SagaStep Step { get; init; }

    /// <summary>How far that step has come.</summary>
    public required StepPhase Phase { get; init; }

    /// <summary>The region that users leave.</summary>
    public required RegionId Source { get; init; }

    /// <summary>The region that users go to; chosen before the first intent.</summary>
    public required RegionId Target { get; init; }

    /// <summary>The audiences that move.</summary>
    public required IReadOnlyList<RegionId> Audiences { get; init; }

    /// <summary>The routing before the saga.</summary>
    public required RoutingTable Before { get; init; }

    /// <summary>The routing that is in force as of this record; a leader reconciles every target to it.</summary>
    public required RoutingTable Desired { get; init; }

    /// <summary>Immediate, graceful, or asked for by an operator.</summary>
    public required DecisionKind Decision { get; init; }

    /// <summary>The risk that was known when the plan was made.</summary>
    public DataLossRisk Risk { get; init; }

    /// <summary>What each store could lose, as it was known when the plan was made.</summary>
    public IReadOnlyList<StoreRisk> AtRisk { get; init; } = [];

    /// <summary>Steps left out because nothing is configured for them.</summary>
    public IReadOnlyList<SagaStep> Skipped { get; init; } = [];

    /// <summary>Whether an irreversible step was ever intended: from then on the saga only goes forward.</summary>
    public bool Irreversible { get; init; }

    /// <summary>Targets that failed during this saga.</summary>
    public IReadOnlyList<RegionId> FailedTargets { get; init; } = [];

    /// <summary>Regions whose own failover was not long enough ago when the saga began; a later leader counts their cooldown anew.</summary>
    public IReadOnlyList<RegionId> Cooling { get; init; } = [];

    /// <summary>Failback: the share, in percent, that the original region has been given back.</summary>
    public int ReturnedPercent { get; init; }

    /// <summary>Why the saga was started, or how it ended.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who asked for it: <c>automatic</c>, or the name of an operator's token.</summary>
    public string RequestedBy { get; init; } = "automatic";

    /// <summary>Whether the saga has ended.</summary>
    public bool Ended => Phase is StepPhase.Aborted or StepPhase.Complete;

    /// <summary>Whether this record is newer than <paramref name="other"/>.</summary>
    public bool IsNewerThan(JournalRecord? other) =>
        other is null || Epoch > other.Epoch || (Epoch == other.Epoch && Sequence > other.Sequence);

    /// <inheritdoc />
    public bool Equals(JournalRecord? other) =>
        ReferenceEquals(this, other) || (other is not null && Sequence == other.Sequence && JournalCodec.Write(this) == JournalCodec.Write(other));

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Epoch, Sequence, PlanId);
}
