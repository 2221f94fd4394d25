using System.Threading.Channels;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Leadership;

/// <summary>
/// Drives the leadership machine: one reader feeds it ticks, answers and proposals, and sends what it asks for. It
/// shares no queue, lock or connection with any other work of the agent.
/// </summary>
internal sealed partial class LeadershipLoop : BackgroundService
{
    /// <summary>How long a stop waits at most for locks to be given back; what is left then ends by the successors' wait-out.</summary>
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    private readonly LeadershipMachine _machine;
    private readonly LeadershipTiming _timing;
    private readonly Dictionary<RegionId, ConsulControlStore> _stores;
    private readonly AgentClock _clock;
    private readonly Func<CampaignGate> _gate;
    private readonly ILogger<LeadershipLoop> _logger;
    private readonly Channel<Input> _inputs = Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<LeadershipNotice> _notices = Channel.CreateUnbounded<LeadershipNotice>(new UnboundedChannelOptions { SingleWriter = true });
    private string? _alarmTold;
    private TaskCompletionSource<bool>? _proposal;
    private CancellationTokenSource? _termEnd;
    private LeadershipTerm? _term;
    private TimeSpan? _stoppedAt;
    private int _farewells;

    /// <summary>Prepares the loop; nothing is sent before it starts.</summary>
    /// <param name="machine">The machine, used by this loop only.</param>
    /// <param name="timing">Its times.</param>
    /// <param name="stores">Every store of the quorum.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="gate">Whether this agent may campaign; asked at every tick.</param>
    /// <param name="logger">Where changes are told.</param>
    public LeadershipLoop(LeadershipMachine machine, LeadershipTiming timing, IEnumerable<ConsulControlStore> stores, AgentClock clock, Func<CampaignGate> gate, ILogger<LeadershipLoop> logger)
    {
        (_machine, _timing, _clock, _gate, _logger) = (machine, timing, clock, gate, logger);
        _stores = stores.ToDictionary(static s => s.Store);
    }

    private abstract record Input
    {
        public sealed record Tick : Input;

        public sealed record Answered(StoreRequest Request, StoreAnswer Answer) : Input;

        public sealed record Proposed(long Epoch, JournalRecord Record, TaskCompletionSource<bool> Done) : Input;

        public sealed record Resigned(string Reason, TimeSpan BarFor) : Input;

        public sealed record Stopped : Input;
    }

    /// <summary>Where this agent stands, as of the last input. Compare its validity with the clock at the moment of use.</summary>
    public Standing Standing { get; private set; } = new(Role.Follower, 0, TimeSpan.Zero, 0, "not started");

    /// <summary>What each store showed lately; null where it did not answer.</summary>
    public IReadOnlyDictionary<RegionId, ControlState?> Seen { get; private set; } = new Dictionary<RegionId, ControlState?>();

    /// <summary>When the loop last turned, on the monotonic clock; null before the first time.</summary>
    public TimeSpan? LastTick { get; private set; }

    /// <summary>The present term, from just before its notice is to be read until just before that of its end is; null between terms.</summary>
    public LeadershipTerm? Term => Volatile.Read(ref _term);

    /// <summary>Changes of leadership, in order, for one reader.</summary>
    public ChannelReader<LeadershipNotice> Notices => _notices.Reader;

