using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Tests.Cli;
using Mahavishnu.Agents.Tests.Failover;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>What running agents record of a failover is enough to take their decisions again.</summary>
[Collection(RunningAgents.Name)]
public sealed class FlightTests
{
    [Fact]
    public async Task Failover_RecordedByEveryAgent_ReplaysToTheSameDecisions()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Automatic = true }, TestContext.Current.CancellationToken);
        await world.StartAgentsAsync(TestContext.Current.CancellationToken);
        await world.LeaderAsync();
        await Until.TrueAsync("all regions agreed healthy", async () =>
            await world.StatusAsync(AgentWorld.Eu) is var status && AgentWorld.Quorum.All(region => AgentWorld.Condition(status, region) == "Healthy"));

        await world.KillServiceAsync(AgentWorld.Us);
        await Until.TrueAsync("the failover is complete", async () => (string?)(await world.StatusAsync(AgentWorld.Eu))["lastSaga"]?["phase"] == "Complete");
        await Until.TrueAsync("every agent agrees that it is down", async () =>
            (await Task.WhenAll(AgentWorld.Quorum.Select(world.StatusAsync))).All(static status => AgentWorld.Condition(status, AgentWorld.Us) == "Down"));
        await Task.WhenAll(AgentWorld.Quorum.Select(world.StopAgentAsync));

        foreach (var region in AgentWorld.Quorum)
        {
            var ended = await AgentProcess.RunAsync("replay", Flight(world, region));
            Assert.Equal((0, ""), (ended.Exit, ended.Errors.Trim()));
            Assert.Contains("every decision is as recorded", ended.Output, StringComparison.Ordinal);
            Assert.Contains("us-east-1 is agreed Down", ended.Output, StringComparison.Ordinal);
            Assert.All(Directory.GetFiles(Flight(world, region)), static file => Assert.All(WorldTokens.All.Values, token => Assert.DoesNotContain(token, File.ReadAllText(file), StringComparison.Ordinal)));
        }

        var leader = AgentWorld.Quorum.First(region => FlightRecord.Replay(Flight(world, region)).Any(static s => s.Turn?.Action is Core.Failover.FailoverAction.Run));
        var policy = Path.Combine(world.Root, "policy.yaml");
        await File.WriteAllTextAsync(policy, "failover: {automatic: false}", TestContext.Current.CancellationToken);
        var otherwise = await AgentProcess.RunAsync("replay", Flight(world, leader), "--policy", policy);
        Assert.Equal((1, ""), (otherwise.Exit, otherwise.Errors.Trim()));
        Assert.Contains("policy: ManualIntervention (D-04: failover is left to an operator)", otherwise.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorder_TurnedOff_WritesNothing()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(Path.Combine(world.ConfigDirectory, "us-east-1.yaml"), "  flight_recorder: {enabled: false}\n", TestContext.Current.CancellationToken);
        await world.StartAgentAsync(AgentWorld.Us, TestContext.Current.CancellationToken);
        await Until.TrueAsync("it has audited its first decision", () => Task.FromResult(world.Audit(AgentWorld.Us).Count > 0));

        Assert.False(Directory.Exists(Flight(world, AgentWorld.Us)));
    }

    private static string Flight(AgentWorld world, RegionId region) => Path.Combine(world.Root, "data", $"{region}-1", "flight");
}
