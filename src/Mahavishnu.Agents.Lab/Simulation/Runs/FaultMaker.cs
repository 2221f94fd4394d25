using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Lab.Simulation.Faults;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>
/// Plans what goes wrong in a run: a story that brings a saga about, a leader that is killed at one place of a journal write,
/// more trouble when the saga comes to some state, and trouble at random.
/// </summary>
internal sealed class FaultMaker
{
    private static readonly FaultKind[] Anytime =
    [
        FaultKind.KillAgent, FaultKind.KillAgent, FaultKind.StopAgent, FaultKind.PauseAgent, FaultKind.PauseAgent, FaultKind.DriftClock,
        FaultKind.PartitionRegion, FaultKind.PartitionRegion, FaultKind.PartitionOneWay, FaultKind.CutLink, FaultKind.CutLink, FaultKind.SwizzleClog,
        FaultKind.Storm, FaultKind.SlowEnd, FaultKind.KillSession, FaultKind.LoseReplies, FaultKind.TurnAway, FaultKind.DelayLock, FaultKind.StopStore,
        FaultKind.LoseStore, FaultKind.RestoreStore, FaultKind.RegionOutage, FaultKind.RegionOutage, FaultKind.ServiceDead, FaultKind.ServiceDead,
        FaultKind.ServiceIll, FaultKind.ServiceLies, FaultKind.ServiceFlaps, FaultKind.IsolateObserver, FaultKind.LagLies, FaultKind.DnsPartial,
        FaultKind.TargetGone, FaultKind.OperatorFailover, FaultKind.OperatorFailback, FaultKind.OperatorPause, FaultKind.Depose, FaultKind.Depose, FaultKind.Depose, FaultKind.MuteHeartbeats, FaultKind.MuteHeartbeats,
    ];

    private static readonly FaultKind[] Midway =
    [
        FaultKind.KillAgent, FaultKind.PauseAgent, FaultKind.PartitionRegion, FaultKind.Storm, FaultKind.StopStore, FaultKind.LoseStore, FaultKind.KillSession,
        FaultKind.RegionOutage, FaultKind.ServiceDead, FaultKind.ServiceMended, FaultKind.ServiceIll, FaultKind.TargetGone, FaultKind.DnsPartial, FaultKind.OperatorFailover,
        FaultKind.OperatorPause, FaultKind.Depose, FaultKind.MuteHeartbeats, FaultKind.StopAgent,
    ];

    /// <summary>Agents with different lists of stores are kept apart by what they read: while they can read it.</summary>
    private static readonly FaultKind[] WhileStoresDiffer = [FaultKind.KillSession, FaultKind.KillSession, FaultKind.KillAgent, FaultKind.PauseAgent, FaultKind.StopAgent];

    private readonly Random _random;
    private readonly WorldShape _shape;
    private readonly TimeSpan _trouble;
    private readonly TimeSpan _verdict;
    private readonly List<Fault> _faults = [];

    private FaultMaker(Random random, WorldShape shape, TimeSpan trouble) =>
        (_random, _shape, _trouble, _verdict) = (random, shape, trouble, PlanMaker.Verdict(shape));

    /// <summary>The faults of a seed.</summary>
    public static IReadOnlyList<Fault> Make(int seed, Random random, WorldShape shape, TimeSpan trouble)
    {
        var maker = new FaultMaker(random, shape, trouble);
        if (shape.OtherMembers.Count > 0)
        {
            for (var more = 3 + random.Next(8); more > 0; more--)
            {
                maker._faults.Add(maker.Any(WhileStoresDiffer));
            }

            return maker._faults;
        }

        maker.Story(PointOf(seed));

        // Half of the seeds tell their story undisturbed, so that it comes to its end.
        var disturbed = random.Next(2) == 0;
        for (var more = disturbed ? random.Next(3) : 0; more > 0; more--)
        {
            var state = SagaStates.All[random.Next(SagaStates.All.Count)];
            maker._faults.Add(maker.Any(Midway) with { At = maker._verdict * (0.3 * random.NextDouble()), When = state });
        }

        for (var more = disturbed ? 1 + random.Next(9) : 0; more > 0; more--)
        {
            maker._faults.Add(maker.Any(Anytime));
        }

        return maker._faults;
    }

    /// <summary>Seeds take the kill points in turn.</summary>
    public static KillPoint PointOf(int seed) => KillPoint.All[(int)((uint)seed % (uint)KillPoint.All.Count)];

