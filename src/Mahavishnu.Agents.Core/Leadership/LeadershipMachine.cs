using System.Globalization;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>
/// The leadership protocol as a pure state machine: time and answers go in, requests and notices come out. It elects at
/// most one valid leader by a majority of independent stores, gives it a fencing epoch that only grows, and keeps the
/// journal at a majority.
/// </summary>
/// <remarks>
/// Not thread-safe: one driver feeds it, one input at a time. Every time is on the monotonic clock of this process.
/// The parts: this file holds inputs and routine requests, <c>Answers</c> what becomes of their answers, <c>Campaign</c>
/// the candidacy, <c>Rounds</c> the election, <c>Term</c> the established term.
/// </remarks>
public sealed partial class LeadershipMachine
{
    private readonly AgentIdentity _self;
    private readonly MembersRecord _members;
    private readonly string _membersText;
    private readonly LeadershipTiming _timing;
    private readonly Random _random;
    private readonly List<StoreClaim> _claims;
    private readonly Dictionary<RegionId, StoreClaim> _byStore;
    private readonly Dictionary<long, Pending> _pending = [];
    private readonly List<StoreRequest> _requests = [];
    private readonly List<LeadershipNotice> _notices = [];
    private long _correlation;
    private long _counter;
    private Stage _stage;
    private string _term = "";
    private string _reason = "started";
    private TimeSpan _campaignNotBefore;

    /// <summary>A machine at rest, a follower that has seen nothing yet.</summary>
    /// <param name="self">Who it acts for.</param>
    /// <param name="stores">The stores of the quorum; the order does not matter.</param>
    /// <param name="membersVersion">The configuration's version of that list.</param>
    /// <param name="timing">Times that keep their inequalities.</param>
    /// <param name="random">Seeded; gives terms and jitter.</param>
    /// <exception cref="ArgumentException">No store, or times that break an inequality.</exception>
    public LeadershipMachine(AgentIdentity self, IReadOnlyCollection<RegionId> stores, int membersVersion, LeadershipTiming timing, Random random)
    {
        ArgumentNullException.ThrowIfNull(timing);
        if (stores is not { Count: > 0 })
        {
            throw new ArgumentException("At least one store is needed.", nameof(stores));
        }

        if (timing.Inequalities().FirstOrDefault(static i => !i.Holds) is { } broken)
        {
            throw new ArgumentException($"The times break an inequality: {broken}.", nameof(timing));
        }

        (_self, _timing, _random) = (self, timing, random);
        _members = MembersRecord.Of(membersVersion, stores);
        _membersText = _members.ToText();
        _claims = [.. stores.Distinct().Order().Select(static s => new StoreClaim(s))];
        _byStore = _claims.ToDictionary(static c => c.Store);
    }

    private enum Stage
    {
        Idle,
        Acquiring,
        ReadingEpoch,
        WritingEpoch,
        ReadingJournal,
        WritingBack,
        Established,
    }

    private sealed record Pending(StoreRequest Request, TimeSpan SentAt, long Sequence);

    /// <summary>M: how many stores are a majority.</summary>
    public int Majority => (_claims.Count / 2) + 1;

    /// <summary>The latest read of each store, null where none was answered lately; for display and for reading <c>maintenance</c>.</summary>
    public IReadOnlyDictionary<RegionId, ControlState?> Seen(TimeSpan now) =>
        _claims.ToDictionary(static c => c.Store, c => c.AnsweredLately(now, _timing) ? c.Last : null);

    /// <summary>Where this agent stands.</summary>
    public Standing Standing(TimeSpan now)
    {
        var proofs = _claims.Where(c => InTerm(c) && c.Counts(now, _timing)).Select(static c => c.ProofSent!.Value).OrderDescending().ToList();
        if (_stage == Stage.Established && _announced && proofs.Count >= Majority)
        {
            return new Standing(Role.Leader, _epoch, proofs[Majority - 1] + _timing.Validity, proofs.Count, _reason);
        }

        return _stage switch
        {
            Stage.Idle => new Standing(Role.Follower, 0, TimeSpan.Zero, 0, _reason),
            Stage.Established => new Standing(Role.Established, _epoch, TimeSpan.Zero, proofs.Count, _reason),
            _ => new Standing(Role.Campaigning, 0, TimeSpan.Zero, proofs.Count, _reason),
        };
    }

