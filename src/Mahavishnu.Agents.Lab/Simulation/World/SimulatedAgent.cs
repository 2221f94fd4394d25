using System.Globalization;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>
/// One agent process: the machines that production runs, fed as its drivers feed them, on a monotonic clock with a rate of
/// its own. The parts: this file holds the process and leadership, <c>Votes</c> what it sees and says, <c>Failover</c> what it does.
/// </summary>
internal sealed partial class SimulatedAgent
{
    private readonly SimulationWorld _world;
    private TimeSpan _clockAnchor;
    private TimeSpan _worldAnchor;
    private LeadershipMachine _leadership = null!;

    public SimulatedAgent(SimulationWorld world, string name, RegionId region, int end)
    {
        (_world, Name, Region, End) = (world, name, region, end);
        _settings = world.Shape.SettingsOf(region);
    }

    /// <summary>Its name; a restart keeps it.</summary>
    public string Name { get; }

    public RegionId Region { get; }

    /// <summary>Its end of the network.</summary>
    public int End { get; }

    /// <summary>Whether its process runs; a paused one does.</summary>
    public bool Alive { get; private set; }

    /// <summary>World time until which nothing moves in the process, its clock excepted.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>The number of the process; what was meant for an earlier one is dropped.</summary>
    public int Incarnation { get; private set; }

    /// <summary>Seconds of its own clock per second of the world.</summary>
    public double Rate { get; private set; } = 1;

    /// <summary>The epoch of the term that it holds, as its driver knows it; 0 between terms.</summary>
    public long TermEpoch { get; private set; }

    /// <summary>What becomes of a heartbeat: time to the store and back, or null when it is lost; no function leaves it to the network.</summary>
    public Func<(TimeSpan There, TimeSpan Back)?>? HeartbeatFate { get; set; }

    /// <summary>Its own clock now.</summary>
    public TimeSpan Clock => _clockAnchor + ((_world.Now - _worldAnchor) * Rate);

    /// <summary>Old and new builds run side by side, and each restart changes from one to the other.</summary>
    private bool IsOfNextVersion => (((Incarnation + 1) / 2) + End) % 2 == 0;

    /// <summary>Where it believes to stand now.</summary>
    public Standing Standing => _leadership.Standing(Clock);

    /// <summary>Whether it believes now that it may act.</summary>
    public bool Leads => Alive && TermEpoch > 0 && Standing.Role == Role.Leader;

    /// <summary>Starts a new process with a new identity and clock.</summary>
    public void Start()
    {
        _world.Note(Name, "starts");
        var random = _world.Random;
        Incarnation++;
        (Alive, PausedUntil, TermEpoch, _lateness, _barred) = (true, TimeSpan.Zero, 0, TimeSpan.Zero, false);
        (_worldAnchor, _clockAnchor) = (_world.Now, TimeSpan.FromSeconds(random.NextDouble() * 1000));
        Rate = 1 + (_world.Shape.Timing.ClockDrift * random.Next(-1, 2));
        var process = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        var members = _world.Shape.OtherMembers.GetValueOrDefault(Region, _world.Shape.Quorum);
        _leadership = new LeadershipMachine(new AgentIdentity(Name, Region, process), members, 1, _settings.Timing, new Random(random.Next()));
        StartVotes(process);
        StartFailover();
        Every(_settings.Timing.HeartbeatInterval / 5, () => Apply(_leadership.Tick(Clock, Gate())));
    }

    /// <summary>Ends the process without warning.</summary>
    public void Crash()
    {
        _world.Note(Name, "crashes");
        _world.Judge.OnEnded(this);
        (Alive, TermEpoch) = (false, 0);
        Incarnation++;
    }

    /// <summary>Stops in order: leadership is given back first.</summary>
    public void Stop()
    {
        if (!Alive || PausedUntil > _world.Now)
        {
            return;
        }

        _world.Note(Name, "stops in order");
        _barred = true;
        Apply(_leadership.Resign(Clock, "the agent stops", TimeSpan.FromDays(1)));
        var incarnation = Incarnation;
        _world.Queue.After(_settings.Timing.RequestTimeout, () =>
        {
            if (Incarnation == incarnation)
            {
                Crash();
            }
        });
    }

