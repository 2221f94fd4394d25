using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Core.Leadership;

/// <content>What answers to routine requests change: what is known of a store, and whether it still counts.</content>
public sealed partial class LeadershipMachine
{
    private void Handle(TimeSpan now, Pending pending, StoreAnswer answer)
    {
        var claim = _byStore[pending.Request.Store];
        var id = answer.Correlation;
        // A routine read that overlaps a change of ours may show the state before it: it proves life and no more.
        var overlaps = claim.Reading == id && (claim.Working is not null || pending.SentAt <= claim.WorkChangedAt);
        if (answer is { Kind: StoreAnswerKind.Ok, State: { } state } && (claim.Reading == id || claim.Working == id))
        {
            claim.Observe(now, overlaps ? null : state, Own);
        }

        if (claim.Reading == id)
        {
            claim.Reading = null;
            HandleRead(now, claim, overlaps ? null : answer.State);
        }
        else if (claim.Heartbeating == id)
        {
            claim.Heartbeating = null;
            HandleHeartbeat(now, claim, pending, answer);
        }
        else if (claim.Renewing == id)
        {
            claim.Renewing = null;
            HandleRenew(now, claim, pending, answer);
        }
        else if (claim.Working == id)
        {
            claim.Working = null;
            claim.WorkChangedAt = now;
            HandleWork(now, claim, pending, answer);
        }
        else
        {
            CleanUp(now, pending, answer);
        }
    }

    private void HandleRead(TimeSpan now, StoreClaim claim, ControlState? state)
    {
        if (state is null)
        {
            return;
        }

        if (claim.Locked && state.Leader?.Session != claim.Session)
        {
            claim.DropLock();
            _reason = $"{claim.Store}: the lock is gone";
        }
        else if (claim.Locked && claim.EpochWritten)
        {
            if (SequenceOf(state.Journal) is { } sequence)
            {
                (claim.JournalIndex, claim.SyncedSequence, claim.JournalKnown) = (state.Journal?.ModifyIndex ?? 0, sequence, true);
            }
            else
            {
                // Somebody wrote what nobody can read. It is not ours to overwrite: the store leaves the set, as one that never was in it.
                claim.DropEpoch();
            }
        }

        if (_stage == Stage.Established)
        {
            Govern(now);
        }
    }

    private void HandleHeartbeat(TimeSpan now, StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        if (((StoreRequest.WriteHeartbeat)pending.Request).Session != claim.Session)
        {
            return;
        }

        if (answer.Kind == StoreAnswerKind.Ok)
        {
            claim.Prove(Mutant.Has(Mutation.LeaseFromAnswer) ? now : pending.SentAt);
        }
        else if (answer.Kind == StoreAnswerKind.Refused)
        {
            claim.DropLock();
            _reason = $"{claim.Store}: the heartbeat was refused, the lock is gone";
        }

        if (_stage == Stage.Established)
        {
            Govern(now);
        }
    }

    private static void HandleRenew(TimeSpan now, StoreClaim claim, Pending pending, StoreAnswer answer)
    {
        if (answer.Kind == StoreAnswerKind.Refused && ((StoreRequest.RenewSession)pending.Request).Session == claim.Session)
        {
            claim.DropLock();
            claim.Session = null;
            claim.NextExtension = now;
        }
    }

    /// <summary>Requests of a past candidacy: what they left behind is removed.</summary>
    private void CleanUp(TimeSpan now, Pending pending, StoreAnswer answer)
    {
        switch (pending.Request)
        {
            case StoreRequest.CreateSession when answer is { Kind: StoreAnswerKind.Ok, Session: { } leaked }:
                SendDestroy(now, pending.Request.Store, leaked);
                break;
            case StoreRequest.Release release:
                SendDestroy(now, release.Store, release.Session);
                break;
        }
    }
}
