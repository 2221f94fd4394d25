using System.Globalization;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>Journal records for tests.</summary>
public static class SampleJournal
{
    private static readonly RegionId Source = new("us-east-1");
    private static readonly RegionId Target = new("eu-west-1");

    /// <summary>A record that its number tells from all others.</summary>
    public static JournalRecord Record(int number) => new()
    {
        PlanId = "fo-1-1",
        Kind = SagaKind.Failover,
        Step = SagaStep.Redirect,
        Phase = StepPhase.Intended,
        Source = Source,
        Target = Target,
        Audiences = [Source],
        Before = RoutingTable.Home([Source, Target]),
        Desired = RoutingTable.Home([Source, Target]).With(Source, (Target, 100)),
        Decision = DecisionKind.ImmediateFailover,
        Skipped = [SagaStep.FenceSource, SagaStep.CatchUp, SagaStep.PromoteDatabase, SagaStep.PromoteSearch],
        Reason = number.ToString(CultureInfo.InvariantCulture),
    };
}