    /// <summary>Stops everything in the process for a time, its clock excepted.</summary>
    public void Pause(TimeSpan time)
    {
        _world.Note(Name, string.Create(CultureInfo.InvariantCulture, $"pauses for {time.TotalSeconds:0.###} s"));
        PausedUntil = _world.Now + time;
    }

    /// <summary>Lets its clock run at another rate from now on.</summary>
    public void Drift(double rate)
    {
        (_clockAnchor, _worldAnchor) = (Clock, _world.Now);
        Rate = rate;
    }

    /// <summary>Does something in the process: later when it is paused, never when it has ended.</summary>
    private void Deliver(int incarnation, Action action)
    {
        if (incarnation != Incarnation)
        {
            return;
        }

        if (PausedUntil > _world.Now)
        {
            // In any order: nobody says which of the waiting threads goes on first.
            _world.Queue.At(PausedUntil + TimeSpan.FromTicks(_world.Random.Next(1000)), () => Deliver(incarnation, action));
            return;
        }

        action();
    }

    /// <summary>Does something again and again, for the first time at a random part of the period.</summary>
    private void Every(TimeSpan period, Action action)
    {
        var incarnation = Incarnation;
        Plan(_world.Now + (period * _world.Random.NextDouble()));

        void Plan(TimeSpan due) => _world.Queue.At(due, () => Deliver(incarnation, () =>
        {
            Late(_world.Now - due);
            action();
            Plan(_world.Now + (period / Rate));
        }));
    }

    private CampaignGate Gate() =>
        _barred ? new CampaignGate(false, "the agent stops")
        : ObserverGate.Judge([], Self, _limits) is { Abstains: true } unwell ? new CampaignGate(false, unwell.Reason)
        : CampaignGate.Yes;

    private void Apply(LeadershipEffects effects)
    {
        foreach (var notice in effects.Notices)
        {
            _world.Note(Name, notice);
            _world.Judge.OnNotice(this, notice);
            Tell(notice);
            if (notice is LeadershipNotice.JournalCommitted committed)
            {
                _world.Kills.OnCommitted(this, committed.Record);
            }
        }

        foreach (var request in effects.Requests)
        {
            Send(request);
        }

        _world.Judge.OnMoved(this);
    }

    private void Send(StoreRequest request)
    {
        if (!Alive)
        {
            return;
        }

        _world.Note(Name, request, request is StoreRequest.ReadState or StoreRequest.WriteHeartbeat or StoreRequest.RenewSession);
        if (request is StoreRequest.WriteJournal write && _world.Kills.OnWrite(this, write))
        {
            return;
        }

        request = request is StoreRequest.WriteJournal record ? record with { Record = AsWritten(record.Record) } : request;
        var incarnation = Incarnation;
        var store = _world.StoreOf(request.Store);
        if (request is StoreRequest.WriteHeartbeat && HeartbeatFate is { } fate)
        {
            if (fate() is { } way && _world.Network.IsUp(store.End))
            {
                _world.Queue.After(way.There, () =>
                {
                    var late = store.Serve(request);
                    _world.Queue.After(way.Back, () => Deliver(incarnation, () => Apply(_leadership.Receive(Clock, late))));
                });
            }

            return;
        }

        _world.Network.Call(
            End,
            store.End,
            request.Deadline / Rate,
            () => store.Serve(request),
            (answer, turnedAway) => Deliver(incarnation, () => Apply(_leadership.Receive(Clock, answer ?? new StoreAnswer(
                request.Store, request.Correlation, turnedAway ? StoreAnswerKind.Unreachable : StoreAnswerKind.Unknown)))));
    }

    /// <summary>The text of a record as this build writes it: the next version's has a member that this one does not know.</summary>
    private string AsWritten(string text) => IsOfNextVersion ? text.Insert(1, "\"since_next_version\":{\"of\":[1,null]},") : text;
}
