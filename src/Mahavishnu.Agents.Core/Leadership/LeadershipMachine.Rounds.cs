using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <content>The rounds of an election: epoch at a majority, record read, and written back before anything relies on it.</content>
public sealed partial class LeadershipMachine
{
    private readonly HashSet<RegionId> _awaiting = [];
    private readonly HashSet<RegionId> _agreed = [];
    private long _epoch;
    private JournalRecord? _current;

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
                _epoch = Mutant.Has(Mutation.NoNewEpoch) ? Math.Max(1, _claims.Max(static c => c.HighestEpochSeen))
                    : Mutant.Has(Mutation.EpochFromOneStore) ? agreed[0].Last!.EpochNumber!.Value + 1
                    : _claims.Max(static c => c.HighestEpochSeen) + 1;
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
        foreach (var claim in agreed.Take(Mutant.Has(Mutation.JournalFromOneStore) ? 1 : agreed.Count).Where(static c => c.Last?.Journal is not null))
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
        if (_current is null || Mutant.Has(Mutation.NoWriteBack))
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
        SendWork(now, claim, id => new StoreRequest.WriteEpoch(claim.Store, id, _timing.RequestTimeout, claim.Session!, _epoch, index, _membersText));
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
