using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Stores that are not there at start, come, and go again.</summary>
[Collection(RunningAgents.Name)]
public sealed class ReadinessTests
{
    [Fact]
    public async Task Ready_StoresComeAndGo_IsReachedWithAMajorityAndKept()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Stores = false }, stop);
        await world.StartAgentAsync(AgentWorld.Us, stop);

        await NotReadyAsync(world, "0 of 3 stores answer, 2 are needed");
        Assert.Equal(200, (await world.GetAsync(AgentWorld.Us, "/health/live", token: null)).Status);

        await world.StartStoreAsync(AgentWorld.Us, stop);
        await NotReadyAsync(world, "1 of 3 stores answer, 2 are needed");

        await world.StartStoreAsync(AgentWorld.Eu, stop);
        await Until.TrueAsync("ready", async () => (await world.GetAsync(AgentWorld.Us, "/health/ready", token: null)).Status == 200);
        await world.LeaderAsync();

        await world.StopStoreAsync(AgentWorld.Us);
        await world.StopStoreAsync(AgentWorld.Eu);
        var status = await Until.SeenAsync("a status that says that no store answers", async () =>
            await world.StatusAsync(AgentWorld.Us) is var seen && seen["stores"]!.AsArray().All(static s => !(bool)s!["answers"]!) && AgentWorld.Role(seen) == "Follower" && seen["abstains"] is not null ? seen : null);
        Assert.Contains("of 3 stores answer", (string?)status["abstains"], StringComparison.Ordinal);
        Assert.Null(status["leader"]);
        Assert.Equal(200, (await world.GetAsync(AgentWorld.Us, "/health/ready", token: null)).Status);
        Assert.Equal(200, (await world.GetAsync(AgentWorld.Us, "/health/live", token: null)).Status);
    }

    [Fact]
    public async Task Ready_NobodyAskedWhileTheStoresWereThere_IsReachedAllTheSame()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        await world.StartAgentAsync(AgentWorld.Us, TestContext.Current.CancellationToken);
        await world.LeaderAsync();

        foreach (var store in AgentWorld.Quorum)
        {
            await world.StopStoreAsync(store);
        }

        await Until.TrueAsync("no store answers", async () => (await world.StatusAsync(AgentWorld.Us))["stores"]!.AsArray().All(static s => !(bool)s!["answers"]!));
        Assert.Equal(200, (await world.GetAsync(AgentWorld.Us, "/health/ready", token: null)).Status);
    }

    private static async Task NotReadyAsync(AgentWorld world, string reason)
    {
        var reply = await Until.SeenAsync($"not ready: {reason}", async () =>
            await world.GetAsync(AgentWorld.Us, "/health/ready", token: null) is { } ready && ready.Message.Contains(reason, StringComparison.Ordinal) ? ready : null);
        Assert.Equal((503, "not_ready"), (reply.Status, reply.Error));
    }
}
