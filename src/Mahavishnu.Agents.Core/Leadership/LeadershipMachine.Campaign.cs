using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <content>The candidacy: pre-vote, and the locks in one global order.</content>
public sealed partial class LeadershipMachine
{
    /// <summary>More than any list of ours takes; what a stranger wrote may be of any length.</summary>
    private const int LongestQuote = 500;

    private readonly HashSet<RegionId> _retried = [];
    private TimeSpan _electionStarted;
    private int _next;

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
        else if (_claims.FirstOrDefault(c => c.WouldRefuse(now, _timing)) is { } held)
        {
            // The candidacy would end there and cost a back-off; the holder dies or becomes silent for the wait-out.
            _reason = $"{held.Store} is held, and its holder was seen within the wait-out";
        }
        else if (now >= _campaignNotBefore)
        {
            StartCampaign(now);
        }
    }

    /// <summary>Why the list of stores keeps this agent from counting; null when it does not.</summary>
    private string? MembersConflict(TimeSpan now)
    {
        var (agreeing, conflict, stale) = (0, (string?)null, (string?)null);
        foreach (var claim in _claims.Where(c => c.AnsweredLately(now, _timing) && c.Last?.Members is not null))
        {
            var text = claim.Last!.Members!.Value;
            var stored = text == _membersText ? _members : MembersRecord.Parse(text);
            if (stored is not null && _members.Accepts(stored))
            {
                agreeing++;
                continue;
            }

            var problem = $"{claim.Store} was led with another list of stores ({(text.Length <= LongestQuote ? text : text[..LongestQuote] + "…")}); this agent has version {_members.Version}: {string.Join(", ", _members.Stores)}";
            (conflict, stale) = stored?.Version < _members.Version - 1 ? (conflict, stale ?? problem) : (conflict ?? problem, stale);
        }

        if (Mutant.Has(Mutation.AnyMembers))
        {
            return null;
        }

        // A store that slept through several changes is no conflict once a majority shows that they took place.
        return conflict ?? (agreeing >= Majority ? null : stale);
    }

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

    /// <summary>A lock was refused and the store read again: a dead holder's lock is broken, another candidate ends the candidacy.</summary>
    private void HandleRefusedLock(TimeSpan now, StoreClaim claim)
    {
        if (claim.Holder is not null && claim.Holder == claim.Session)
        {
            claim.TakeLock(now);
            _next++;
            AcquireNext(now);
        }
        else if (claim.Holder is not null && !claim.HolderIsDead(now, _timing.WaitOut))
        {
            Abandon(now, $"{claim.Store} is held by another candidate");
        }
        else if (!_retried.Add(claim.Store))
        {
            // Refused twice, and by nobody: in its lock delay a store is as good as one that does not answer.
            _next++;
            AcquireNext(now);
        }
        else if (claim.Holder is { } dead)
        {
            SendWork(now, claim, id => new StoreRequest.DestroySession(claim.Store, id, _timing.RequestTimeout, dead));
        }
        else
        {
            // Free and yet refused: our session is gone, or will be.
            SendDestroy(now, claim.Store, claim.Session!);
            claim.Session = null;
            AskForLock(now, claim);
        }
    }
}
