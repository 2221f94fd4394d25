using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <content>Probes, this observer's view, and the votes.</content>
internal sealed partial class SimulatedAgent
{
    /// <summary>How long something bad is remembered, as the daemon's own watch does.</summary>
    private static readonly TimeSpan LatenessWindow = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<RegionId, CheckState[]> _checks = [];
    private readonly SortedDictionary<RegionId, RegionView> _views = [];
    private readonly Dictionary<RegionId, TimeSpan> _heardAt = [];
    private VoteLedger _ledger = new();
    private ObserverLimits _limits = ObserverLimits.Default;
    private CheckPolicy _policy = null!;
    private string _process = "";
    private string? _saidWhy;
    private long _counter;
    private TimeSpan _lateness;
    private TimeSpan _lateAt;

    /// <summary>What it thinks of each region.</summary>
    public IReadOnlyDictionary<RegionId, RegionView> Views => _views;

    private SelfReading Self => _world.Now - _lateAt <= LatenessWindow ? new SelfReading(_lateness, TimeSpan.Zero) : SelfReading.Calm;

    private void StartVotes(string process)
    {
        var shape = _world.Shape;
        (_process, _counter, _ledger, _saidWhy) = (process, 0, new VoteLedger(), null);
        _heardAt.Clear();
        _limits = new ObserverLimits(shape.Timing.Validity / 4, shape.Timing.Validity / 4);
        _policy = CheckPolicy.For(3, 2, shape.ProbeInterval);
        foreach (var region in shape.Regions)
        {
            _checks[region.Region] = [.. SimulatedService.Checks.Select(static _ => CheckState.Initial)];
            Judge(region.Region);
            Every(shape.ProbeInterval, () => Probe(region.Region));
        }

        Every(shape.ProbeInterval, Publish);
        foreach (var store in _world.Stores)
        {
            Every(shape.ProbeInterval / 4, () => ReadVotes(store));
        }
    }

    private void Late(TimeSpan lateness)
    {
        if (lateness > Self.TimerLateness || lateness > _limits.TimerLateness)
        {
            (_lateness, _lateAt) = (lateness, _world.Now);
        }
    }

    private void Probe(RegionId region)
    {
        var incarnation = Incarnation;
        var service = _world.ServiceOf(region);
        _world.Network.Call(End, service.End, _world.Shape.ProbeTimeout / Rate, service.Answer, (answers, _) => Deliver(incarnation, () => Record(region, answers)));
    }

    private void Record(RegionId region, bool[]? answers)
    {
        var states = _checks[region];
        var changed = false;
        for (var check = 0; check < states.Length; check++)
        {
            var before = states[check].Standing;
            states[check] = states[check].After(answers?[check] == true ? ProbeAnswer.Passed : ProbeAnswer.Failed, _policy, Clock);
            changed |= states[check].Standing != before;
        }

        if (changed)
        {
            Judge(region);
            Publish();
        }
    }

    private void Judge(RegionId region)
    {
        var states = _checks[region];
        var view = RegionScore.Judge(region, SimulatedService.Checks.Select((c, i) => new CheckReading(c.Name, c.Weight, c.Critical, states[i].Standing)));
        _views[region] = view;
        _world.Judge.OnView(this, view);
    }

    private string? Abstains()
    {
        var answering = _heardAt.Values.Count(at => _world.Now - at <= _world.Shape.Freshness);
        return ObserverGate.Abstention(ObserverGate.Judge(_views.Values, Self, _limits), answering, _world.Stores.Count);
    }

    private void Publish()
    {
        _saidWhy = Abstains();
        var said = new Vote(Name, Region, _process, ++_counter, _saidWhy, "", [.. _views.Values]);

        // Through the text that a store would hold, so that what is read is what can be read.
        var vote = Vote.Read(AsWritten(said.ToText())).Vote!;
        foreach (var store in _world.Stores)
        {
            _world.Network.Call(End, store.End, _settings.Timing.RequestTimeout / Rate, () => store.Put(vote), static (_, _) => { });
        }
    }

    private void ReadVotes(StoreServer store)
    {
        var incarnation = Incarnation;
        _world.Network.Call(End, store.End, _settings.Timing.RequestTimeout / Rate, store.ReadVotes, (votes, _) => Deliver(incarnation, () =>
        {
            if (votes is null)
            {
                return;
            }

            _heardAt[store.Store.Region] = _world.Now;
            foreach (var vote in votes)
            {
                _ledger.Observe(Clock, store.Store.Region, vote);
            }

            if (Abstains() != _saidWhy)
            {
                Publish();
            }
        }));
    }
}
