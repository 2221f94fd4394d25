using Mahavishnu.Agents.Lab.Simulation.World;
using System.Globalization;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>Sees everything, at the time of the world, and holds it against what the protocol promises.</summary>
internal sealed class LeadershipJudge(LeadershipWorld world)
{
    private readonly Dictionary<RegionId, long> _epochAtLoss = [];
    private readonly Dictionary<string, (long Epoch, int Number)> _origins = [];
    private readonly List<(long Epoch, (long Epoch, int Number) Recovered)> _recovered = [];
    private (long Epoch, int Number) _newestCommitted;
    private long _highestEpoch;

    public List<LeadershipNotice.BecameLeader> Terms { get; } = [];

    public List<string> Alarms { get; } = [];

    public int Committed { get; private set; }

    /// <summary>Only its own events can make an agent leader, so that nobody else need be asked when it is none.</summary>
    public void OnMoved(SimulatedAgent agent)
    {
        if (agent.Leads(world.Now) && world.Agents.FirstOrDefault(other => other != agent && other.Leads(world.Now)) is { } second)
        {
            throw world.Violation($"{agent.Name} ({agent.Standing(world.Now)}) and {second.Name} ({second.Standing(world.Now)}) both lead");
        }
    }

    public void OnNotice(SimulatedAgent agent, LeadershipNotice notice)
    {
        switch (notice)
        {
            case LeadershipNotice.BecameLeader became:
                OnBecameLeader(agent, became);
                break;
            case LeadershipNotice.JournalCommitted committed:
                OnCommitted(agent, committed.Record);
                break;
            case LeadershipNotice.Alarm alarm:
                Alarms.Add(alarm.Reason);
                break;
        }
    }

    public void OnProposed(JournalRecord record, long epoch) => _origins[record.Reason] = (epoch, int.Parse(record.Reason, CultureInfo.InvariantCulture));

    public void OnApplied(SimulatedStore store, StoreRequest request)
    {
        switch (request)
        {
            case StoreRequest.WriteEpoch write:
                _highestEpoch = Math.Max(_highestEpoch, write.Epoch);
                break;
            case StoreRequest.WriteJournal when JournalAt(store) is { } record && record.Epoch != store.State.EpochNumber:
                throw world.Violation($"a journal record of epoch {record.Epoch} landed at {store.Region} under epoch {store.State.EpochNumber}");
        }
    }

    public void OnLoss(SimulatedStore store) => _epochAtLoss[store.Region] = _highestEpoch;

    /// <summary>A new store lacks what the others have; one that lost its data lacks it until a later term has brought it back.</summary>
    public bool Lacks(SimulatedStore store)
    {
        var whole = store.State.EpochNumber > _epochAtLoss.GetValueOrDefault(store.Region) && Origin(JournalAt(store)).CompareTo(_newestCommitted) >= 0;
        if (whole)
        {
            _epochAtLoss.Remove(store.Region);
        }

        return _epochAtLoss.ContainsKey(store.Region) || store.State.EpochNumber == 0;
    }

    private void OnBecameLeader(SimulatedAgent agent, LeadershipNotice.BecameLeader became)
    {
        if (Terms.Count > 0 && became.Epoch <= Terms[^1].Epoch)
        {
            throw world.Violation($"{agent.Name} leads with epoch {became.Epoch} after epoch {Terms[^1].Epoch}");
        }

        var recovered = Origin(became.Recovered);
        if (recovered.CompareTo(_newestCommitted) < 0)
        {
            throw world.Violation($"{agent.Name} recovered record {recovered}, but {_newestCommitted} was committed");
        }

        Terms.Add(became);
        _recovered.Add((became.Epoch, recovered));
        DemandMajority($"epoch {became.Epoch}", store => store.State.EpochNumber >= became.Epoch);
        if (became.Recovered is { } record)
        {
            DemandMajority($"record {record.Epoch}/{record.Sequence}, recovered", store => JournalAt(store) is { } stored && !record.IsNewerThan(stored));
        }
    }

    private void OnCommitted(SimulatedAgent agent, JournalRecord record)
    {
        Committed++;
        var origin = _origins[record.Reason];
        _newestCommitted = origin.CompareTo(_newestCommitted) > 0 ? origin : _newestCommitted;
        DemandMajority($"record {record.Epoch}/{record.Sequence}, committed", store => JournalAt(store) is { } stored && !record.IsNewerThan(stored));
        foreach (var (epoch, recovered) in _recovered.Where(r => r.Epoch > record.Epoch && r.Recovered.CompareTo(origin) < 0))
        {
            throw world.Violation($"{agent.Name} committed record {origin} which epoch {epoch} does not know: it recovered {recovered}");
        }
    }

    /// <summary>A majority, to which a store may belong that had it and lost it.</summary>
    private void DemandMajority(string what, Func<SimulatedStore, bool> holds)
    {
        var count = world.Stores.Count(store => holds(store) || _epochAtLoss.ContainsKey(store.Region));
        if (count < world.Majority)
        {
            throw world.Violation($"{what}: stands at {count} stores, {world.Majority} are needed");
        }
    }

    private (long Epoch, int Number) Origin(JournalRecord? record) => record is null ? default : _origins[record.Reason];

    private static JournalRecord? JournalAt(SimulatedStore store) => store.State.Journal is { } entry ? JournalCodec.Read(entry.Value).Record : null;
}
