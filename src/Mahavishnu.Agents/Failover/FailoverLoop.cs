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
    private readonly AuditLog _audit;
    private readonly AgentMetrics _metrics;
    private readonly ILogger<FailoverLoop> _logger;
    private readonly SagaMachine _saga;
    private readonly SagaHistory _history;
    private readonly FailbackWatch _failback;
    private readonly DecisionFacts _facts;
    private readonly Channel<Asked> _asked = Channel.CreateUnbounded<Asked>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<RegionId, string> _told = [];
    private TimeSpan? _handedOverAt;
    private string? _troubleTold;
    private string _doing = "no plan is under way";
    private FailoverState _state;

    /// <summary>Prepares the loop.</summary>
    public FailoverLoop(
        FailoverSettings settings,
        LeadershipLoop leadership,
        VoteLoop votes,
        TrafficDriver traffic,
        AgentClock clock,
        AuditLog audit,
        AgentMetrics metrics,
        ILogger<FailoverLoop> logger)
    {
        (_settings, _leadership, _votes, _traffic, _clock, _audit, _metrics, _logger) = (settings, leadership, votes, traffic, clock, audit, metrics, logger);
        _saga = new SagaMachine(settings.Saga);
        _history = new SagaHistory(clock);
        _failback = new FailbackWatch(settings.FailbackWindow, settings.Saga.FailbackScore);
        _facts = new DecisionFacts(settings);
        _state = Observe();
    }

    private sealed record Asked(OperatorRequest Request, bool DryRun, TaskCompletionSource<OperatorAnswer> Answer);

    /// <summary>What the loop holds now.</summary>
    public FailoverState State => Volatile.Read(ref _state);

    /// <summary>Asks the leader for a failover or failback. A dry run only makes the plan.</summary>
    public async Task<OperatorAnswer> AskAsync(OperatorRequest request, bool dryRun, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<OperatorAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Writer.TryWrite(new Asked(request, dryRun, answer));
        return await answer.Task.WaitAsync(cancellationToken);
    }

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
    }

    /// <summary>One cycle. True when it did something, and the next should follow at once.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        TakeNotices();
        var state = Observe();
        Volatile.Write(ref _state, state);
        Publish(state);
        if (_leadership.Standing.Role != Role.Leader)
        {
            Refuse();
            return false;
        }

        return _saga.Active ? await ContinueAsync(state, cancellationToken) || await AnswerAsync(state, cancellationToken)
            : await AnswerAsync(state, cancellationToken) || await BeginAsync(state, cancellationToken);
    }

    private void TakeNotices()
    {
        while (_leadership.Notices.TryRead(out var notice))
        {
            switch (notice)
            {
                case LeadershipNotice.BecameLeader leader:
                    Begin(leader);
                    break;
                case LeadershipNotice.JournalCommitted committed:
                    Commit(committed.Record);
                    break;
                case LeadershipNotice.TermEnded:
                    _saga.Begin(_clock.Now, null);
                    break;
                case LeadershipNotice.Alarm alarm:
                    _metrics.Paged();
                    _audit.Write("agent", "alarm", "leadership", "raised", new { alarm.Reason });
                    break;
            }
        }
    }

    private void Begin(LeadershipNotice.BecameLeader leader)
    {
        var now = _clock.Now;
        _saga.Begin(now, leader.Recovered);
        _facts.Recovered(now, leader.Recovered);
        _audit.Write("agent", "leadership.begin", _settings.Region.Value, "leader", new { epoch = leader.Epoch, plan = leader.Recovered?.PlanId, leader.Recovered?.Step, leader.Recovered?.Phase });

        // An effect that the last leader had intended may still be on its way to a target that cannot tell epochs apart.
        _traffic.UncheckedNotBefore = leader.Recovered is { Ended: false } ? now + _settings.Timing.EffectDeadline + _settings.Timing.EffectMargin : now;
    }

    private void Commit(JournalRecord record)
    {
        _saga.Committed(_clock.Now, record);
        _facts.Committed(_clock.Now, record);
        if (_history.Observe(record) is { } finished)
        {
            _metrics.StepFinished(finished.Step, finished.Duration);
        }

        LogRecord(record.PlanId, record.Step, record.Phase, record.Source, record.Target, record.Epoch, record.Sequence);
        _audit.Write("agent", "journal.write", record.PlanId, record.Phase.ToString(), new { record.Step, record.Source, record.Target, record.Epoch, record.Sequence, record.Reason, record.RequestedBy });
        if (record.Ended)
        {
            _metrics.SagaEnded(record);
        }
    }

    private FailoverState Observe()
    {
        var now = _clock.Now;
        var leads = _leadership.Standing.Role == Role.Leader;
        var record = leads ? _saga.Record : DecisionFacts.NewestRecord(_leadership.Seen);
        var input = _facts.Gather(now, record, _votes.Agreed(), _leadership.Seen);
        _failback.Observe(now, input);
        return new FailoverState(
            input,
            DecisionEngine.Decide(input),
            record,
            record is null ? [] : _history.Steps(record),
            leads ? _doing : $"follows ({_leadership.Standing.Reason})",
            _saga.Trouble,
            FailbackWatch.AwayRegions(input).ToDictionary(static r => r, r => _failback.Readiness(now, input, r)));
    }

    private async Task<bool> ContinueAsync(FailoverState state, CancellationToken cancellationToken)
    {
        var record = _saga.Record!;
        if (state.Input.Maintenance is { } paused && record.RequestedBy == SagaMachine.Automatic)
        {
            _doing = $"{record.PlanId} waits: automation is paused ({paused})";
            return false;
        }

        var action = _saga.Next(_clock.Now, state.Input);
        _doing = $"{record.PlanId}: {(action is SagaAction.Wait wait ? wait.Reason : record.Step.ToString())}";
        TellTrouble();
        switch (action)
        {
            case SagaAction.Propose propose:
                return await _leadership.WriteJournalAsync(propose.Record, cancellationToken);
            case SagaAction.Run run:
                await RunEffectAsync(run, cancellationToken);
                return true;
            default:
                return false;
        }
    }

    private async Task RunEffectAsync(SagaAction.Run run, CancellationToken cancellationToken)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _leadership.Term);
        var (result, detail) = (EffectResult.Unknown, "the term ended");
        try
        {
            (result, detail) = run.Work == StepWork.Traffic
                ? await _traffic.ApplyAsync(run.Record.Desired, run.Record.PlanId, term.Token)
                : (EffectResult.Refused, $"nothing is configured for {run.Record.Step}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The term ended; its successor repeats the step.
        }

        _saga.EffectEnded(_clock.Now, run.Record, result, detail);
    }

    private async Task<bool> AnswerAsync(FailoverState state, CancellationToken cancellationToken)
    {
        if (!_asked.Reader.TryRead(out var asked))
        {
            return false;
        }

        if (!_traffic.Any)
        {
            asked.Answer.TrySetResult(new OperatorAnswer(null, "no_traffic_target", "No traffic target is configured, so nobody can be moved; add load_balancer or dns to the configuration."));
            return false;
        }

        var readiness = state.Failback.GetValueOrDefault(asked.Request.Region) ?? new FailbackReadiness(false, $"{asked.Request.Region} is not away.");
        var answer = OperatorRules.Judge(asked.Request, state.Input, PlanId(asked.Request.Kind), _settings.Saga, readiness);
        if (answer.Plan is { } plan && !asked.DryRun && !await _leadership.WriteJournalAsync(plan, cancellationToken))
        {
            answer = new OperatorAnswer(null, "not_leader", "The term ended while the plan was being written; it may or may not stand: see `status`, then ask again.");
        }

        asked.Answer.TrySetResult(answer);
        return answer.Plan is not null && !asked.DryRun;
    }

    private async Task<bool> BeginAsync(FailoverState state, CancellationToken cancellationToken)
    {
        _doing = "no plan is under way";
        var verdict = state.Verdicts[0];
        TellVerdicts(state.Verdicts);
        if (!_traffic.Any)
        {
            _doing = "no traffic target is configured: it watches, and moves nobody";
            return false;
        }

        if (verdict.Kind is DecisionKind.ImmediateFailover or DecisionKind.GracefulFailover)
        {
            return !HandsOver(verdict) &&
                await _leadership.WriteJournalAsync(SagaPlanner.Failover(PlanId(SagaKind.Failover), verdict, state.Input.Routing, _settings.Saga, SagaMachine.Automatic), cancellationToken);
        }

        var ready = state.Failback.Where(static f => f.Value.Ready).Select(static f => f.Key).Order().ToList();
        return _settings.AutoFailback && state.Input.Maintenance is null && ready.Count > 0 &&
            await _leadership.WriteJournalAsync(SagaPlanner.Failback(PlanId(SagaKind.Failback), ready[0], state.Input.Routing, _settings.Saga, SagaMachine.Automatic), cancellationToken);
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

    /// <summary>Between terms nobody is promised anything: who asked is told who to ask.</summary>
    private void Refuse()
    {
        while (_asked.Reader.TryRead(out var asked))
        {
            asked.Answer.TrySetResult(new OperatorAnswer(null, "not_leader", $"This agent does not lead: {_leadership.Standing.Reason}."));
        }
    }

    private string PlanId(SagaKind kind) =>
        FormattableString.Invariant($"{(kind == SagaKind.Failover ? "fo" : "fb")}-{_leadership.Standing.Epoch}-{(_saga.Record?.Sequence ?? 0) + 1}");
}
