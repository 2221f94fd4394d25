using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Core.Leadership;

/// <content>The established term: validity, the journal, taking further stores into the set, and giving up.</content>
public sealed partial class LeadershipMachine
{
    private TimeSpan _establishedAt;
    private TimeSpan? _proposedAt;
    private bool _announced;

    /// <summary>Whether a proposed record is still on its way to a majority.</summary>
    public bool Proposing => _proposedAt is not null;

    /// <summary>
    /// Writes the next journal record at a majority. A <see cref="LeadershipNotice.JournalCommitted"/> follows, or the
    /// term ends.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="record">The content; epoch and sequence are set here.</param>
    /// <exception cref="InvalidOperationException">This agent does not lead, or a record is already on its way.</exception>
    public LeadershipEffects Propose(TimeSpan now, JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (Standing(now).Role != Role.Leader || Proposing)
        {
            throw new InvalidOperationException("Only a leader without a record on its way may write the journal.");
        }

        _current = record with { Epoch = _epoch, Sequence = (_current?.Sequence ?? 0) + 1 };
        _proposedAt = now;
        Govern(now);
        return Take();
    }

    private void Establish(TimeSpan now)
    {
        _stage = Stage.Established;
        _establishedAt = now;
        _proposedAt = null;
        _reason = $"epoch {_epoch} is established";
        Govern(now);
    }

    private static bool InTerm(StoreClaim claim) => claim is { Locked: true, EpochWritten: true };

    /// <summary>Judges the term and moves it on. Called at every tick and after every answer.</summary>
    private void Govern(TimeSpan now)
    {
        var highest = _claims.Max(static c => c.HighestEpochSeen);
        var counted = _claims.Count(c => InTerm(c) && c.Counts(now, _timing));
        if (highest > _epoch && !Mutant.Has(Mutation.ExtendOverHigher))
        {
            Abandon(now, $"epoch {highest} was seen, ours is {_epoch}");
        }
        else if (MembersConflict(now) is { } conflict)
        {
            Abandon(now, conflict);
        }
        else if (counted < Majority && (_announced || now - _establishedAt > _timing.WaitOut + _timing.Validity))
        {
            Abandon(now, $"the lease counts at {counted} of {_claims.Count} stores, {Majority} are needed");
        }
        else
        {
            if (counted >= Majority && !_announced)
            {
                _announced = true;
                _reason = $"leads with epoch {_epoch}";
                _notices.Add(new LeadershipNotice.BecameLeader(_epoch, _current));
            }

            GovernStores(now);
            GovernJournal(now);
        }
    }

    private void GovernStores(TimeSpan now)
    {
        foreach (var claim in _claims)
        {
            if (_stage == Stage.Established && claim.Working is null)
            {
                if (!InTerm(claim))
                {
                    Extend(now, claim);
                }
                else if (_current is not null && claim.JournalKnown && claim.SyncedSequence < _current.Sequence)
                {
                    SendJournal(now, claim);
                }
            }
        }
    }

    private void GovernJournal(TimeSpan now)
    {
        if (_stage != Stage.Established || _proposedAt is not { } since || _current is not { } record)
        {
            return;
        }

        var written = _claims.Count(c => InTerm(c) && c.SyncedSequence == record.Sequence);
        if (written >= (Mutant.Has(Mutation.JournalAtMinority) ? 1 : Majority))
        {
            _proposedAt = null;
            _notices.Add(new LeadershipNotice.JournalCommitted(record));
        }
        else if (now - since > _timing.RequestTimeout * 1.5)
        {
            Abandon(now, $"journal record {record.Sequence} reached {written} stores, {Majority} are needed");
        }
    }

    /// <summary>Takes a store into the set: lock, then our epoch over a lower one, then the current record.</summary>
    private void Extend(TimeSpan now, StoreClaim claim)
    {
        if (now < claim.NextExtension || !claim.AnsweredLately(now, _timing) || claim.Last?.EpochNumber is not { } theirs)
        {
            return;
        }

        if (claim.Last.Journal is { } journal && JournalCodec.Read(journal.Value) is { Record: null, Problem: var problem })
        {
            // A record that nobody can read is never overwritten, so the store stays out until a person has looked.
            claim.NextExtension = now + _timing.WaitOut;
            _notices.Add(new LeadershipNotice.Alarm($"{claim.Store}: the journal record cannot be read ({problem}); the store stays out until a person has looked at it"));
        }
        else if (claim.LostData(_epoch) && !claim.EmptyBeforeElection)
        {
            // The loss came after our election: only a leader elected after it may fill the store again.
            claim.NextExtension = now + _timing.WaitOut;
            if (_announced && !Proposing)
            {
                Reestablish(now, $"{claim.Store} has lost its data");
            }
        }
        else if (claim.Locked)
        {
            ExtendEpoch(now, claim, theirs);
        }
        else if (claim.Holder is null || (claim.Holder == claim.Session && theirs <= _epoch))
        {
            AskForLock(now, claim);
        }
        else if (claim.HolderIsDead(now, _timing.WaitOut))
        {
            SendWork(now, claim, id => new StoreRequest.DestroySession(claim.Store, id, _timing.RequestTimeout, claim.Holder!));
        }
        else
        {
            claim.NextExtension = now + _timing.RetryInterval;
        }
    }

