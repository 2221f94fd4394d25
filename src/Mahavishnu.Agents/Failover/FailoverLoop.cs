using System.Threading.Channels;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Failover;

/// <summary>
/// Decides and acts while this agent leads: one cycle gathers the facts, asks the pure engine and saga what to do, does
/// that one thing, and publishes what it holds. Followers run the same cycle without acting.
/// </summary>
internal sealed partial class FailoverLoop : BackgroundService
{
    private readonly FailoverSettings _settings;
    private readonly LeadershipLoop _leadership;
    private readonly VoteLoop _votes;
    private readonly TrafficDriver _traffic;
    private readonly AgentClock _clock;
    private readonly FailoverRecords _records;
    private readonly ILogger<FailoverLoop> _logger;
    private readonly SagaMachine _saga;
    private readonly SagaHistory _history;
    private readonly FailbackWatch _failback;
    private readonly DecisionFacts _facts;
    private readonly Channel<Asked> _asked = Channel.CreateUnbounded<Asked>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<RegionId, string> _told = [];
    private Task _archiving = Task.CompletedTask;
    private long _epoch;
    private TimeSpan? _handedOverAt;
    private readonly HashSet<RegionId> _advised = [];
    private string? _troubleTold;
    private string? _alarmTold;
    private string _doing = "no plan is under way";
    private FailoverState _state;

    /// <summary>Prepares the loop.</summary>
    public FailoverLoop(
        FailoverSettings settings,
        LeadershipLoop leadership,
        VoteLoop votes,
        TrafficDriver traffic,
        AgentClock clock,
        FailoverRecords records,
        ILogger<FailoverLoop> logger)
    {
        (_settings, _leadership, _votes, _traffic, _clock, _records, _logger) = (settings, leadership, votes, traffic, clock, records, logger);
        _saga = new SagaMachine(settings.Saga);
        _history = new SagaHistory(clock);
        _failback = new FailbackWatch(settings.FailbackWindow, settings.Saga.FailbackScore);
        _facts = new DecisionFacts(settings);
        _state = Observe(null);
    }

    /// <summary>What the loop holds now.</summary>
    public FailoverState State => Volatile.Read(ref _state);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var acted = await RunOnceAsync(stoppingToken);
                if (!acted)
                {
                    await Task.Delay(_settings.Interval, _clock.Time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The journal holds how far the saga has come; another leader goes on.
        }
        finally
        {
            _asked.Writer.TryComplete();
            Refuse();
            await _archiving;
        }
    }

    /// <summary>One cycle. True when it did something, and the next should follow at once.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        TakeNotices(cancellationToken);

        // A term may begin or end at any moment, also since the notices were read. This cycle acts in the one whose record
        // it has taken over, or not at all.
        var term = _leadership.Term is { } present && present.Epoch == _epoch ? present : null;
        var state = Observe(term);
        Volatile.Write(ref _state, state);
        Publish(state);
        if (term is not null)
        {
            return _saga.Active ? await ContinueAsync(term, state, cancellationToken) || await AnswerAsync(term, state, cancellationToken)
                : await AnswerAsync(term, state, cancellationToken) || await BeginAsync(term, state, cancellationToken);
        }

        if (_leadership.Term is null)
        {
            Refuse();
        }

