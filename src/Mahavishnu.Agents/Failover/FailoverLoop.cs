using System.Threading.Channels;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Replication;
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
    private readonly DataPlane _data;
    private readonly AgentClock _clock;
    private readonly FailoverRecords _records;
    private readonly ILogger<FailoverLoop> _logger;
    private readonly RecordedMachine _machine;
    private readonly SagaHistory _history;
    private readonly Channel<Asked> _asked = Channel.CreateUnbounded<Asked>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<RegionId, string> _told = [];
    private Task _archiving = Task.CompletedTask;
    private readonly HashSet<RegionId> _advised = [];
    private string? _troubleTold;
    private string? _dataTold;
    private string? _alarmTold;
    private FailoverState _state;

    /// <summary>Prepares the loop.</summary>
    public FailoverLoop(
        FailoverSettings settings,
        LeadershipLoop leadership,
        VoteLoop votes,
        TrafficDriver traffic,
        DataPlane data,
        AgentClock clock,
        FailoverRecords records,
        ILogger<FailoverLoop> logger)
    {
        (_settings, _leadership, _votes, _traffic, _data, _clock, _records, _logger) = (settings, leadership, votes, traffic, data, clock, records, logger);
        _machine = new RecordedMachine(new FailoverMachine(settings), clock, records.Flight);
        _history = new SagaHistory(clock);
        _state = StateOf(_machine.Turn(FailoverFacts.None));
    }

    /// <summary>What the loop holds now.</summary>
    public FailoverState State => Volatile.Read(ref _state);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var recording = _records.Flight?.RunAsync() ?? Task.CompletedTask;
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
            _records.Flight?.Complete();
            await Task.WhenAll(_archiving, recording);
        }
    }

    /// <summary>One cycle. True when it did something, and the next should follow at once.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        TakeNotices(cancellationToken);
        var term = _leadership.Term;
        _asked.Reader.TryPeek(out var asked);
        var turn = _machine.Turn(Facts(term, asked));
        var state = StateOf(turn);
        Volatile.Write(ref _state, state);
        Publish(state);
        if (turn.Epoch == 0)
        {
            if (term is null)
            {
                Refuse();
            }

            return false;
        }

        if (turn.Record is null or { Ended: true })
        {
            TellVerdicts(turn.Verdicts);
        }

        TellTrouble(turn.Trouble);
        var acted = await ActAsync(term!, turn.Action, cancellationToken);
        Answer(turn, acted);
        return acted;
    }

    private void TakeNotices(CancellationToken cancellationToken)
    {
        while (_leadership.Notices.TryRead(out var notice))
        {
            _machine.Take(notice);
            switch (notice)
            {
                case LeadershipNotice.BecameLeader leader:
                    Begin(leader);
                    break;
                case LeadershipNotice.JournalCommitted committed:
                    Commit(committed.Record, cancellationToken);
                    break;
                case LeadershipNotice.TermEnded:
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
        if (leader.Recovered is { Ended: false } unfinished)
        {
            _history.Observe(unfinished);
        }

        _records.Audit.Write("agent", "leadership.begin", _settings.Region.Value, "leader", new { epoch = leader.Epoch, plan = leader.Recovered?.PlanId, leader.Recovered?.Step, leader.Recovered?.Phase });
        _traffic.UncheckedNotBefore = _machine.UncheckedNotBefore;
    }

    private void Commit(JournalRecord record, CancellationToken cancellationToken)
    {
        if (_history.Observe(record) is { } finished)
        {
            _records.Metrics.StepFinished(finished.Step, finished.Duration);
        }

        LogRecord(record.PlanId, record.Step, record.Phase, record.Source, record.Target, record.Epoch, record.Sequence);
        _records.Audit.Write("agent", "journal.write", record.PlanId, record.Phase.ToString(), new { record.Step, record.Source, record.Target, record.Epoch, record.Sequence, record.Risk, atRisk = record.AtRisk.Select(static r => new { store = r.Store, seconds = r.AtMost?.TotalSeconds }), record.Reason, record.RequestedBy });
        if (record.Ended)
        {
            _records.Metrics.SagaEnded(record);
            _archiving = Task.WhenAll(_archiving, _records.Archive.KeepAsync(record, cancellationToken));
        }
    }

    private FailoverFacts Facts(LeadershipTerm? term, Asked? asked) => new()
    {
        Epoch = term?.Epoch ?? 0,
        Votes = _votes.Fresh(),
        Maintenance = FailoverFacts.MaintenanceIn(_leadership.Seen),
        Shown = term is null ? FailoverFacts.NewestIn(_leadership.Seen) : null,
        OthersPresent = _votes.Latest().Any(v => v.Vote.Region != _settings.Region && v.Age < _settings.Timing.WaitOut),
        Lag = _data.Lag(),
        Writers = _data.Writers(),
        AnyTarget = _traffic.Any,
        Asked = asked?.Request,
    };

    private FailoverState StateOf(FailoverTurn turn) => new(
        turn.Epoch,
        turn.Input,
        turn.Verdicts,
        turn.Record,
        turn.Record is null ? [] : _history.Steps(turn.Record),
        turn.Epoch > 0 ? turn.Doing : $"{turn.Doing} ({_leadership.Standing.Reason})",
        turn.Trouble,
        turn.Failback);

    private async Task<bool> ActAsync(LeadershipTerm term, FailoverAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case FailoverAction.Propose propose:
                return await _leadership.WriteJournalAsync(propose.Record, term.Epoch, cancellationToken);
            case FailoverAction.Run run:
                await RunEffectAsync(term, run, cancellationToken);
                return true;
            case FailoverAction.HandOver away:
                _leadership.Resign(away.Reason, away.BarFor);
                return false;
            default:
                return false;
        }
    }

    private async Task RunEffectAsync(LeadershipTerm term, FailoverAction.Run run, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, term.Ended);
        var (result, detail) = (EffectResult.Unknown, "the term ended");
        try
        {
            (result, detail) = run.Work == StepWork.Traffic
                ? await _traffic.ApplyAsync(run.Record.Desired, term.Epoch, run.Record.PlanId, either.Token)
                : TellData(run.Record, await _data.RunAsync(run.Record, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The term ended; its successor repeats the step.
        }

        _machine.EffectEnded(run.Record, result, detail);
    }
}
