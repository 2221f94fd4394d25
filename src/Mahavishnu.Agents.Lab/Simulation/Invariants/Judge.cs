using System.Runtime.CompilerServices;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <summary>
/// Sees everything, at the time of the world, and holds it against the invariants. The parts: this file judges leadership,
/// epochs and the journal, <c>Effects</c> what lands at targets and databases, <c>Decisions</c> what is decided, <c>Rest</c> the calm after.
/// </summary>
internal sealed partial class Judge(SimulationWorld world)
{
    private readonly Dictionary<RegionId, long> _epochAtLoss = [];
    private readonly Dictionary<RegionId, long> _epochAt = [];
    private readonly Dictionary<RegionId, (long Epoch, long Sequence)> _journalAt = [];
    private readonly Dictionary<string, int> _origins = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Epoch, long Sequence), JournalRecord> _committed = [];
    private readonly Dictionary<long, long> _newestOfEpoch = [];
    private readonly List<(long Epoch, int Origin)> _recovered = [];
    private int _newestCommitted;
    private long _highestEpoch;
    private long _lastTermEpoch;

    /// <summary>How many judgements were made.</summary>
    public long Checks { get; private set; }

    /// <summary>The latest record that stands at a majority; null before the first.</summary>
    public JournalRecord? Latest { get; private set; }

    /// <summary>Only its own events can make an agent leader, so that nobody else need be asked when it is none.</summary>
    public void OnMoved(SimulatedAgent agent)
    {
        if (agent.TermEpoch == 0)
        {
            return;
        }

        foreach (var other in world.Agents)
        {
            Demand(other == agent || other.TermEpoch == 0 || !other.Leads || !agent.Leads, Invariant.OneActor, $"{agent.Name} ({agent.Standing}) and {other.Name} ({other.Standing}) both lead");
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
        }
    }

    /// <summary>A leader is about to write a record.</summary>
    public void OnProposed(SimulatedAgent agent, JournalRecord record)
    {
        _origins[ContentOf(record)] = _origins.Count + 1;
        JudgeProposal(agent, record);
    }

    public void OnApplied(SimulatedStore store, StoreRequest request)
    {
        switch (request)
        {
            case StoreRequest.WriteEpoch write:
                var before = _epochAt.GetValueOrDefault(store.Region);
                Demand(write.Epoch > before || _epochAtLoss.ContainsKey(store.Region), Invariant.EpochsRise, $"epoch {write.Epoch} landed at {store.Region} over epoch {before}");
                _epochAt[store.Region] = write.Epoch;
                _highestEpoch = Math.Max(_highestEpoch, write.Epoch);
                break;
            case StoreRequest.WriteJournal when JournalAt(store) is { } record:
                Demand(record.Epoch == store.State.EpochNumber, Invariant.OneActor, $"a journal record of epoch {record.Epoch} landed at {store.Region} under epoch {store.State.EpochNumber}");
                var stood = _journalAt.GetValueOrDefault(store.Region);
                Demand(stood.Epoch != record.Epoch || stood.Sequence <= record.Sequence || _epochAtLoss.ContainsKey(store.Region), Invariant.Replayable, $"record {record.Epoch}/{record.Sequence} landed at {store.Region} over {stood.Sequence}");
                _journalAt[store.Region] = (record.Epoch, record.Sequence);
                break;
        }
    }

    /// <summary>A store lost data that it had.</summary>
    public void OnLoss(SimulatedStore store) => _epochAtLoss[store.Region] = _highestEpoch;

    /// <summary>A new store lacks what the others have; one that lost its data lacks it until a later term has brought it back.</summary>
    public bool Lacks(SimulatedStore store)
    {
        var whole = store.State.EpochNumber > _epochAtLoss.GetValueOrDefault(store.Region) && OriginOf(JournalAt(store)) >= _newestCommitted;
        if (whole)
        {
            _epochAtLoss.Remove(store.Region);
        }

        return _epochAtLoss.ContainsKey(store.Region) || store.State.EpochNumber == 0;
    }

    private void OnBecameLeader(SimulatedAgent agent, LeadershipNotice.BecameLeader became)
    {
        Demand(became.Epoch > _lastTermEpoch, Invariant.EpochsRise, $"{agent.Name} leads with epoch {became.Epoch} after epoch {_lastTermEpoch}");
        _lastTermEpoch = became.Epoch;
        var origin = OriginOf(became.Recovered);
        Demand(origin >= _newestCommitted, Invariant.Replayable, $"{agent.Name} recovered record {origin}, but {_newestCommitted} was committed");
        _recovered.Add((became.Epoch, origin));
        DemandMajority($"epoch {became.Epoch}", s => s.State.EpochNumber >= became.Epoch);
        if (became.Recovered is { } record)
        {
            JudgeUndone(record);
            Remember(record);
            DemandMajority($"record {record.Epoch}/{record.Sequence}, recovered", s => JournalAt(s) is { } stored && !record.IsNewerThan(stored));
        }
    }

    private void OnCommitted(SimulatedAgent agent, JournalRecord record)
    {
        var origin = OriginOf(record);
        _newestCommitted = Math.Max(origin, _newestCommitted);
        Remember(record);
        DemandMajority($"record {record.Epoch}/{record.Sequence}, committed", s => JournalAt(s) is { } stored && !record.IsNewerThan(stored));
        foreach (var (epoch, recovered) in _recovered)
        {
            Demand(epoch <= record.Epoch || recovered >= origin, Invariant.Replayable, $"{agent.Name} committed record {origin} which epoch {epoch} does not know: it recovered {recovered}");
        }

        JudgeCommitted(record);
    }

    private void Remember(JournalRecord record)
    {
        Latest = record;
        world.Coverage.Reached(record);
        _committed[(record.Epoch, record.Sequence)] = record;
        _newestOfEpoch[record.Epoch] = Math.Max(record.Sequence, _newestOfEpoch.GetValueOrDefault(record.Epoch));
    }

    /// <summary>A majority, to which a store may belong that had it and lost it.</summary>
    private void DemandMajority(FormattableString what, Func<SimulatedStore, bool> holds)
    {
        var count = world.Stores.Count(s => holds(s.Store) || _epochAtLoss.ContainsKey(s.Store.Region));
        Demand(count >= world.Majority, Invariant.Replayable, $"{what}: stands at {count} stores, {world.Majority} are needed");
    }

    /// <summary>The number of the proposal that a record repeats; 0 for none.</summary>
    private int OriginOf(JournalRecord? record) => record is null ? 0 : _origins[ContentOf(record)];

    private static string ContentOf(JournalRecord record) => JournalCodec.Write(record with { Epoch = 1, Sequence = 1 });

    private static JournalRecord? JournalAt(SimulatedStore store) => store.State.Journal is { } entry ? JournalCodec.Read(entry.Value).Record : null;

    private void Demand(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] ref BrokenDetail detail)
    {
        Checks++;
        if (!holds)
        {
            throw new InvariantBrokenException(invariant, detail.ToString());
        }
    }
}
