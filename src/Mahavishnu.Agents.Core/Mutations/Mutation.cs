namespace Mahavishnu.Agents.Core.Mutations;

/// <summary>
/// Mistakes that could be made in this code, each a single one. The simulator must find every one of them: what it cannot
/// find, it does not prove.
/// </summary>
/// <remarks>Source: the list of mistakes that the model checker of the protocol caught, and mistakes of decisions and sagas.</remarks>
public enum Mutation
{
    /// <summary>No mistake.</summary>
    None = 0,

    /// <summary>A granted lock counts as a proof of life.</summary>
    LockIsProof,

    /// <summary>The lease is counted from the answer of a heartbeat and not from its sending.</summary>
    LeaseFromAnswer,

    /// <summary>An orderly release leaves its marker first and stops counting later.</summary>
    MarkerFirst,

    /// <summary>The wait-out is half of what it must be.</summary>
    ShortWaitOut,

    /// <summary>A successor does not wait out its predecessor at all.</summary>
    NoWaitOut,

    /// <summary>Any list of stores is accepted.</summary>
    AnyMembers,

    /// <summary>A new term takes the epoch that it finds.</summary>
    NoNewEpoch,

    /// <summary>The epoch is read from one store.</summary>
    EpochFromOneStore,

    /// <summary>A journal record counts as written at one store.</summary>
    JournalAtMinority,

    /// <summary>The journal is recovered from one store.</summary>
    JournalFromOneStore,

    /// <summary>A recovered record is acted upon before it is written back.</summary>
    NoWriteBack,

    /// <summary>The journal is written without a check of session and epoch.</summary>
    JournalUnchecked,

    /// <summary>The journal is written without compare-and-set.</summary>
    JournalUncompared,

    /// <summary>A store that lost its data takes part as if it never had any.</summary>
    NoQuarantine,

    /// <summary>A store with a higher epoch is taken into the set.</summary>
    ExtendOverHigher,

    /// <summary>An effect starts without a look at the lease.</summary>
    EffectWithoutLease,

    /// <summary>An effect starts before its intent is written.</summary>
    EffectBeforeIntent,

    /// <summary>The effect of a finished step is carried out again.</summary>
    EffectTwice,

    /// <summary>A new leader goes on without what the journal says.</summary>
    ResumeBlind,

    /// <summary>A saga is undone after an irreversible step was intended.</summary>
    AbortAfterPromote,

    /// <summary>A saga takes another target after an irreversible step was intended.</summary>
    RetargetAfterPromote,

    /// <summary>The source is not fenced.</summary>
    FenceSkipped,

    /// <summary>A saga is undone, and users go back to the region that they left, dead as it is.</summary>
    RollbackToDead,

    /// <summary>Votes count however old they are.</summary>
    StaleVoteCounts,

    /// <summary>What a region says of itself decides.</summary>
    OwnVoteDecides,

    /// <summary>One observer is enough.</summary>
    MinorityDecides,

    /// <summary>A region may be failed over again at once.</summary>
    CooldownIgnored,

    /// <summary>Maintenance does not keep the engine from beginning a failover.</summary>
    PauseIgnored,

    /// <summary>Lag that nobody measured is taken for none.</summary>
    UnknownLagIsNone,

    /// <summary>Residency is not looked at.</summary>
    ResidencySkipped,

    /// <summary>A region that is down may be a target.</summary>
    DeadTargetTaken,
}
