using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>What the status tells of a saga's steps.</summary>
public sealed class SagaHistoryTests
{
    private static readonly RoutingTable s_home = RoutingTable.Home([new RegionId("us"), new RegionId("eu"), new RegionId("ap")]);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Observe_TargetChangesDuringAStep_TheStepFailedAndBeginsAnew()
    {
        var history = new SagaHistory(new AgentClock(_time));
        history.Observe(Record(SagaStep.Redirect, "eu"));
        _time.Advance(TimeSpan.FromSeconds(2));

        history.Observe(Record(SagaStep.Redirect, "ap"));

        Assert.Equal(
            [("Redirect", "failed", 2.0), ("Redirect", "running", 0.0), ("FenceSource", "skipped", 0.0)],
            history.Steps(Record(SagaStep.Redirect, "ap")).Select(static s => (s.Name, s.State, s.DurationSeconds)));
        Assert.Null(history.Steps(Record(SagaStep.Redirect, "ap"))[^1].StartedUnixMs);
    }

    private static JournalRecord Record(SagaStep step, string target) => new()
    {
        PlanId = "fo-1-1",
        Kind = SagaKind.Failover,
        Step = step,
        Phase = StepPhase.Intended,
        Source = new RegionId("us"),
        Target = new RegionId(target),
        Audiences = [new RegionId("us")],
        Before = s_home,
        Desired = s_home,
        Decision = DecisionKind.ImmediateFailover,
        Skipped = [SagaStep.FenceSource],
    };
}
