using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Tests.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>What a leader decides and what it answers, over real stores.</summary>
public sealed class FailoverLoopTests : FailoverWorld
{
    [Fact]
    public async Task RegionDown_Leader_FailsItOverAndArchivesTheSagaWhereItCan()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        await LeadsAsync(agent);

        Health.Set(StoreWorld.Us, 0);
        await EndedAsync(agent, StepPhase.Complete);

        AssertUsersOfUsAreAway();
        AssertOneActor();
        var record = agent.Loop.State.Record!;
        foreach (var region in StoreWorld.Regions)
        {
            await Eventually.TrueAsync(async () => await World.ReadAsync(region, $"journal/archive/{record.PlanId}") is not null, $"it is archived at {region}");
            Assert.Equal(JournalCodec.Write(record), (await World.ReadAsync(region, $"journal/archive/{record.PlanId}"))!.Text);
        }
    }

    [Fact]
    public async Task Maintenance_MidSaga_HoldsItUntilItIsOver()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        await LeadsAsync(agent);
        Edge.Script = (command, _) => Task.FromResult(command.Desired.Equals(Edge.Now) ? null : new Core.Traffic.TrafficOutcome(Core.Traffic.TrafficOutcomeKind.Unknown, "not now"));
        Health.Set(StoreWorld.Us, 0);
        await Eventually.TrueAsync(() => agent.Loop.State.Record is { Ended: false }, "a saga is under way");

        Assert.True((await agent.Maintenance.SetAsync(true, "works", "ops", Eventually.Cancellation)).Majority);
        await Eventually.TrueAsync(() => agent.Loop.State.Doing.EndsWith("waits: automation is paused (works (ops))", StringComparison.Ordinal), "it waits");
        Edge.Script = static (_, _) => Task.FromResult<Core.Traffic.TrafficOutcome?>(null);
        await Eventually.StaysTrueAsync(StoreWorld.Timing.HeartbeatInterval * 2, () => Edge.Now.Equals(Home), "nothing is changed");

        Assert.True((await agent.Maintenance.SetAsync(false, "done", "ops", Eventually.Cancellation)).Majority);
        await EndedAsync(agent, StepPhase.Complete);
        AssertUsersOfUsAreAway();
    }

    [Fact]
    public async Task AskAsync_SagaUnderWay_IsRefusedWhileItRuns()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        await LeadsAsync(agent);
        Edge.Script = (command, _) => Task.FromResult(command.Desired.Equals(Edge.Now) ? null : new Core.Traffic.TrafficOutcome(Core.Traffic.TrafficOutcomeKind.Unknown, "not now"));
        Health.Set(StoreWorld.Us, 0);
        await Eventually.TrueAsync(() => agent.Loop.State.Record is { Ended: false }, "a saga is under way");

        var answer = await agent.Loop.AskAsync(Request(StoreWorld.Ap), Eventually.Cancellation);

        Assert.Equal("plan_under_way", answer.Code);
    }

    [Fact]
    public async Task AskAsync_DryRunThenReally_OnlyTheSecondMovesUsers()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        await LeadsAsync(agent);
        await Eventually.TrueAsync(() => agent.Loop.State.Input.View[StoreWorld.Us].AtLeast is not null, "the observers agree");

        Assert.NotNull((await agent.Loop.AskAsync(Request(StoreWorld.Us) with { DryRun = true }, Eventually.Cancellation)).Plan);
        await Eventually.StaysTrueAsync(StoreWorld.Timing.HeartbeatInterval, () => agent.Loop.State.Record is null, "no plan stands");

        Assert.NotNull((await agent.Loop.AskAsync(Request(StoreWorld.Us), Eventually.Cancellation)).Plan);
        await EndedAsync(agent, StepPhase.Complete);
        AssertUsersOfUsAreAway();
    }

    [Fact]
    public async Task AskAsync_FollowerOrStopped_SaysSoAtOnce()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        agent.Candidate.Gate = new(false, "barred");
        Assert.Equal("not_leader", (await agent.Loop.AskAsync(Request(StoreWorld.Us), Eventually.Cancellation)).Code);

        await agent.StopAsync();
        Assert.Equal("not_leader", (await agent.Loop.AskAsync(Request(StoreWorld.Us), Eventually.Cancellation)).Code);
    }

    [Fact]
    public async Task RegionDown_LeaderInsideIt_HandsOverFirst()
    {
        var inside = await AgentAsync("us-east-1-1", StoreWorld.Us);
        await LeadsAsync(inside);
        var outside = await AgentAsync("eu-west-1-1", StoreWorld.Eu);

        Health.Set(StoreWorld.Us, 0);

        await EndedAsync(outside, StepPhase.Complete);
        Assert.True(outside.Leads);
        Assert.All(Edge.Told.Where(static t => t.Desired.Percent(StoreWorld.Us, StoreWorld.Us) == 0), static t => Assert.Equal("eu-west-1-1", t.Agent));
        AssertUsersOfUsAreAway();
        AssertOneActor();
    }

    private static OperatorRequest Request(RegionId region) => new(SagaKind.Failover, region, null, Force: true, "a drill", "ops");
}
