using System.Text.Json.Nodes;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>One command pauses automation everywhere, and another lets it go on.</summary>
[Collection(RunningAgents.Name)]
public sealed class MaintenanceTests
{
    [Fact]
    public async Task Maintenance_OnFromAFollower_HoldsAutomationEverywhereUntilOff()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Automatic = true }, TestContext.Current.CancellationToken);
        await world.StartAgentsAsync(TestContext.Current.CancellationToken);
        var leader = await world.LeaderAsync();
        var follower = AgentWorld.Quorum.First(region => region != leader);

        // Eu has no lawful target and the leader would hand over first, so the region that dies is another.
        var victim = AgentWorld.Quorum.First(region => region != leader && region != AgentWorld.Eu);

        var on = await world.PostAsync(follower, "/v1/maintenance", """{"on":true,"reason":"moving racks"}""", WorldTokens.Operator);
        Assert.Equal((200, true), (on.Status, (bool)on.Json["on"]!));
        foreach (var agent in AgentWorld.Quorum)
        {
            await Until.TrueAsync($"{agent} shows the pause", async () => (await world.GetAsync(agent, "/v1/maintenance")).Json is var shown
                && (bool)shown["on"]! && (string?)shown["reason"] == "moving racks" && (string?)shown["by"] == "operator");
        }

        var before = await world.FootprintAsync();
        await world.KillServiceAsync(victim);
        var verdict = await Until.SeenAsync("the leader's verdict for a region agreed down", async () =>
            AgentWorld.Condition(await world.StatusAsync(leader), victim) == "Down" ? Verdict((await world.GetAsync(leader, "/v1/explain")).Json, victim.Value) : null);
        Assert.DoesNotContain("Failover", ((string)verdict["decision"]!).Replace("NoFailover", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("moving racks", verdict.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(before, await world.FootprintAsync());

        Assert.Equal(200, (await world.PostAsync(follower, "/v1/maintenance", """{"on":false,"reason":"done"}""", WorldTokens.Operator)).Status);
        await Until.TrueAsync($"the users of {victim} have moved", () => Task.FromResult(world.Edge.Control.Current.Routes.Percent(victim, victim) == 0));
        Assert.Equal(["on done", "off done"], world.Audit(follower).Where(static l => (string?)l["action"] == "maintenance.set").Select(static l => $"{l["resource"]} {l["outcome"]}"));
    }

    [Fact]
    public async Task Maintenance_NoMajorityOfStores_Is503AndWritesNothing()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Stores = false }, TestContext.Current.CancellationToken);
        await world.StartStoreAsync(AgentWorld.Us, TestContext.Current.CancellationToken);
        await world.StartAgentAsync(AgentWorld.Us, TestContext.Current.CancellationToken);

        var reply = await world.PostAsync(AgentWorld.Us, "/v1/maintenance", """{"on":true,"reason":"x"}""");

        Assert.Equal((503, "no_majority"), (reply.Status, reply.Error));
        Assert.Contains("1 of 3 stores answer, 2 are needed", reply.Message, StringComparison.Ordinal);
        Assert.Null(await world.KeyAsync(AgentWorld.Us, "maintenance"));
        Assert.Contains(world.Audit(AgentWorld.Us), static l => (string?)l["action"] == "maintenance.set" && (string?)l["outcome"] == "no_majority");
    }

    private static JsonNode? Verdict(JsonNode explain, string region) => explain["verdicts"]!.AsArray().FirstOrDefault(v => (string?)v!["region"] == region);
}
