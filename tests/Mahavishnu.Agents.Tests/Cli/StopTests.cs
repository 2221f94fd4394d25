using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Tests.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>A leader that stops hands over at once, and what it wrote on the way holds no secret.</summary>
[Collection(RunningAgents.Name)]
public sealed class StopTests
{
    /// <summary>A leader that dies is waited out for 2.2 s in the profile <c>fast</c>; an orderly handover takes a fraction of that.</summary>
    private static readonly TimeSpan HandoverLimit = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Terminate_Leader_HandsOverWithinASecondAndExitsWith0()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Fast = true, LogLevel = "DEBUG" }, TestContext.Current.CancellationToken);
        var agents = AgentWorld.Quorum.ToDictionary(static region => region, region => AgentProcess.Start("run", "--config", world.ConfigDirectory, "--region", region.Value));
        try
        {
            // Twice, since a busy machine may delay one of them.
            var first = await HandOverAsync(world, agents);
            var second = await HandOverAsync(world, agents);

            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"handovers: {first.TotalSeconds:0.000} s, {second.TotalSeconds:0.000} s"));
            Assert.InRange(first < second ? first : second, TimeSpan.Zero, HandoverLimit);
        }
        finally
        {
            foreach (var agent in agents.Values)
            {
                await agent.DisposeAsync();
            }
        }
    }

    /// <summary>Ends the leader with SIGTERM; gives the time until the next leader's epoch stands at a majority.</summary>
    private static async Task<TimeSpan> HandOverAsync(AgentWorld world, Dictionary<RegionId, AgentProcess> agents)
    {
        var leader = await world.LeaderAsync([.. agents.Keys]);
        var epoch = await EpochAsync(world);
        agents.Remove(leader, out var stopping);
        await using var stops = stopping!;

        // A caller that never ends its request does not hold the leader back.
        using var slow = new TcpClient();
        await slow.ConnectAsync("127.0.0.1", world.Agent(leader).Port, TestContext.Current.CancellationToken);
        var half = $"POST /v1/failover HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {WorldTokens.OnCall}\r\nContent-Length: 1000\r\n\r\n{{";
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(half), TestContext.Current.CancellationToken);

        var startedAt = TimeProvider.System.GetTimestamp();
        stops.Signal("TERM");
        await Until.TrueAsync("a new epoch at a majority", async () => await EpochAsync(world) > epoch);
        var took = TimeProvider.System.GetElapsedTime(startedAt);

        // The process itself gives such a caller a few seconds more.
        slow.Close();
        var ended = await stops.EndAsync();
        Assert.Equal(0, ended.Exit);
        Assert.All(WorldTokens.All.Values, token => Assert.DoesNotContain(token, ended.Errors, StringComparison.Ordinal));
        return took;
    }

    /// <summary>The greatest epoch that stands at a majority.</summary>
    private static async Task<long> EpochAsync(AgentWorld world)
    {
        var epochs = await Task.WhenAll(AgentWorld.Quorum.Select(store => world.KeyAsync(store, "epoch")));
        return epochs.Select(static e => e is null ? 0 : long.Parse(e, CultureInfo.InvariantCulture)).Order().ElementAt(1);
    }
}
