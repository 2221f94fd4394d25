using System.Globalization;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Simulation.Engine;
using Mahavishnu.Agents.Lab.Simulation.Faults;
using Mahavishnu.Agents.Lab.Simulation.Invariants;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>
/// A whole deployment on virtual time: agents, stores, services, databases, an edge and a DNS service, one queue of events and
/// one seeded generator. The invariants are judged as things happen. The same seed, shape and faults give the same history.
/// </summary>
internal sealed class SimulationWorld
{
    private readonly SortedDictionary<RegionId, SimulatedService> _services = [];
    private readonly Dictionary<RegionId, StoreServer> _byRegion;
    private readonly Dictionary<string, JournalRecord?> _records = new(StringComparer.Ordinal);

    /// <summary>A world in which every process has just started and all is well.</summary>
    public SimulationWorld(int seed, WorldShape shape, Coverage coverage)
    {
        (Shape, Coverage, Random) = (shape, coverage, new Random(seed));
        Home = RoutingTable.Home(shape.Regions.Where(static r => r.IsPrimary).Select(static r => r.Region));
        var end = 0;
        Network = new SimulatedNetwork(Queue, Random, shape.Agents.Sum() + shape.Quorum.Count + (2 * shape.Regions.Count) + 2, shape.Latency);
        Stores = [.. shape.Quorum.Order().Select(r => new StoreServer(new SimulatedStore(r, () => Queue.Now), end++, this))];
        _byRegion = Stores.ToDictionary(static s => s.Store.Region);
        foreach (var region in shape.Regions)
        {
            _services[region.Region] = new SimulatedService(region.Region, end++);
        }

        Targets = [new SimulatedTarget("edge", end++, checksEpoch: true, 1, Home), new SimulatedTarget("dns", end++, checksEpoch: false, 3, Home)];
        var databases = shape.Regions.ToDictionary(static r => r.Region, _ => end++);
        Agents = [.. shape.Quorum.SelectMany((region, index) => Enumerable.Range(1, shape.Agents[index]).Select(n => (region, n)))
            .Select(a => new SimulatedAgent(this, string.Create(CultureInfo.InvariantCulture, $"{a.region}-{a.n}"), a.region, end++))];
        Judge = new Judge(this) { Tapes = seed % 10 == 0 };
        Kills = new KillSwitch(this);
        Data = new DataPlane(this, databases);
        DatabaseEnds = databases;
        Watch();
        foreach (var agent in Agents)
        {
            agent.Start();
        }
    }

    public WorldShape Shape { get; }

    public Coverage Coverage { get; }

    public Random Random { get; }

    public VirtualTime Queue { get; } = new();

    public EventLog Log { get; } = new();

    public SimulatedNetwork Network { get; }

    public RoutingTable Home { get; }

    /// <summary>The stores, in the order of their names.</summary>
    public IReadOnlyList<StoreServer> Stores { get; }

    public IReadOnlyList<SimulatedTarget> Targets { get; }

    public IReadOnlyList<SimulatedAgent> Agents { get; }

    public IReadOnlyDictionary<RegionId, int> DatabaseEnds { get; }

    public DataPlane Data { get; }

    public Judge Judge { get; }

    public KillSwitch Kills { get; }

    /// <summary>The time of the world.</summary>
    public TimeSpan Now => Queue.Now;

    /// <summary>How many stores are a majority, of the list that the agents were configured with.</summary>
    public int Majority => (Shape.OtherMembers.Values.Select(static m => m.Count).FirstOrDefault(Stores.Count) / 2) + 1;

    /// <summary>The one that leads now, if any.</summary>
    public SimulatedAgent? Leader => Agents.FirstOrDefault(static a => a.Leads);

    public StoreServer StoreOf(RegionId region) => _byRegion[region];

    public SimulatedService ServiceOf(RegionId region) => _services[region];

    /// <summary>The first agent of a region whose process moves now; null when there is none.</summary>
    public SimulatedAgent? LivingAgentIn(RegionId region) => Agents.FirstOrDefault(a => a.Region == region && a.Alive && a.PausedUntil <= Now);

    /// <summary>Reads a journal record; each text once, since every follower looks at it in every turn.</summary>
    public JournalRecord? ReadRecord(string text)
    {
        if (!_records.TryGetValue(text, out var record))
        {
            _records[text] = record = JournalCodec.Read(text).Record;
        }

        return record;
    }

    /// <summary>Puts an event into the history; the object must not change.</summary>
    public void Note(string who, object what, bool routine = false) => Log.Add(Now, who, what, routine);

    /// <summary>Runs for a time.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (Queue.RunNext(end))
        {
            Judge.AfterEvent();
        }
    }

    private void Watch()
    {
        foreach (var store in Stores)
        {
            store.Store.Applied = Judge.OnApplied;
        }

        foreach (var target in Targets)
        {
            target.Changed = Judge.OnChanged;
        }
    }
}
