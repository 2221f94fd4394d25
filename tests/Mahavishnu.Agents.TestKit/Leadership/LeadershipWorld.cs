using Mahavishnu.Agents.Lab.Simulation.World;
using Mahavishnu.Agents.Lab.Simulation.Engine;
using System.Globalization;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>
/// Several leadership machines on virtual time: one queue of events, one seeded generator, a clock for every process, and
/// a network that may lose, delay, double and reorder. The invariants are judged after every event. The same seed and the
/// same calls give the same history.
/// </summary>
/// <remarks>Not thread-safe. This part holds time, agents and scripted faults; <c>Network</c> carries the messages.</remarks>
public sealed partial class LeadershipWorld
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Random _random;
    private readonly WorldOptions _options;
    private readonly EventLog _timeline = new();
    private readonly LeadershipJudge _judge;
    private readonly string _name;
    private long _order;
    private int _proposed;

    /// <summary>A world in which every agent has just started.</summary>
    /// <param name="seed">Decides everything that is random.</param>
    /// <param name="options">Size and network.</param>
    public LeadershipWorld(int seed, WorldOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_random, _options) = (new Random(seed), options);
        _name = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {options.Stores} stores, {options.Agents} agents, V = {options.Timing.Validity}");
        Stores = [.. Enumerable.Range(1, options.Stores).Select(static n => new SimulatedStore(new RegionId(string.Create(CultureInfo.InvariantCulture, $"region-{n}"))))];
        _byRegion = Stores.ToDictionary(static s => s.Region);
        Agents = [.. Enumerable.Range(0, options.Agents).Select(AgentNumber)];
        _judge = new LeadershipJudge(this);
        foreach (var store in Stores)
        {
            store.Applied = _judge.OnApplied;
        }

        foreach (var agent in Agents)
        {
            Start(agent);
        }
    }

    /// <summary>The stores, in the order of their names.</summary>
    public IReadOnlyList<SimulatedStore> Stores { get; }

    /// <summary>The agents.</summary>
    public IReadOnlyList<SimulatedAgent> Agents { get; }

    /// <summary>The time of the world.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How many stores are a majority.</summary>
    public int Majority => (Stores.Count / 2) + 1;

    /// <summary>The one that leads now, if any.</summary>
    public SimulatedAgent? Leader => Agents.FirstOrDefault(a => a.Leads(Now));

    /// <summary>Every term that began, in order.</summary>
    public IReadOnlyList<LeadershipNotice.BecameLeader> Terms => _judge.Terms;

    /// <summary>How many records were committed.</summary>
    public int Committed => _judge.Committed;

    /// <summary>The alarms raised, in order.</summary>
    public IReadOnlyList<string> Alarms => _judge.Alarms;

    /// <summary>Equal for equal histories.</summary>
    public ulong Hash => _timeline.Hash;

    /// <summary>The latest events, for a failing test.</summary>
    public string Timeline => _timeline.ToString();

    /// <summary>Runs for a time.</summary>
    public void Advance(TimeSpan time) => RunUntil(static () => false, time, throwAtLimit: false);

    /// <summary>Runs until the condition holds after an event; returns how long that took.</summary>
    /// <exception cref="InvariantViolationException">It did not hold within the limit.</exception>
    public TimeSpan RunUntil(Func<bool> condition, TimeSpan limit, string expected = "the condition") =>
        RunUntil(condition, limit, throwAtLimit: true, expected);

    /// <summary>Fails the run.</summary>
    public InvariantViolationException Violation(string what) =>
        new($"{what} at {Now.TotalSeconds.ToString("0.0000", CultureInfo.InvariantCulture)} s ({_name})\n{_timeline}");

    /// <summary>Ends an agent's process without warning.</summary>
    public void Crash(SimulatedAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Note(agent.Name, "crashes");
        agent.Alive = false;
        agent.Incarnation++;
    }

    /// <summary>Starts a new process of the agent, with a new identity and clock.</summary>
    public void Start(SimulatedAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Note(agent.Name, "starts");
        var timing = _options.Timing;
        var process = _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        agent.Incarnation++;
        agent.Alive = true;
        agent.PausedUntil = TimeSpan.Zero;
        agent.Offset = TimeSpan.FromSeconds(_random.NextDouble() * 1000);
        agent.Rate = 1 + (timing.ClockDrift * _random.Next(-1, 2));
        agent.Machine = new LeadershipMachine(
            new AgentIdentity(agent.Name, agent.Region, process), [.. Stores.Select(static s => s.Region)], _options.MembersVersion, timing, new Random(_random.Next()));
        var incarnation = agent.Incarnation;
        At(Now + (_options.Tick * _random.NextDouble()), () => Tick(agent, incarnation));
    }

    /// <summary>Stops everything in the process for a time, its clock excepted.</summary>
    public void Pause(SimulatedAgent agent, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Note(agent.Name, $"pauses for {time}");
        agent.PausedUntil = Now + time;
    }

    /// <summary>Lets an agent give up in order.</summary>
    public void Resign(SimulatedAgent agent, TimeSpan barFor)
    {
        ArgumentNullException.ThrowIfNull(agent);
        Note(agent.Name, "resigns");
        Apply(agent, agent.Machine.Resign(agent.Clock(Now), "asked to", barFor));
    }

    /// <summary>Empties a store.</summary>
    public void LoseData(SimulatedStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Note(store.Region.Value, "loses its data");
        _judge.OnLoss(store);
        store.LoseData();
    }

    /// <summary>How many stores hold what was established and committed; the others are new, or empty since a loss.</summary>
    public int StoresWithData => Stores.Count(s => !_judge.Lacks(s));

    /// <summary>Whether a store lacks what was established and committed.</summary>
    public bool Lacks(SimulatedStore store) => _judge.Lacks(store);

    /// <summary>Ends the session that holds a store's lock, whatever its holder thinks.</summary>
    public void KillHolder(SimulatedStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.State.Leader?.Session is { } session)
        {
            Note(store.Region.Value, $"session {session} dies");
            store.KillSession(session);
        }
    }

    /// <summary>Has the leader write a record whose reason tells it from all others.</summary>
    public void Propose(SimulatedAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var record = SampleJournal.Record(++_proposed);
        Note(agent.Name, $"proposes {record.Reason}");
        _judge.OnProposed(record, agent.Standing(Now).Epoch);
        Apply(agent, agent.Machine.Propose(agent.Clock(Now), record));
    }

    /// <summary>Puts an event into the timeline.</summary>
    public void Note(string who, object what) => _timeline.Add(Now, who, what);

    /// <summary>Does something at a time of the world.</summary>
    public void At(TimeSpan time, Action action) => _events.Enqueue(action, (Math.Max(time.Ticks, Now.Ticks), _order++));

    private SimulatedAgent AgentNumber(int number)
    {
        var region = Stores[number % Stores.Count].Region;
        return new SimulatedAgent(string.Create(CultureInfo.InvariantCulture, $"{region}-{(number / Stores.Count) + 1}"), region);
    }

    private TimeSpan RunUntil(Func<bool> condition, TimeSpan limit, bool throwAtLimit, string expected = "")
    {
        var started = Now;
        while (!condition())
        {
            if (!_events.TryPeek(out _, out var next) || next.At > (started + limit).Ticks)
            {
                Now = started + limit;
                return throwAtLimit ? throw Violation($"{expected} did not come within {limit}") : limit;
            }

            Now = TimeSpan.FromTicks(next.At);
            _events.Dequeue()();
        }

        return Now - started;
    }

    private void Tick(SimulatedAgent agent, int incarnation)
    {
        if (!Runs(agent, incarnation, () => Tick(agent, incarnation)))
        {
            return;
        }

        Apply(agent, agent.Machine.Tick(agent.Clock(Now), agent.Gate));
        if (_options.ProposeRatio > 0 && agent.Leads(Now) && !agent.Machine.Proposing && _random.NextDouble() < _options.ProposeRatio)
        {
            Propose(agent);
        }

        At(Now + _options.Tick, () => Tick(agent, incarnation));
    }

    /// <summary>Whether the process runs; a paused one is given the event when it goes on.</summary>
    private bool Runs(SimulatedAgent agent, int incarnation, Action again)
    {
        if (agent.Incarnation != incarnation)
        {
            return false;
        }

        if (agent.PausedUntil > Now)
        {
            // In any order: nobody says which of the waiting threads goes on first.
            At(agent.PausedUntil + TimeSpan.FromTicks(_random.Next(1000)), again);
            return false;
        }

        return true;
    }

    private void Apply(SimulatedAgent agent, LeadershipEffects effects)
    {
        foreach (var notice in effects.Notices)
        {
            Note(agent.Name, notice);
            _judge.OnNotice(agent, notice);
        }

        foreach (var request in effects.Requests)
        {
            Send(agent, request);
        }

        _judge.OnMoved(agent);
    }
}
