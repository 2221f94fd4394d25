using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>What an agent knows and holds at one store. All times are on its monotonic clock.</summary>
internal sealed class StoreClaim(RegionId store)
{
    public RegionId Store { get; } = store;

    // What others do there.
    public ControlState? Last { get; private set; }
    public TimeSpan? LastReadAt { get; private set; }
    public string? ForeignHeartbeat { get; private set; }
    public TimeSpan? ForeignSince { get; private set; }
    public bool ForeignReleased { get; private set; }
    public string? Holder { get; private set; }
    public TimeSpan HolderSince { get; private set; }
    public long HighestEpochSeen { get; private set; }

    // What we hold there.
    public string? Session { get; set; }
    public bool Locked { get; private set; }
    public TimeSpan LockReplyAt { get; private set; }
    public TimeSpan? ProofSent { get; private set; }
    public bool EpochWritten { get; private set; }
    public ulong EpochIndex { get; private set; }
    public ulong JournalIndex { get; set; }
    public bool JournalKnown { get; set; }
    public long SyncedSequence { get; set; }
    public long EpochAttempted { get; set; }
    public bool EmptyBeforeElection { get; set; }

    // When the next routine request is due, and what is under way.
    public TimeSpan NextRead { get; set; }
    public TimeSpan NextHeartbeat { get; set; }
    public TimeSpan NextRenew { get; set; }
    public TimeSpan NextExtension { get; set; }
    public long? Reading { get; set; }
    public long? Heartbeating { get; set; }
    public long? Renewing { get; set; }
    public long? Working { get; set; }
    public TimeSpan WorkChangedAt { get; set; } = TimeSpan.MinValue;

    /// <summary>
    /// Takes in an answered read of the store's keys; null when the answer proves life only. <paramref name="own"/> tells
    /// our own heartbeats from foreign ones.
    /// </summary>
    public void Observe(TimeSpan now, ControlState? state, Func<HeartbeatValue, bool> own)
    {
        LastReadAt = now;
        if (state is null)
        {
            return;
        }

        Last = state;
        HighestEpochSeen = Math.Max(HighestEpochSeen, state.EpochNumber ?? 0);
        var changed = false;
        if (state.Heartbeat is { } heartbeat && HeartbeatValue.Parse(heartbeat.Value) is var value && (value is null || !own(value)))
        {
            changed = heartbeat.Value != ForeignHeartbeat;
            ForeignSince = changed ? now : ForeignSince;
            ForeignHeartbeat = heartbeat.Value;
            ForeignReleased = value is { Released: true };
        }
        else if (state.Heartbeat is null)
        {
            // Nobody was here yet, or the store lost its data and what we knew of its last holder is void.
            (ForeignHeartbeat, ForeignSince, ForeignReleased) = (null, null, false);
        }

        if (state.Leader?.Session != Holder || changed)
        {
            Holder = state.Leader?.Session;
            HolderSince = now;
        }
    }

    /// <summary>The lock is ours as of an answer that came now. Later reads cannot show another heartbeat than what stands now.</summary>
    public void TakeLock(TimeSpan now)
    {
        Locked = true;
        LockReplyAt = now;
        ProofSent = Mutant.Has(Mutation.LockIsProof) ? now : null;
        NextHeartbeat = now;
    }

    /// <summary>Our epoch stands there under that index.</summary>
    public void TakeEpoch(ulong index)
    {
        EpochWritten = true;
        EpochIndex = index;
        EmptyBeforeElection = false;
    }

    /// <summary>Our epoch must be written there again.</summary>
    public void DropEpoch() => EpochWritten = false;

    /// <summary>Stops counting the store at once.</summary>
    public void DropLock()
    {
        Locked = false;
        ProofSent = null;
        EpochWritten = false;
        JournalKnown = false;
        SyncedSequence = 0;
    }

    /// <summary>A heartbeat that was sent then is committed.</summary>
    public void Prove(TimeSpan sentAt)
    {
        if (Locked && (ProofSent is null || sentAt > ProofSent))
        {
            ProofSent = sentAt;
        }
    }

    /// <summary>Whether the holder before us cannot be valid any more: waited out, or it left its marker.</summary>
    public bool WaitedOut(TimeSpan now, TimeSpan waitOut) =>
        ForeignReleased || now - (ForeignSince ?? LockReplyAt) >= Asked(waitOut);

    /// <summary>Whether this store counts for our lease now.</summary>
    public bool Counts(TimeSpan now, LeadershipTiming timing) =>
        Locked && ProofSent is { } sent && now - sent < timing.Validity && WaitedOut(now, timing.WaitOut);

    /// <summary>Whether no foreign heartbeat has changed here within the wait-out, as far as we have read lately.</summary>
    public bool Quiet(TimeSpan now, LeadershipTiming timing) =>
        AnsweredLately(now, timing) && (ForeignHeartbeat is null || ForeignReleased || now - ForeignSince >= Asked(timing.WaitOut));

    /// <summary>Whether a read was answered within the last poll and request time, doubled for jitter.</summary>
    public bool AnsweredLately(TimeSpan now, LeadershipTiming timing) =>
        LastReadAt is { } at && now - at <= 2 * (timing.PollInterval + timing.RequestTimeout);

    /// <summary>Whether a foreign session has held the lock with an unchanged heartbeat for the wait-out, so that it may be broken.</summary>
    public bool HolderIsDead(TimeSpan now, TimeSpan waitOut) => Holder is not null && Holder != Session && now - HolderSince >= Asked(waitOut);

    /// <summary>Whether, as far as we have read lately, the lock would be refused to a candidate.</summary>
    public bool WouldRefuse(TimeSpan now, LeadershipTiming timing) =>
        AnsweredLately(now, timing) && Holder is not null && !HolderIsDead(now, timing.WaitOut);

    /// <summary>Whether the store shows less than it did before: its data was lost or rolled back.</summary>
    public bool LostData(long highestAnywhere) =>
        !Mutant.Has(Mutation.NoQuarantine) && Last is { } state && ((state.EpochNumber == 0 && highestAnywhere > 0) || state.EpochNumber < HighestEpochSeen);

    private static TimeSpan Asked(TimeSpan waitOut) =>
        Mutant.Has(Mutation.ShortWaitOut) ? waitOut / 2 : Mutant.Has(Mutation.NoWaitOut) ? TimeSpan.Zero : waitOut;
}