        return false;
    }

    private void TakeNotices(CancellationToken cancellationToken)
    {
        while (_leadership.Notices.TryRead(out var notice))
        {
            switch (notice)
            {
                case LeadershipNotice.BecameLeader leader:
                    Begin(leader);
                    break;
                case LeadershipNotice.JournalCommitted committed:
                    Commit(committed.Record, cancellationToken);
                    break;
                case LeadershipNotice.TermEnded:
                    _epoch = 0;
                    _saga.Begin(_clock.Now, null);
                    _history.Leave();
                    break;
                case LeadershipNotice.Alarm alarm:
                    TellAlarm(alarm.Reason);
                    break;
            }
        }
    }

    private void Begin(LeadershipNotice.BecameLeader leader)
    {
        _alarmTold = null;
        var now = _clock.Now;
        (_epoch, _doing) = (leader.Epoch, "no plan is under way");
        _saga.Begin(now, leader.Recovered);
        if (leader.Recovered is { Ended: false } unfinished)
        {
            _history.Observe(unfinished);
        }

        _facts.Recovered(now, leader.Recovered);
        _records.Audit.Write("agent", "leadership.begin", _settings.Region.Value, "leader", new { epoch = leader.Epoch, plan = leader.Recovered?.PlanId, leader.Recovered?.Step, leader.Recovered?.Phase });

        // An effect that the last leader had intended may still be on its way to a target that cannot tell epochs apart.
        _traffic.UncheckedNotBefore = leader.Recovered is { Ended: false } ? now + _settings.Timing.EffectDeadline + _settings.Timing.EffectMargin : now;
    }

    private void Commit(JournalRecord record, CancellationToken cancellationToken)
    {
        _saga.Committed(_clock.Now, record);
        _facts.Committed(_clock.Now, record);
        if (_history.Observe(record) is { } finished)
        {
            _records.Metrics.StepFinished(finished.Step, finished.Duration);
        }

        LogRecord(record.PlanId, record.Step, record.Phase, record.Source, record.Target, record.Epoch, record.Sequence);
        _records.Audit.Write("agent", "journal.write", record.PlanId, record.Phase.ToString(), new { record.Step, record.Source, record.Target, record.Epoch, record.Sequence, record.Reason, record.RequestedBy });
        if (record.Ended)
        {
            _records.Metrics.SagaEnded(record);
            _archiving = Task.WhenAll(_archiving, _records.Archive.KeepAsync(record, cancellationToken));
        }
    }

    private FailoverState Observe(LeadershipTerm? term)
    {
        var now = _clock.Now;
        var record = term is not null ? _saga.Record : DecisionFacts.NewestRecord(_leadership.Seen);
        var input = _facts.Gather(now, record, _votes.Agreed(), _leadership.Seen);
        _failback.Observe(now, input);
        return new FailoverState(
            term?.Epoch ?? 0,
            input,
            DecisionEngine.Decide(input),
            record,
            record is null ? [] : _history.Steps(record),
            term is not null ? _doing : $"follows ({_leadership.Standing.Reason})",
            _saga.Trouble,
            FailbackWatch.AwayRegions(input).ToDictionary(static r => r, r => _failback.Readiness(now, input, r)));
    }

    private async Task<bool> ContinueAsync(LeadershipTerm term, FailoverState state, CancellationToken cancellationToken)
    {
        var record = _saga.Record!;
        if (state.Input.Maintenance is { } paused && record.RequestedBy == SagaMachine.Automatic)
        {
            Say($"{record.PlanId} waits: automation is paused ({paused})");
            return false;
        }

        var action = _saga.Next(_clock.Now, state.Input);
        Say($"{record.PlanId}: {(action is SagaAction.Wait wait ? wait.Reason : record.Step.ToString())}");
        TellTrouble();
        switch (action)
        {
            case SagaAction.Propose propose:
                return await _leadership.WriteJournalAsync(propose.Record, term.Epoch, cancellationToken);
            case SagaAction.Run run:
                await RunEffectAsync(term, run, cancellationToken);
                return true;
            default:
                return false;
        }
    }

    private async Task RunEffectAsync(LeadershipTerm term, SagaAction.Run run, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, term.Ended);
        var (result, detail) = (EffectResult.Unknown, "the term ended");
        try
        {
            (result, detail) = run.Work == StepWork.Traffic
                ? await _traffic.ApplyAsync(run.Record.Desired, term.Epoch, run.Record.PlanId, either.Token)
                : (EffectResult.Refused, $"nothing is configured for {run.Record.Step}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The term ended; its successor repeats the step.
        }

        _saga.EffectEnded(_clock.Now, run.Record, result, detail);
    }

    private async Task<bool> BeginAsync(LeadershipTerm term, FailoverState state, CancellationToken cancellationToken)
    {
        Say(_traffic.Any ? "no plan is under way" : "no traffic target is configured: it watches, and moves nobody");
        var verdict = state.Verdicts[0];
        TellVerdicts(state.Verdicts);
        if (!_traffic.Any)
        {
            return false;
        }

        if (verdict.Kind is DecisionKind.ImmediateFailover or DecisionKind.GracefulFailover)
        {
            return !HandsOver(verdict) &&
                await _leadership.WriteJournalAsync(SagaPlanner.Failover(PlanId(SagaKind.Failover), verdict, state.Input.Routing, _settings.Saga, SagaMachine.Automatic), term.Epoch, cancellationToken);
        }

        var ready = state.Failback.Where(static f => f.Value.Ready).Select(static f => f.Key).Order().ToList();
        return _settings.AutoFailback && state.Input.Maintenance is null && ready.Count > 0 &&
            await _leadership.WriteJournalAsync(SagaPlanner.Failback(PlanId(SagaKind.Failback), ready[0], state.Input.Routing, _settings.Saga, SagaMachine.Automatic), term.Epoch, cancellationToken);
    }

    /// <summary>A leader inside the region that is to be failed over first gives leadership away, once, if others can take it.</summary>
    private bool HandsOver(FailoverVerdict verdict)
    {
        var now = _clock.Now;
        var again = _handedOverAt is { } at && now - at < _settings.Timing.WaitOut * 10;
        if (verdict.Source != _settings.Region || again || OthersAbsent())
        {
            return false;
        }

        _handedOverAt = now;
        _leadership.Resign($"{verdict.Source} is to be failed over and this agent is inside it", _settings.Timing.WaitOut * 3);
        return true;

        bool OthersAbsent() => _votes.Latest().All(v => v.Vote.Region == _settings.Region || !(v.Age < _settings.Timing.WaitOut));
    }

    private string PlanId(SagaKind kind) =>
        FormattableString.Invariant($"{(kind == SagaKind.Failover ? "fo" : "fb")}-{_epoch}-{(_saga.Record?.Sequence ?? 0) + 1}");
}
