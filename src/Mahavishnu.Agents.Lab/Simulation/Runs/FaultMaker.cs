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
        FaultKind.TargetGone, FaultKind.OperatorFailover, FaultKind.OperatorFailback, FaultKind.OperatorPause, FaultKind.Depose, FaultKind.MuteHeartbeats,
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

        maker.Story((uint)seed);
        for (var more = random.Next(3); more > 0; more--)
        {
            var state = SagaStates.All[random.Next(SagaStates.All.Count)];
            maker._faults.Add(maker.Any(Midway) with { At = maker._verdict * (0.3 * random.NextDouble()), When = state });
        }

        for (var more = random.Next(7); more > 0; more--)
        {
            maker._faults.Add(maker.Any(Anytime));
        }

        return maker._faults;
    }

    /// <summary>Seeds take the kill points in turn, each with a story that can come to it.</summary>
    private void Story(uint seed)
    {
        var point = KillPoint.All[(int)(seed % (uint)KillPoint.All.Count)];
        var region = _random.Next(_shape.Regions.Count);
        var start = _verdict * (0.5 + _random.NextDouble());
        if (point.Phase is StepPhase.Aborted or StepPhase.AbortIntended)
        {
            Undone(point, region, start);
        }
        else if (SagaTable.Row(point.Step).Kind == SagaKind.Failback)
        {
            ThereAndBack(region, start);
        }
        else
        {
            Add(point.Step == SagaStep.CatchUp || _random.Next(4) == 0 ? FaultKind.ServiceIll : _random.Next(2) == 0 ? FaultKind.RegionOutage : FaultKind.ServiceDead, start, _trouble, region);
        }

        _faults.Add(new Fault(FaultKind.KillAtWrite, TimeSpan.Zero, _shape.Timing.Validity * (3 * _random.NextDouble()), Fault.Leader) { Point = point });
    }

    /// <summary>A saga that is begun and has to be undone.</summary>
    private void Undone(KillPoint point, int region, TimeSpan start)
    {
        if (point.Step == SagaStep.DrainSource)
        {
            // Nothing can be moved, and meanwhile the region recovers.
            Add(FaultKind.ServiceIll, start, _trouble, region);
            _faults.Add(new Fault(FaultKind.TargetGone, TimeSpan.Zero, _verdict * 3, 0, 0, 0) { When = (SagaStep.DrainSource, StepPhase.Intended) });
            _faults.Add(new Fault(FaultKind.ServiceMended, TimeSpan.Zero, TimeSpan.Zero, region) { When = (SagaStep.DrainSource, StepPhase.Intended) });
            return;
        }

        ThereAndBack(region, start);
        var state = point.Step == SagaStep.VerifyOriginal ? (point.Step, StepPhase.Intended) : (point.Step, _random.Next(2) == 0 ? StepPhase.Intended : StepPhase.Done);
        _faults.Add(new Fault(FaultKind.ServiceDead, TimeSpan.Zero, _verdict * 4, region) { When = state });
        _faults.Add(new Fault(FaultKind.TargetGone, TimeSpan.Zero, _verdict * 2, 0, 0, 0) { When = state });
    }

    /// <summary>A region dies, recovers, and gets its users back.</summary>
    private void ThereAndBack(int region, TimeSpan start)
    {
        Add(FaultKind.ServiceDead, start, _verdict * 3, region);
        for (var ask = 0; ask < 6; ask++)
        {
            Add(FaultKind.OperatorFailback, start + (_verdict * (5 + (1.5 * ask))), TimeSpan.Zero, region, other: 1);
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