    /// <summary>Lets time pass: sends what is due and judges the term.</summary>
    public LeadershipEffects Tick(TimeSpan now, CampaignGate gate)
    {
        Expire(now);
        foreach (var claim in _claims)
        {
            SendRoutine(now, claim);
        }

        if (_stage == Stage.Idle)
        {
            ConsiderCampaign(now, gate);
        }
        else if (_stage == Stage.Established)
        {
            Govern(now);
        }
        else if (!gate.Allowed)
        {
            Abandon(now, gate.Reason);
        }
        else if (now - _electionStarted > _timing.ElectionTimeout)
        {
            Abandon(now, $"the election took longer than {_timing.ElectionTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        }

        return Take();
    }

    /// <summary>Takes in the answer to a request. Answers that nobody waits for any more change nothing that counts.</summary>
    public LeadershipEffects Receive(TimeSpan now, StoreAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (_pending.Remove(answer.Correlation, out var pending))
        {
            Handle(now, pending, answer);
        }

        return Take();
    }

    /// <summary>Gives up leadership or candidacy in order, so that a successor needs no wait-out.</summary>
    /// <param name="now">The time.</param>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="barFor">How long this agent stays out of elections.</param>
    public LeadershipEffects Resign(TimeSpan now, string reason, TimeSpan barFor)
    {
        if (Mutant.Has(Mutation.MarkerFirst) && _stage == Stage.Established)
        {
            _claims.Where(static c => c is { Locked: true, Session: not null }).ToList().ForEach(c => Send(now, id => new StoreRequest.Release(
                c.Store, id, _timing.RequestTimeout, c.Session!, new HeartbeatValue(_self.Agent, _term, ++_counter, Released: true).ToText())));
            return Take();
        }

        Abandon(now, reason);
        _campaignNotBefore = now + barFor;
        return Take();
    }

    private void Expire(TimeSpan now)
    {
        var late = _pending.Where(p => now - p.Value.SentAt > p.Value.Request.Deadline * 1.5).ToList();
        foreach (var (correlation, pending) in late)
        {
            _pending.Remove(correlation);
            Handle(now, pending, new StoreAnswer(pending.Request.Store, correlation, StoreAnswerKind.Unknown) { Detail = "no answer in time" });
        }
    }

    private void SendRoutine(TimeSpan now, StoreClaim claim)
    {
        if (claim.Reading is null && now >= claim.NextRead)
        {
            claim.NextRead = now + _timing.PollInterval;
            claim.Reading = Send(now, id => new StoreRequest.ReadState(claim.Store, id, _timing.RequestTimeout));
        }

        if (claim is not { Locked: true, Session: { } session })
        {
            return;
        }

        if (claim.Heartbeating is null && now >= claim.NextHeartbeat)
        {
            claim.NextHeartbeat = now + _timing.HeartbeatInterval;
            var value = new HeartbeatValue(_self.Agent, _term, ++_counter);
            claim.Heartbeating = Send(now, id => new StoreRequest.WriteHeartbeat(claim.Store, id, _timing.RequestTimeout, session, value.ToText()));
        }

        if (claim.Renewing is null && now >= claim.NextRenew)
        {
            claim.NextRenew = now + (_timing.SessionTtl / 3);
            claim.Renewing = Send(now, id => new StoreRequest.RenewSession(claim.Store, id, _timing.RequestTimeout, session));
        }
    }

    private bool Own(HeartbeatValue value) => value.Agent == _self.Agent && value.Term.StartsWith(_self.Process, StringComparison.Ordinal);

    /// <summary>How far our term's journal has come there: 0 when not at all, null when nobody can read what stands there.</summary>
    private long? SequenceOf(KeyEntry? journal) =>
        journal is null ? 0 : JournalCodec.Read(journal.Value).Record is not { } record ? null : record.Epoch == _epoch ? record.Sequence : 0;

    private void SendDestroy(TimeSpan now, RegionId store, string session) =>
        Send(now, id => new StoreRequest.DestroySession(store, id, _timing.RequestTimeout, session));

    private void SendWork(TimeSpan now, StoreClaim claim, Func<long, StoreRequest> build, long sequence = 0)
    {
        claim.WorkChangedAt = now;
        claim.Working = Send(now, build, sequence);
    }

    private long Send(TimeSpan now, Func<long, StoreRequest> build, long sequence = 0)
    {
        var request = build(++_correlation);
        _pending.Add(request.Correlation, new Pending(request, now, sequence));
        _requests.Add(request);
        return request.Correlation;
    }

    private LeadershipEffects Take()
    {
        var effects = new LeadershipEffects([.. _requests], [.. _notices]);
        _requests.Clear();
        _notices.Clear();
        return effects;
    }
}
