using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <content>The election: pre-vote, locks in one global order, epoch at a majority, record written back.</content>
public sealed partial class LeadershipMachine
{
    private readonly HashSet<RegionId> _awaiting = [];
    private readonly HashSet<RegionId> _agreed = [];
    private readonly HashSet<RegionId> _retried = [];
    private TimeSpan _electionStarted;
    private int _next;
    private long _epoch;
    private JournalRecord? _current;

    private void ConsiderCampaign(TimeSpan now, CampaignGate gate)
    {
        if (!gate.Allowed)
        {
            _reason = $"does not campaign: {gate.Reason}";
            return;
        }

        if (MembersConflict(now) is { } conflict)
        {
            _reason = conflict;
            return;
        }

        var answering = _claims.Count(c => c.AnsweredLately(now, _timing));
        if (answering < Majority)
        {
            _reason = $"{answering} of {_claims.Count} stores answer, {Majority} are needed";
        }
        else if (_claims.Count(c => c.Quiet(now, _timing)) < Majority)
        {
            _reason = "another agent's heartbeat is alive, or was within the wait-out";
        }
        else if (now >= _campaignNotBefore)
        {
            StartCampaign(now);
        }
    }

    private string? MembersConflict(TimeSpan now) =>
        _claims.Where(c => c.AnsweredLately(now, _timing) && c.Last?.Members is not null)
            .Where(c => MembersRecord.Parse(c.Last!.Members!.Value) is not { } stored || !_members.Accepts(stored))
            .Select(c => $"{c.Store} was led with another list of stores ({c.Last!.Members!.Value}); this agent has version {_members.Version}: {string.Join(", ", _members.Stores)}")
            .FirstOrDefault();

    private void StartCampaign(TimeSpan now)
    {
        _term = _self.Process + _random.NextInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        _stage = Stage.Acquiring;
        _electionStarted = now;
        _announced = false;
        _next = 0;
        _retried.Clear();
        _reason = "asks the stores for their locks";
        AcquireNext(now);
    }

    /// <summary>Asks the stores one after another in their global order; one that does not answer is skipped.</summary>
    private void AcquireNext(TimeSpan now)
    {
        while (_next < _claims.Count && !_claims[_next].AnsweredLately(now, _timing))
        {
            _next++;
        }

        if (_next < _claims.Count)
        {
            AskForLock(now, _claims[_next]);
        }
        else if (_claims.Count(static c => c.Locked) >= Majority)
        {
            Enter(now, Stage.ReadingEpoch, _claims.Where(static c => c.Locked), SendRead);
        }
        else
        {
            Abandon(now, $"got {_claims.Count(static c => c.Locked)} locks of the {Majority} that are needed");
        }
    }

    private void AskForLock(TimeSpan now, StoreClaim claim)
    {
        if (claim.Session is { } session)
        {
            var leader = new LeaderValue(_self.Agent, _self.Region.Value, _term);
            SendWork(now, claim, id => new StoreRequest.Acquire(claim.Store, id, _timing.RequestTimeout, session, leader.ToText()));
        }
        else
        {
            SendWork(now, claim, id => new StoreRequest.CreateSession(claim.Store, id, _timing.RequestTimeout, _timing.SessionTtl));
        }
    }

    private void HandleWork(TimeSpan now, StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        if (pending.Request is StoreRequest.CreateSession && answer is { Kind: StoreAnswerKind.Ok, Session: { } session })
        {
            claim.Session = session;
            claim.NextRenew = now + (_timing.SessionTtl / 3);
        }

        switch (_stage)
        {
            case Stage.Acquiring:
                HandleAcquiring(now, claim, pending, answer);
                break;
            case Stage.Established:
                HandleTermWork(now, claim, pending, answer);
                break;
            default:
                HandleRound(now, claim, pending, answer);
                break;
        }
    }

    private void HandleAcquiring(TimeSpan now, StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        switch (pending.Request, answer.Kind)
        {
            case (StoreRequest.CreateSession, StoreAnswerKind.Ok):
            case (StoreRequest.DestroySession, _):
                AskForLock(now, claim);
                break;
            case (StoreRequest.Acquire acquire, StoreAnswerKind.Ok) when acquire.Session == claim.Session:
                claim.TakeLock(now);
                _next++;
                AcquireNext(now);
                break;
            case (StoreRequest.Acquire, StoreAnswerKind.Refused):
                SendRead(now, claim);
                break;
            case (StoreRequest.ReadState, StoreAnswerKind.Ok):
                HandleRefusedLock(now, claim);
                break;
            default:
                _next++;
                AcquireNext(now);
                break;
        }
    }

    /// <summary>A lock was refused and the store read again: a dead holder's lock is broken, any other refusal ends the candidacy.</summary>
    private void HandleRefusedLock(TimeSpan now, StoreClaim claim)
    {
        if (claim.Holder is not null && claim.Holder == claim.Session)
        {
            claim.TakeLock(now);
            _next++;
            AcquireNext(now);
        }
        else if (!_retried.Add(claim.Store))
        {
            Abandon(now, $"{claim.Store} refuses its lock");
        }
        else if (claim.Holder is null)
        {
            // Free and yet refused: our session is gone.
            claim.Session = null;
            AskForLock(now, claim);
        }
        else if (claim.HolderIsDead(now, _timing.WaitOut))
        {
            SendWork(now, claim, id => new StoreRequest.DestroySession(claim.Store, id, _timing.RequestTimeout, claim.Holder));
        }
        else
        {
            Abandon(now, $"{claim.Store} is held by another candidate");
        }
    }

