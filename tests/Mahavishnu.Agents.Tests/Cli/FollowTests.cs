using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Tests.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>A failover that is asked for on the command line is followed to its end, as far as the caller may look.</summary>
[Collection(RunningAgents.Name)]
public sealed class FollowTests
{
    [Fact]
    public async Task Failover_AskedOfAFollower_IsFollowedToItsEndInterruptedOrNotSeen()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        await world.StartAgentsAsync(TestContext.Current.CancellationToken);
        var leader = await world.LeaderAsync();
        var follower = AgentWorld.Quorum.First(region => region != leader);
        await Until.TrueAsync("all regions agreed healthy", async () =>
            await world.StatusAsync(leader) is var status && AgentWorld.Quorum.All(region => AgentWorld.Condition(status, region) == "Healthy"));

        // Followed to its end.
        var followed = await AgentProcess.RunAsync(Failover(world, follower, "us-east-1", "ap-southeast-1", "on-call"));
        Assert.Equal((0, ""), (followed.Exit, followed.Errors.Trim()));
        Assert.Contains("us-east-1 -> ap-southeast-1", followed.Output, StringComparison.Ordinal);
        Assert.Contains("Complete", followed.Output, StringComparison.Ordinal);

        // May ask but not look: told so, and the plan goes on.
        var unseen = await AgentProcess.RunAsync(Failover(world, leader, "ap-southeast-1", "us-east-1", "operator"));
        Assert.Equal(1, unseen.Exit);
        Assert.Contains("goes on, but it cannot be followed: The token operator lacks the scope read", unseen.Errors, StringComparison.Ordinal);
        await HomeAsync(world, leader, AgentWorld.Us);

        // Interrupted: the plan goes on all the same.
        await using var interrupted = AgentProcess.Start(Failover(world, leader, "us-east-1", "ap-southeast-1", "on-call"));
        await Until.TrueAsync("the plan has begun", async () => (await world.StatusAsync(leader))["saga"] is not null);
        interrupted.Signal("INT");
        Assert.Equal(130, (await interrupted.EndAsync()).Exit);
        await HomeAsync(world, leader, AgentWorld.Ap);
    }

    private static string[] Failover(AgentWorld world, RegionId agent, string from, string to, string token) =>
        ["failover", "--from", from, "--to", to, "--force", "--reason", "rehearsal", "--address", world.Agent(agent).ToString(), "--token-file", world.TokenFile(token)];

    /// <summary>Waits until a plan has ended with the users of two regions in one.</summary>
    private static Task HomeAsync(AgentWorld world, RegionId agent, RegionId serving) => Until.TrueAsync($"the users of two regions in {serving}", async () =>
        world.Edge.Control.Current.Routes.Percent(AgentWorld.Us, serving) == 100 && world.Edge.Control.Current.Routes.Percent(AgentWorld.Ap, serving) == 100
        && (await world.StatusAsync(agent))["saga"] is null);
}
