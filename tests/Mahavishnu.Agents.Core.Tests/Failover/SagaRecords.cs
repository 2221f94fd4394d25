using Mahavishnu.Agents.Core.Failover;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>Every record of sagas of all kinds: straight ones, detours, undone ones, with and without stores of data.</summary>
internal static class SagaRecords
{
    public static IReadOnlyList<JournalRecord> All { get; } =
    [
        .. Saga(TrafficOnly, FailoverPlan(TrafficOnly), static _ => Input((Us, 0))),
        .. Saga(AllSteps, FailoverPlan(AllSteps, 0.3), static _ => Input((Us, 0.3))),
        .. Saga(TrafficOnly, FailoverPlan(TrafficOnly) with { RequestedBy = "anna", Reason = "moving \"racks\"" }, static d => d.Last.Step < SagaStep.Verify ? Input((Us, 0)) : Input((Us, 0), (Ap, 0))),
        .. Saga(TrafficOnly, FailoverPlan(TrafficOnly), static d => d.Journal.Count > 1 ? Input() : Input((Us, 0))),
        .. Saga(AllSteps, FailbackPlan(AllSteps), static _ => Input()),
        .. Saga(TrafficOnly, FailbackPlan(TrafficOnly), static d => d.Last.ReturnedPercent > 10 ? Input((Us, 0)) : Input()),
        .. Saga(TrafficOnly, FailbackPlan(TrafficOnly), static d => d.Last.ReturnedPercent > 10 ? Input((Eu, 0)) : Input()),
    ];

    private static List<JournalRecord> Saga(SagaSettings settings, JournalRecord plan, Func<SagaDriver, DecisionInput> world) =>
        new SagaDriver(settings, world, static (_, _) => EffectResult.Done) { RestartsAfter = new HashSet<int> { 3, 7 } }.Start(plan).RunUntil().Journal;
}