    /// <summary>Starts a round: the same request to a set of stores; the next round begins when all have answered or failed.</summary>
    private void Enter(TimeSpan now, Stage stage, IEnumerable<StoreClaim> stores, Action<TimeSpan, StoreClaim> send)
    {
        _stage = stage;
        _awaiting.Clear();
        _agreed.Clear();
        var asked = stores.ToList();
        _awaiting.UnionWith(asked.Select(static c => c.Store));
        foreach (var claim in asked)
        {
            send(now, claim);
        }
    }

    private void HandleRound(TimeSpan now, StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        if (!_awaiting.Remove(claim.Store))
        {
            return;
        }

        if (answer.Kind == StoreAnswerKind.Ok && claim.Locked && Agrees(claim, pending, answer))
        {
            _agreed.Add(claim.Store);
        }

        if (_awaiting.Count == 0)
        {
            FinishRound(now, [.. _claims.Where(c => _agreed.Contains(c.Store))]);
        }
    }

    private bool Agrees(StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        switch (_stage)
        {
            case Stage.ReadingEpoch:
                return claim.Last is { EpochNumber: not null } read && read.Leader?.Session == claim.Session;
            case Stage.WritingEpoch:
                claim.TakeEpoch(answer.Index);
                return true;
            case Stage.ReadingJournal:
                claim.JournalIndex = claim.Last?.Journal?.ModifyIndex ?? 0;
                return claim.Last!.Leader?.Session == claim.Session && claim.Last.EpochNumber == _epoch;
            default:
                (claim.JournalIndex, claim.SyncedSequence, claim.JournalKnown) = (answer.Index, pending.Sequence, true);
                return true;
        }
    }

    private void FinishRound(TimeSpan now, List<StoreClaim> agreed)
    {
        if (_stage == Stage.ReadingEpoch)
        {
            LeaveOutLosses(agreed);
        }

        if (agreed.Count < Majority)
        {
            Abandon(now, $"{agreed.Count} of {_claims.Count} stores with their data agreed while {Describe(_stage)}, {Majority} are needed");
            return;
        }

        switch (_stage)
        {
            case Stage.ReadingEpoch:
                _epoch = _claims.Max(static c => c.HighestEpochSeen) + 1;
                Enter(now, Stage.WritingEpoch, agreed, SendEpoch);
                break;
            case Stage.WritingEpoch:
                Enter(now, Stage.ReadingJournal, agreed, SendRead);
                break;
            case Stage.ReadingJournal:
                Recover(now, agreed);
                break;
            default:
                Establish(now);
                break;
        }
    }

    /// <summary>
    /// Stores that have lost their data take no part in the election: an epoch written there before the record has come
    /// back would hide the loss. The established term fills them again; what is lost later it may not.
    /// </summary>
    private void LeaveOutLosses(List<StoreClaim> agreed)
    {
        var highest = _claims.Max(static c => c.HighestEpochSeen);
        var lost = _claims.Where(c => c.LostData(highest)).ToList();

        // A first election that was broken off leaves an epoch at a few stores and nothing else. It looks like the loss
        // of a majority, but every store shows that there never was a record.
        var brokenOff = agreed.Count == _claims.Count && lost.Count > _claims.Count - Majority && _claims.All(static c => c.Last?.Journal is null);
        agreed.RemoveAll(c => !brokenOff && lost.Contains(c));
        _claims.ForEach(c => c.EmptyBeforeElection = c.LostData(highest + 1));
    }

    private void Recover(TimeSpan now, List<StoreClaim> agreed)
    {
        JournalRecord? newest = null;
        foreach (var claim in agreed.Where(static c => c.Last?.Journal is not null))
        {
            var (record, problem) = JournalCodec.Read(claim.Last!.Journal!.Value);
            if (record is null)
            {
                _notices.Add(new LeadershipNotice.Alarm($"{claim.Store}: the journal record cannot be read ({problem}); automation stops until a person has looked at it"));
                Abandon(now, $"{claim.Store}: the journal record cannot be read: {problem}");
                _campaignNotBefore = now + _timing.WaitOut;
                return;
            }

            newest = record.IsNewerThan(newest) ? record : newest;
        }

        _current = newest is null ? null : newest with { Epoch = _epoch, Sequence = newest.Sequence + 1 };
        agreed.ForEach(static c => c.JournalKnown = true);
        if (_current is null)
        {
            Establish(now);
        }
        else
        {
            Enter(now, Stage.WritingBack, agreed, SendJournal);
        }
    }

    private void SendRead(TimeSpan now, StoreClaim claim) =>
        SendWork(now, claim, id => new StoreRequest.ReadState(claim.Store, id, _timing.RequestTimeout));

    private void SendEpoch(TimeSpan now, StoreClaim claim)
    {
        claim.EpochAttempted = _epoch;
        var index = claim.Last?.Epoch?.ModifyIndex ?? 0;
        SendWork(now, claim, id => new StoreRequest.WriteEpoch(claim.Store, id, _timing.RequestTimeout, claim.Session!, _epoch, index, _members.ToText()));
    }

    private void SendJournal(TimeSpan now, StoreClaim claim)
    {
        var record = _current!;
        SendWork(
            now,
            claim,
            id => new StoreRequest.WriteJournal(claim.Store, id, _timing.RequestTimeout, claim.Session!, claim.EpochIndex, claim.JournalIndex, JournalCodec.Write(record)),
            record.Sequence);
    }

    private static string Describe(Stage stage) => stage switch
    {
        Stage.ReadingEpoch => "reading the epoch",
        Stage.WritingEpoch => "writing the epoch",
        Stage.ReadingJournal => "reading the journal",
        _ => "writing the journal back",
    };
}