    /// <summary>Writes a record at a majority. False means that the term is over, and that the record may or may not stand.</summary>
    /// <param name="record">The content; epoch and sequence are set on the way.</param>
    /// <param name="epoch">The term in which it was thought out; in another it is not written.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<bool> WriteJournalAsync(JournalRecord record, long epoch, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _inputs.Writer.TryWrite(new Input.Proposed(epoch, record, done)) && await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Gives leadership up in order and stays out of elections for a while.</summary>
    public void Resign(string reason, TimeSpan barFor) => _inputs.Writer.TryWrite(new Input.Resigned(reason, barFor));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The machine outlives the stop request by the time that an orderly release takes.
        using var end = new CancellationTokenSource();
        var ticks = TickAsync(end.Token);
        await using var stop = stoppingToken.Register(() => _inputs.Writer.TryWrite(new Input.Stopped()));
        try
        {
            await foreach (var input in _inputs.Reader.ReadAllAsync(CancellationToken.None))
            {
                Feed(input, end.Token);
                if (HasLeft())
                {
                    break;
                }
            }
        }
        finally
        {
            await end.CancelAsync();
            await ticks;
            Close();
        }
    }

    /// <summary>Whether a stop is through: every lock was given back, or the stores had their time for it.</summary>
    private bool HasLeft() =>
        _stoppedAt is { } at && (_farewells == 0 || _clock.Now - at >= TimeSpan.FromTicks(Math.Min(_timing.RequestTimeout.Ticks, LongestFarewell.Ticks)));

    /// <summary>However the loop ended: nobody acts on a term that nothing renews, and nobody waits for an answer.</summary>
    private void Close()
    {
        Standing = new Standing(Role.Follower, 0, TimeSpan.Zero, 0, "the leadership loop has ended");
        EndTerm();
        _inputs.Writer.TryComplete();
        while (_inputs.Reader.TryRead(out var left))
        {
            (left as Input.Proposed)?.Done.TrySetResult(false);
        }

        EndProposal(false);
        _notices.Writer.TryComplete();
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_timing.HeartbeatInterval / 5, _clock.Time);
        try
        {
            do
            {
                _inputs.Writer.TryWrite(new Input.Tick());
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop has ended.
        }
    }

    private void Feed(Input input, CancellationToken cancellationToken)
    {
        var now = _clock.Now;
        var effects = input switch
        {
            Input.Answered answered => _machine.Receive(now, answered.Answer),
            Input.Proposed proposed => Propose(now, proposed),
            Input.Resigned resigned => _machine.Resign(now, resigned.Reason, resigned.BarFor),
            Input.Stopped => Stop(now),
            _ => _machine.Tick(now, _gate()),
        };
        Standing = _machine.Standing(now);
        if (input is Input.Tick)
        {
            Seen = _machine.Seen(now);
            LastTick = now;
        }

        foreach (var notice in effects.Notices)
        {
            Tell(notice);
        }

        foreach (var request in effects.Requests)
        {
            Send(request, cancellationToken);
        }

        _farewells -= input is Input.Answered { Request: StoreRequest.Release or StoreRequest.DestroySession } ? 1 : 0;
    }

    private LeadershipEffects Propose(TimeSpan now, Input.Proposed proposed)
    {
        if (_machine.Standing(now) is var standing && (standing.Role != Role.Leader || standing.Epoch != proposed.Epoch || _machine.Proposing))
        {
            proposed.Done.TrySetResult(false);
            return new LeadershipEffects([], []);
        }

        _proposal = proposed.Done;
        return _machine.Propose(now, proposed.Record);
    }

    private LeadershipEffects Stop(TimeSpan now)
    {
        _stoppedAt = now;
        return _machine.Resign(now, "the agent stops", TimeSpan.FromDays(1));
    }

    private void Tell(LeadershipNotice notice)
    {
        switch (notice)
        {
            case LeadershipNotice.BecameLeader leader:
                _termEnd = new CancellationTokenSource();
                Volatile.Write(ref _term, new LeadershipTerm(leader.Epoch, _termEnd.Token));
                LogBecameLeader(leader.Epoch, leader.Recovered?.PlanId ?? "none");
                break;
            case LeadershipNotice.TermEnded ended:
                EndTerm();
                LogTermEnded(ended.Epoch, ended.Reason);
                break;
            case LeadershipNotice.Alarm alarm when alarm.Reason != _alarmTold:
                _alarmTold = alarm.Reason;
                LogAlarm(alarm.Reason);
                break;
        }

        // First in the queue, then awake who waits: the reader finds it there.
        _notices.Writer.TryWrite(notice);
        if (notice is LeadershipNotice.TermEnded or LeadershipNotice.JournalCommitted)
        {
            EndProposal(notice is LeadershipNotice.JournalCommitted);
        }
    }

    /// <summary>Marked as ended at once; what that wakes runs elsewhere, so that no effect can hold this loop up.</summary>
    private void EndTerm()
    {
        Volatile.Write(ref _term, null);
        _ = _termEnd?.CancelAsync();
        _termEnd = null;
    }

    private void EndProposal(bool committed)
    {
        _proposal?.TrySetResult(committed);
        _proposal = null;
    }

    private void Send(StoreRequest request, CancellationToken cancellationToken)
    {
        _farewells += request is StoreRequest.Release or StoreRequest.DestroySession ? 1 : 0;

        // Never awaited here: its answer comes back as an input, and the machine has a deadline of its own. An exception is
        // a bug; it ends this loop, and with it the agent, rather than be lost.
        _ = AnswerAsync(request, cancellationToken).ContinueWith(
            bug => _inputs.Writer.TryComplete(bug.Exception), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private async Task AnswerAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _stores[request.Store].SendAsync(request, cancellationToken);
            _inputs.Writer.TryWrite(new Input.Answered(request, answer));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop has ended; nobody waits for the answer.
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "Leads with epoch {Epoch}; journal plan {Plan}")]
    private partial void LogBecameLeader(long epoch, string plan);

    [LoggerMessage(1202, LogLevel.Information, "Term or candidacy ended (epoch {Epoch}): {Reason}")]
    private partial void LogTermEnded(long epoch, string reason);

    [LoggerMessage(1203, LogLevel.Error, "A person must look: {Reason}")]
    private partial void LogAlarm(string reason);
}