    private void ExtendEpoch(TimeSpan now, StoreClaim claim, long theirs)
    {
        if (theirs < _epoch || Mutant.Has(Mutation.ExtendOverHigher))
        {
            SendEpoch(now, claim);
        }
        else if (claim.EpochAttempted == _epoch)
        {
            // Our own write, whose answer was lost.
            claim.TakeEpoch(claim.Last!.Epoch!.ModifyIndex);
            (claim.JournalKnown, claim.JournalIndex) = (true, claim.Last.Journal?.ModifyIndex ?? 0);
        }
        else
        {
            claim.NextExtension = now + _timing.WaitOut;
        }
    }

    private void HandleTermWork(TimeSpan now, StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        switch (pending.Request, answer.Kind)
        {
            case (StoreRequest.CreateSession, StoreAnswerKind.Ok):
                AskForLock(now, claim);
                return;
            case (StoreRequest.Acquire acquire, StoreAnswerKind.Ok) when acquire.Session == claim.Session:
                claim.TakeLock(now);
                break;
            case (StoreRequest.Acquire, StoreAnswerKind.Refused):
                // Either somebody was faster or our session is gone; a new session settles the latter. Who holds the lock is
                // read as work, for the same reason as below.
                if (claim.Session is { } refused)
                {
                    claim.Session = null;
                    SendDestroy(now, claim.Store, refused);
                }

                claim.NextExtension = now + _timing.RetryInterval;
                SendRead(now, claim);
                return;
            case (StoreRequest.WriteEpoch, StoreAnswerKind.Ok) when claim.Locked:
                claim.TakeEpoch(answer.Index);
                (claim.JournalKnown, claim.JournalIndex) = (true, claim.Last?.Journal?.ModifyIndex ?? 0);
                break;
            case (StoreRequest.WriteJournal, StoreAnswerKind.Ok) when claim.Locked:
                (claim.SyncedSequence, claim.JournalIndex) = (pending.Sequence, answer.Index);
                break;
            case (StoreRequest.WriteJournal, _):
                // Refused or unknown: the next read tells what stands there.
                claim.JournalKnown = false;
                claim.NextRead = now;
                break;
            case (StoreRequest.DestroySession, StoreAnswerKind.Ok):
                // Read as work: a routine read would overlap the next attempt, show nothing, and the dead holder would be
                // broken again and again.
                SendRead(now, claim);
                return;
            case (StoreRequest.ReadState, StoreAnswerKind.Ok):
                break;
            default:
                claim.NextExtension = now + _timing.RetryInterval;
                break;
        }

        Govern(now);
    }

    /// <summary>Runs the election's rounds again with the locks that are held, for a higher epoch.</summary>
    private void Reestablish(TimeSpan now, string reason)
    {
        _notices.Add(new LeadershipNotice.TermEnded(_epoch, reason));
        _announced = false;
        _electionStarted = now;
        _reason = reason;
        foreach (var claim in _claims)
        {
            claim.DropEpoch();
            claim.Working = null;
        }

        Enter(now, Stage.ReadingEpoch, _claims.Where(static c => c.Locked), SendRead);
    }

    /// <summary>Ends candidacy or term: stops counting first, then leaves the marker and gives the locks back.</summary>
    private void Abandon(TimeSpan now, string reason)
    {
        if (_stage == Stage.Idle)
        {
            return;
        }

        // The marker overwrites the heartbeat of whoever held the lock before us, so it may stand only where that one has
        // been waited out; elsewhere the lock is given back without it.
        var held = _claims.Where(static c => c.Session is not null)
            .Select(c => (c.Store, Session: c.Session!, Marks: c.Locked && c.WaitedOut(now, _timing.WaitOut))).ToList();
        foreach (var claim in _claims)
        {
            claim.DropLock();
            claim.Session = null;
            claim.Working = claim.Heartbeating = claim.Renewing = null;
        }

        foreach (var (store, session, marks) in held)
        {
            if (marks)
            {
                var marker = new HeartbeatValue(_self.Agent, _term, ++_counter, Released: true);
                Send(now, id => new StoreRequest.Release(store, id, _timing.RequestTimeout, session, marker.ToText()));
            }
            else
            {
                SendDestroy(now, store, session);
            }
        }

        _notices.Add(new LeadershipNotice.TermEnded(_stage == Stage.Established ? _epoch : 0, reason));
        _stage = Stage.Idle;
        _proposedAt = null;
        _announced = false;
        _reason = reason;
        _campaignNotBefore = now + (_timing.RetryInterval * (0.5 + _random.NextDouble()));
    }
}
