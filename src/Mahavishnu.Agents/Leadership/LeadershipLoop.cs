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
    private readonly LeadershipMachine _machine;
    private readonly LeadershipTiming _timing;
    private readonly Dictionary<RegionId, ConsulControlStore> _stores;
    private readonly AgentClock _clock;
    private readonly Func<CampaignGate> _gate;
    private readonly ILogger<LeadershipLoop> _logger;
    private readonly Channel<Input> _inputs = Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<LeadershipNotice> _notices = Channel.CreateUnbounded<LeadershipNotice>(new UnboundedChannelOptions { SingleWriter = true });
    private TaskCompletionSource<bool>? _proposal;
    private CancellationTokenSource _term = new();
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

        public sealed record Proposed(JournalRecord Record, TaskCompletionSource<bool> Done) : Input;

        public sealed record Resigned(string Reason, TimeSpan BarFor) : Input;
    }

    /// <summary>Where this agent stands, as of the last input. Compare its validity with the clock at the moment of use.</summary>
    public Standing Standing { get; private set; } = new(Role.Follower, 0, TimeSpan.Zero, 0, "not started");

    /// <summary>What each store showed lately; null where it did not answer.</summary>
    public IReadOnlyDictionary<RegionId, ControlState?> Seen { get; private set; } = new Dictionary<RegionId, ControlState?>();

    /// <summary>When the loop last turned, on the monotonic clock; null before the first time.</summary>
    public TimeSpan? LastTick { get; private set; }

    /// <summary>Cancelled when the present term ends; effects of the term stop with it.</summary>
    public CancellationToken Term => _term.Token;

    /// <summary>Changes of leadership, in order, for one reader.</summary>
    public ChannelReader<LeadershipNotice> Notices => _notices.Reader;

    /// <summary>Writes a record at a majority. False means that the term is over.</summary>
    public async Task<bool> WriteJournalAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _inputs.Writer.TryWrite(new Input.Proposed(record, done));
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Gives leadership up in order and stays out of elections for a while.</summary>
    public void Resign(string reason, TimeSpan barFor) => _inputs.Writer.TryWrite(new Input.Resigned(reason, barFor));

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The machine outlives the stop request by the time that an orderly release takes.
        using var end = new CancellationTokenSource();
        var ticks = TickAsync(end.Token);
        await using var stop = stoppingToken.Register(() => _inputs.Writer.TryWrite(new Input.Resigned("the agent stops", TimeSpan.FromDays(1))));
        try
        {
            await foreach (var input in _inputs.Reader.ReadAllAsync(CancellationToken.None))
            {
                Feed(input, end.Token);
                if (stoppingToken.IsCancellationRequested && input is not Input.Tick && _farewells == 0)
                {
                    break;
                }
            }
        }
        finally
        {
            await end.CancelAsync();
            await ticks;
            _notices.Writer.TryComplete();
        }
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
        if (_machine.Standing(now).Role != Role.Leader || _machine.Proposing)
        {
            proposed.Done.TrySetResult(false);
            return new LeadershipEffects([], []);
        }

        _proposal = proposed.Done;
        return _machine.Propose(now, proposed.Record);
    }

    private void Tell(LeadershipNotice notice)
    {
        // First in the queue, then awake who waits: the reader finds it there.
        _notices.Writer.TryWrite(notice);
        switch (notice)
        {
            case LeadershipNotice.BecameLeader leader:
                _term = new CancellationTokenSource();
                LogBecameLeader(leader.Epoch, leader.Recovered?.PlanId ?? "none");
                break;
            case LeadershipNotice.TermEnded ended:
                LogTermEnded(ended.Epoch, ended.Reason);
                _term.Cancel();
                _proposal?.TrySetResult(false);
                _proposal = null;
                break;
            case LeadershipNotice.JournalCommitted:
                _proposal?.TrySetResult(true);
                _proposal = null;
                break;
            case LeadershipNotice.Alarm alarm:
                LogAlarm(alarm.Reason);
                break;
        }
    }

    private void Send(StoreRequest request, CancellationToken cancellationToken)
    {
        _farewells += request is StoreRequest.Release or StoreRequest.DestroySession ? 1 : 0;

        // Never awaited here: its answer comes back as an input, and the machine has a deadline of its own.
        _ = AnswerAsync(request, cancellationToken);
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
