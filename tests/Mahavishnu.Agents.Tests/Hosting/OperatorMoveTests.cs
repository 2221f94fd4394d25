using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>An operator moves users away and back, and may not do two things at once.</summary>
[Collection(RunningAgents.Name)]
public sealed class OperatorMoveTests
{
    [Fact]
    public async Task FailoverAndFailback_ByHand_MoveUsersThereAndBackAndRefuseWhatDoesNotFit()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        await world.StartAgentsAsync(TestContext.Current.CancellationToken);
        var leader = await world.LeaderAsync();
        await HealthyAsync(world, leader);
        var home = world.Routes;

        // Away, and during it nothing else.
        var accepted = await world.PostAsync(leader, "/v1/failover", """{"from":"us-east-1","force":true,"reason":"rehearsal"}""");
        Assert.Equal(202, accepted.Status);
        var plan = (string)accepted.Json["plan"]!["planId"]!;
        var second = await world.PostAsync(leader, "/v1/failover", """{"from":"ap-southeast-1","force":true,"reason":"another"}""");
        Assert.Equal((409, "plan_under_way"), (second.Status, second.Error));
        Assert.Contains(plan, second.Message, StringComparison.Ordinal);
        var back = await world.PostAsync(leader, "/v1/failback", """{"region":"us-east-1","approve":true,"force":true,"reason":"too early"}""");
        Assert.Equal((409, "plan_under_way"), (back.Status, back.Error));
        await CompleteAsync(world, leader, plan);
        Assert.Equal(100, world.Edge.Control.Current.Routes.Percent(AgentWorld.Us, AgentWorld.Ap));

        // Not ready: neither shown nor done.
        var away = await world.FootprintAsync();
        foreach (var body in (string[])["""{"region":"us-east-1"}""", """{"region":"us-east-1","approve":true}"""])
        {
            var early = await world.PostAsync(leader, "/v1/failback", body);
            Assert.Equal((409, "not_ready"), (early.Status, early.Error));
        }

        // Not approved: only a plan.
        var shown = await world.PostAsync(leader, "/v1/failback", """{"region":"us-east-1","force":true,"reason":"look"}""");
        Assert.Equal((200, true), (shown.Status, (bool)shown.Json["dryRun"]!));
        Assert.Equal(away, await world.FootprintAsync());

        // Approved: home again.
        var approved = await world.PostAsync(leader, "/v1/failback", """{"region":"us-east-1","approve":true,"force":true,"reason":"rehearsal over"}""");
        Assert.Equal(202, approved.Status);
        await CompleteAsync(world, leader, (string)approved.Json["plan"]!["planId"]!);
        Assert.Equal(home, world.Routes);
        Assert.Equal(
            ["failover.request accepted", "failover.request plan_under_way", "failback.request plan_under_way", "failback.request not_ready", "failback.request not_ready", "failback.request dry_run", "failback.request accepted"],
            world.Audit(leader).Where(static l => (string?)l["actor"] == "on-call").Select(static l => $"{l["action"]} {l["outcome"]}"));
    }

    [Fact]
    public async Task Failover_ProcessWithoutTheModule_NeverLeadsAndSaysSo()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Modules = "health, leadership" }, TestContext.Current.CancellationToken);
        await world.StartAgentAsync(AgentWorld.Us, TestContext.Current.CancellationToken);
        await Until.TrueAsync("the reason why it does not campaign", async () =>
            ((string?)(await world.StatusAsync(AgentWorld.Us))["leadership"]!["reason"])!.Contains("does not campaign", StringComparison.Ordinal));

        var reply = await world.PostAsync(AgentWorld.Us, "/v1/failover", """{"from":"us-east-1","force":true,"reason":"x"}""");

        Assert.Equal((421, "not_leader"), (reply.Status, reply.Error));
        Assert.Null(await world.KeyAsync(AgentWorld.Us, "journal/current"));
    }

    private static Task HealthyAsync(AgentWorld world, RegionId agent) => Until.TrueAsync("all regions agreed healthy", async () =>
        await world.StatusAsync(agent) is var status && AgentWorld.Quorum.All(region => AgentWorld.Condition(status, region) == "Healthy"));

    private static Task CompleteAsync(AgentWorld world, RegionId agent, string plan) => Until.TrueAsync($"{plan} complete", async () =>
        (await world.StatusAsync(agent))["lastSaga"] is { } saga && (string?)saga["planId"] == plan && (string?)saga["phase"] == "Complete");
}
