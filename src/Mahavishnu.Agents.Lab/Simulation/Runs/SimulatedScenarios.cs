using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Lab.Simulation.Faults;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>A named story; the seed still decides its latencies, its timings and its world.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What happens, and whom it happened to.</param>
/// <param name="Quiet">Whether nobody may be moved.</param>
/// <param name="Tell">The faults, given the length of a verdict and of a lease.</param>
internal sealed record SimulatedScenario(string Name, string Summary, bool Quiet, Func<TimeSpan, TimeSpan, Fault[]> Tell)
{
    /// <summary>Whether the story is about data.</summary>
    public bool Data { get; init; }

    /// <summary>Whether it is told with the reference's own times.</summary>
    public bool InDefaultTimes { get; init; }
}

/// <summary>Named stories: faults that brought other systems down, and those that the simulator found here.</summary>
internal static class SimulatedScenarios
{
    private const int Ap = 0;
    private const int Eu = 1;
    private const int Us = 2;

    /// <summary>Every scenario.</summary>
    public static IReadOnlyList<SimulatedScenario> All { get; } =
    [
        new("region-outage", "everything in a region dies and comes back", false, static (v, _) => [F(FaultKind.RegionOutage, v, v * 5, Us)]),
        new("leader-outage", "the leader dies with its region", false, static (v, _) => [F(FaultKind.RegionOutage, v, v * 5, Fault.Leader)]),
        new("local-store-stops", "the leader's own store stops cleanly (Patroni #2070)", true, static (v, l) => [F(FaultKind.KillSession, v, l, Us), F(FaultKind.StopStore, v, v * 3, Us), F(FaultKind.StopStore, v * 5, v * 3, Ap)]),
        new("slow-link", "everything to and from the leader is as slow as its deadlines (Patroni #3550)", true, static (v, _) => [F(FaultKind.SlowEnd, v, v * 6, Fault.Leader) with { Size = 1 }]),
        new("timer-race", "the leader is paused for about a lease, again and again (Patroni #3678)", true, static (v, l) => [.. Enumerable.Range(0, 8).Select(i => F(FaultKind.PauseAgent, v * (1 + i), l * (0.9 + (0.03 * i)), Fault.Leader))]),
        new("frozen-lag", "lag is missing, then absurd, when the region dies (Patroni #1858, #3147; vitess #21109)", false, static (v, _) => [F(FaultKind.LagLies, v * 0.5, v * 3, 0), F(FaultKind.LagLies, v * 4, v * 9, 0) with { Other = 3 }, F(FaultKind.RegionOutage, v, v * 5, Us)]) { Data = true },
        new("rights-withdrawn", "stores refuse the agents' tokens in turn (Patroni 4.1.1)", true, static (v, _) => [.. Enumerable.Range(0, 3).Select(i => F(FaultKind.TurnAway, v * (1 + (3 * i)), v * 2, i) with { Size = 1 })]),
        new("stale-store", "a store comes back from a backup, and the leader dies (Patroni 4.0.6)", true, static (v, _) => [F(FaultKind.RestoreStore, v * 2, v, Us), F(FaultKind.KillAgent, v * 2.2, v, Fault.Leader), F(FaultKind.RestoreStore, v * 6, v, Ap), F(FaultKind.KillAgent, v * 6.2, v, Fault.Leader)]),
        new("twice-the-ttl", "the leader is gone for good and its sessions stand for twice their time (Consul #1172, #4508)", true, static (v, _) => [F(FaultKind.KillAgent, v, v * 12, Fault.Leader)]),
        new("lock-delay", "every store keeps its lock closed after a session died (Consul #2371)", true, static (v, l) => [.. Enumerable.Range(0, 3).SelectMany(i => new[] { F(FaultKind.DelayLock, v, v * 8, i), F(FaultKind.KillSession, v * (2 + i), l, i) }), F(FaultKind.KillAgent, v * 5, v, Fault.Leader)]),
        new("lost-sessions", "sessions die under a live leader (Consul #912, #9788)", true, static (v, l) => [.. Enumerable.Range(0, 12).Select(i => F(FaultKind.KillSession, v * (1 + (0.7 * i)), l, i))]),
        new("index-reset", "stores come back empty, one after another (Consul #1162)", true, static (v, _) => [F(FaultKind.LoseStore, v, v, Us), F(FaultKind.LoseStore, v * 5, v, Eu), F(FaultKind.LoseStore, v * 9, v, Ap)]),
        new("one-way-out", "the leader's region can speak and not hear, then hear and not speak (pg_auto_failover's 90 s)", false, static (v, _) => [F(FaultKind.PartitionOneWay, v, v * 3, Us) with { Size = 0.9 }, F(FaultKind.PartitionOneWay, v * 7, v * 3, Us) with { Size = 0.1 }]),
        new("majority-lost", "the majority of the stores is gone, then back (pg_auto_failover #501)", true, static (v, _) => [F(FaultKind.StopStore, v, v * 4, Us), F(FaultKind.StopStore, v, v * 5, Ap)]),
        new("dies-after-intent", "the leader dies right after it has written what it is about to do (orchestrator #1296)", false, static (v, l) => [F(FaultKind.RegionOutage, v, v * 9, Us), Kill(SagaStep.DrainSource, StepPhase.Intended, l), Kill(SagaStep.Redirect, StepPhase.Intended, l)]),
        new("no-way-out", "the target dies during the failover, and nothing can be moved for a while (vitess #20078)", false, static (v, _) => [F(FaultKind.RegionOutage, v, v * 9, Us), Then(FaultKind.ServiceDead, SagaStep.Redirect, StepPhase.Intended, v * 4, Fault.Target), Then(FaultKind.TargetGone, SagaStep.Redirect, StepPhase.Intended, v * 2, 0) with { Size = 0 }]),
        new("looks-all-dead", "one observer sees everything down: it suspects itself (Orleans #935, #7505)", true, static (v, _) => [F(FaultKind.IsolateObserver, v, v * 6, Us), F(FaultKind.IsolateObserver, v * 8, v * 5, Ap)]),
        new("dns-out-of-reach", "a DNS service cannot be changed while a region is failed over (k8gb)", false, static (v, _) => [F(FaultKind.RegionOutage, v, v * 9, Us), F(FaultKind.TargetGone, v, v * 6, 0) with { Other = 1, Size = 0.9 }]),
        new("partly-applied", "some DNS servers refuse the change (F15)", false, static (v, _) => [F(FaultKind.RegionOutage, v, v * 9, Us), F(FaultKind.DnsPartial, v, v * 6, 0) with { Other = 1 }]),
        new("forty-three-seconds", "a region is cut off for 43 s (GitHub, 2018-10-21)", false, static (v, _) => [F(FaultKind.PartitionRegion, v, TimeSpan.FromSeconds(43), Us)]) { Data = true, InDefaultTimes = true },
        new("two-writers", "a region that was failed over returns and is failed back while it is cut off again (CloudNativePG #9273)", false, static (v, _) => [F(FaultKind.PartitionRegion, v, v * 4, Us), .. Enumerable.Range(0, 5).Select(i => F(FaultKind.OperatorFailback, v * (6 + i), v, Us)), Then(FaultKind.PartitionRegion, SagaStep.SyncData, StepPhase.Intended, v * 2, Us)]) { Data = true },
        new("long-pauses", "agents do not get to run for up to three leases (Orleans' false deaths)", true, static (v, l) => [.. Enumerable.Range(0, 9).Select(i => F(FaultKind.PauseAgent, v * (1 + i), l * (0.5 + (0.3 * i)), i))]),
        new("minority-view", "one observer cannot reach one region (uptimepage #107)", true, static (v, _) => [F(FaultKind.CutLink, v, v * 5, Us) with { Other = 1 }, F(FaultKind.IsolateObserver, v * 7, v * 4, Eu)]),
        new("flapping", "a service falls and rises about as fast as the thresholds look", false, static (v, _) => [F(FaultKind.ServiceFlaps, v, v, Us), F(FaultKind.ServiceFlaps, v * 5, v, Ap)]),
        new("operators-disagree", "operators ask for opposite things at the same time (F18)", false, static (v, _) => [F(FaultKind.OperatorFailover, v * 2, v, Us), F(FaultKind.OperatorFailover, v * 2, v, Ap) with { Size = 0.9, Other = 2 }, F(FaultKind.OperatorFailback, v * 2.1, v, Us), F(FaultKind.OperatorPause, v * 2.2, v * 3, 0), F(FaultKind.OperatorFailback, v * 6, v, Us)]),
        new("forgotten-cooldown", "a region is failed over, back, and another leader knows nothing of it (found here)", false, static (v, l) => [F(FaultKind.ServiceDead, v, v * 3, Us), F(FaultKind.OperatorFailback, v * 5.5, v, Us), Kill(SagaStep.VerifyFailback, StepPhase.Complete, l), F(FaultKind.ServiceDead, v * 7.5, v * 4, Us)]),
        new("deposed", "leaders are answered late, then cut off with their sessions gone; some stop in order", true, static (v, l) => [.. Enumerable.Range(0, 7).SelectMany(i => new[] { F(i % 3 == 2 ? FaultKind.MuteHeartbeats : FaultKind.Depose, v * (1 + (1.8 * i)), l * 1.2, Fault.Leader) with { Size = 0.14 * i }, F(FaultKind.StopAgent, v * (2 + (1.8 * i)), l * 0.3, Fault.Leader) })]),
        new("stragglers", "writes of a leader that was deposed in the middle of a saga arrive much later", false, static (v, l) => [F(FaultKind.RegionOutage, v * 0.7, v * 4, Us), .. Enumerable.Range(0, 9).SelectMany(i => new[] { F(FaultKind.Storm, v * (1.2 + i), v * 0.9, 0) with { Size = 0.3 }, F(FaultKind.KillSession, v * (1.5 + i), l, i), F(FaultKind.OperatorFailback, v * (4 + (0.5 * i)), v, Us), F(FaultKind.PauseAgent, v * (1.7 + i), l * 1.1, Fault.Leader) })]),
        new("empty-and-old", "a store that lost its data and one that slept through it are all that is left for a while", false, static (v, _) => [F(FaultKind.StopStore, v * 0.9, v * 4.1, Us), F(FaultKind.ServiceDead, v, v * 9, Us), F(FaultKind.LoseStore, v * 4.4, v, Eu) with { Size = 0.9 }, F(FaultKind.StopStore, v * 4.6, v * 4, Ap), F(FaultKind.KillAgent, v * 4.7, v, Fault.Leader)]),
        new("dead-observers", "automation is paused while a region is down; before it goes on the region has recovered, and who saw it down is gone", true, static (v, _) => [F(FaultKind.OperatorPause, v * 0.5, v * 7, 0), F(FaultKind.ServiceDead, v, v * 2.2, Us), F(FaultKind.KillAgent, v * 3.1, v * 9, Ap), F(FaultKind.KillAgent, v * 3.1, v * 9, Eu)]),
        new("ill-target", "the only region that may take over is ill itself: nobody is moved, and a person is called", true, static (v, _) => [F(FaultKind.ServiceIll, v, v * 11, Eu), F(FaultKind.ServiceDead, v * 4, v * 5, Us)]),
        new("broken-for-ever", "a dead holder's lock is broken where its region is cut off and comes back (found here)", false, static (v, _) => [F(FaultKind.RegionOutage, v * 3, v * 4, Fault.Leader), F(FaultKind.KillSession, v * 8, v, Us), F(FaultKind.RegionOutage, v * 9, v * 3, Fault.Leader)]),
    ];

    /// <summary>The run of a scenario and a seed.</summary>
    /// <exception cref="LabException">There is no such scenario.</exception>
    public static SimulationPlan Make(string name, int seed)
    {
        var scenario = All.FirstOrDefault(s => s.Name == name) ?? throw new LabException($"there is no scenario {name}; see --list-scenarios");
        var random = new Random(seed);
        var shape = PlanMaker.ThreeRegions(random, scenario.Data, scenario.InDefaultTimes);
        var verdict = PlanMaker.Verdict(shape);
        return new SimulationPlan(seed, shape, scenario.Tell(verdict, shape.Timing.Validity), verdict * 14);
    }

    private static Fault F(FaultKind kind, TimeSpan at, TimeSpan time, int who) => new(kind, at, time, who);

    private static Fault Then(FaultKind kind, SagaStep step, StepPhase phase, TimeSpan time, int who) => new(kind, TimeSpan.Zero, time, who) { When = (step, phase) };

    private static Fault Kill(SagaStep step, StepPhase phase, TimeSpan restartAfter) =>
        new(FaultKind.KillAtWrite, TimeSpan.Zero, restartAfter, Fault.Leader) { Point = new KillPoint(step, phase, KillMoment.WhenCommitted) };
}