    /// <summary>A story that can come to the kill point.</summary>
    private void Story(KillPoint point)
    {
        var region = Source();
        var start = _verdict * (0.5 + _random.NextDouble());
        if (point.Phase is StepPhase.Aborted or StepPhase.AbortIntended)
        {
            Undone(point, region, start);
        }
        else if (SagaTable.Row(point.Step).Kind == SagaKind.Failback)
        {
            ThereAndBack(region, start, force: false);
        }
        else
        {
            Add(point.Step == SagaStep.CatchUp || _random.Next(4) == 0 ? FaultKind.ServiceIll : _random.Next(2) == 0 ? FaultKind.RegionOutage : FaultKind.ServiceDead, start, _trouble, region);
        }

        if (point.Phase == StepPhase.Done && _random.Next(2) == 0)
        {
            DiesMeanwhile(point.Step);
        }

        _faults.Add(new Fault(FaultKind.KillAtWrite, TimeSpan.Zero, _shape.Timing.Validity * (3 * _random.NextDouble()), Fault.Leader) { Point = point });
    }

    /// <summary>A region to be left: as a rule one that somebody may take over from.</summary>
    private int Source()
    {
        var lawful = Enumerable.Range(0, _shape.Regions.Count).Where(i => _shape.Regions[i] is { IsPrimary: true } facts
            && _shape.Regions.Any(other => other.Region != facts.Region && _shape.Residency.MayMove(facts, other).Lawful)).ToList();
        return lawful.Count > 0 && _random.Next(8) > 0 ? lawful[_random.Next(lawful.Count)] : _random.Next(_shape.Regions.Count);
    }

    /// <summary>A step is done, and before anybody can go on, the leader and the stores are away for a while, and the target dies.</summary>
    private void DiesMeanwhile(SagaStep step)
    {
        var after = (step, StepPhase.Done);
        for (var store = 0; store < _shape.Quorum.Count; store++)
        {
            _faults.Add(new Fault(FaultKind.StopStore, TimeSpan.Zero, _verdict * (0.8 + _random.NextDouble()), store) { When = after });
        }

        _faults.Add(new Fault(FaultKind.ServiceDead, TimeSpan.Zero, _verdict * 6, Fault.Target) { When = after });
        _faults.Add(new Fault(FaultKind.KillAgent, TimeSpan.Zero, _verdict * _random.NextDouble(), Fault.Leader) { When = after });
    }

    /// <summary>A saga that is begun and has to be undone.</summary>
    private void Undone(KillPoint point, int region, TimeSpan start)
    {
        var begun = (point.Step, StepPhase.Intended);
        switch (point.Step)
        {
            case SagaStep.DrainSource:
                // Nothing can be moved, and meanwhile the region recovers.
                Add(FaultKind.ServiceIll, start, _trouble, region);
                _faults.Add(new Fault(FaultKind.TargetGone, TimeSpan.Zero, _verdict * 3, 0, 0, 0) { When = begun });
                _faults.Add(new Fault(FaultKind.ServiceMended, TimeSpan.Zero, TimeSpan.Zero, region) { When = begun });
                break;
            case SagaStep.VerifyOriginal:
                // Somebody insists on a region that is still ill.
                ThereAndBack(region, start, force: true);
                Add(FaultKind.ServiceIll, start + (_verdict * 3.2), _trouble, region);
                break;
            case SagaStep.SyncData:
                ThereAndBack(region, start, force: false);
                _faults.Add(new Fault(FaultKind.RegionOutage, TimeSpan.Zero, _verdict * 4, region) { When = begun });
                break;
            default:
                ThereAndBack(region, start, force: false);
                _faults.Add(new Fault(FaultKind.ServiceDead, TimeSpan.Zero, _verdict * 4, region) { When = begun });
                _faults.Add(new Fault(FaultKind.TargetGone, TimeSpan.Zero, _verdict * 1.6, 0, 0, 0) { When = begun });
                break;
        }
    }

    /// <summary>A region dies, recovers, and gets its users back; with <paramref name="force"/> even before it is ready.</summary>
    private void ThereAndBack(int region, TimeSpan start, bool force)
    {
        Add(FaultKind.ServiceDead, start, _verdict * 3, region);
        for (var ask = 0; ask < 6; ask++)
        {
            Add(FaultKind.OperatorFailback, start + (_verdict * (5 + (1.5 * ask))), TimeSpan.Zero, region, other: force ? 0 : 1);
        }
    }

    private void Add(FaultKind kind, TimeSpan at, TimeSpan time, int who, int other = 0) => _faults.Add(new Fault(kind, at, time, who, other, _random.NextDouble()));

    private Fault Any(FaultKind[] kinds)
    {
        var kind = kinds[_random.Next(kinds.Length)];
        var span = kind is FaultKind.PauseAgent ? _shape.Timing.Validity * (0.5 + (2.5 * _random.NextDouble()))
            : kind is FaultKind.RegionOutage or FaultKind.ServiceDead or FaultKind.ServiceIll or FaultKind.ServiceLies ? _verdict * (0.3 + (6 * _random.NextDouble()))
            : _shape.Timing.Validity * (0.2 + (3 * _random.NextDouble()));
        var who = _random.Next(3) == 0 ? Fault.Leader : _random.Next(10);
        return new Fault(kind, _trouble * _random.NextDouble(), span, who, _random.Next(10), _random.NextDouble());
    }
}
