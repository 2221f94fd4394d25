using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Tests.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>The daemon refuses to start on what cannot be, with exit code 2, before it has said a word to anybody.</summary>
[Collection(RunningAgents.Name)]
public sealed class StartTests
{
    [Fact]
    public async Task Run_PortInUse_NamesTheAddressAndExitsWith2()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        using var other = new TcpListener(IPAddress.Loopback, world.Agent(AgentWorld.Us).Port);
        other.Start();

        var ended = await RunAsync(world);

        Assert.Equal(2, ended.Exit);
        Assert.Contains($"agent.listen 127.0.0.1:{world.Agent(AgentWorld.Us).Port} cannot be used", ended.Errors, StringComparison.Ordinal);
        await AssertSilentAsync(world);
    }

    [Theory]
    //          listen              what is said
    [InlineData("192.0.2.1:8610",   "agent.listen 192.0.2.1:8610 cannot be used")]
    [InlineData("some-host:8610",   "must be an IP address of this machine")]
    public async Task Run_AddressThatIsNotOurs_NamesItAndExitsWith2(string listen, string said)
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        Overlay(world, $"listen: '{listen}'");

        var ended = await RunAsync(world);

        Assert.Equal(2, ended.Exit);
        Assert.Contains(said, ended.Errors, StringComparison.Ordinal);
        await AssertSilentAsync(world);
    }

    [Fact]
    public async Task Run_TokenFileThatCannotBeRead_NamesItAndExitsWith2()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        File.Delete(world.TokenFile("operator"));

        var ended = await RunAsync(world);

        Assert.Equal(2, ended.Exit);
        Assert.Contains(world.TokenFile("operator"), ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(WorldTokens.Reader, ended.Errors, StringComparison.Ordinal);
        await AssertSilentAsync(world);
    }

    [Fact]
    public async Task Run_DataDirectoryThatCannotBeWritten_NamesItAndExitsWith2()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);

        // A file stands where the directory should be: that holds for root too.
        var file = Path.Combine(world.Root, "occupied");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        Overlay(world, $"data_directory: '{file}'");

        var ended = await RunAsync(world);

        Assert.Equal(2, ended.Exit);
        Assert.Contains($"agent.data_directory: {file}/us-east-1-1 must be a directory", ended.Errors, StringComparison.Ordinal);
        await AssertSilentAsync(world);
    }

    [Fact]
    public async Task Run_BrokenConfiguration_PrintsItsErrorsAndExitsWith2()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        Overlay(world, "colour: red");

        var ended = await RunAsync(world);

        Assert.Equal(2, ended.Exit);
        Assert.Contains("production.yaml:2: agent.colour", ended.Errors, StringComparison.Ordinal);
        await AssertSilentAsync(world);
    }

    [Fact]
    public async Task Run_NoStoreAnswers_KeepsRunningAndStopsCleanlyOnInterrupt()
    {
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Stores = false, LogLevel = "INFO" }, TestContext.Current.CancellationToken);
        await using var agent = AgentProcess.Start("run", "--config", world.ConfigDirectory, "--region", "us-east-1");

        await Until.TrueAsync("not ready, for want of stores", async () =>
            await AskAsync(world, "/health/ready") is { } reply && (reply.Status, reply.Error) == (503, "not_ready") && reply.Message.Contains("0 of 3 stores answer", StringComparison.Ordinal));
        agent.Signal("INT");

        Assert.Equal(0, (await agent.EndAsync()).Exit);
    }

    private static async Task<Reply?> AskAsync(AgentWorld world, string path)
    {
        try
        {
            return await world.GetAsync(AgentWorld.Us, path, token: null);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static Task<Ended> RunAsync(AgentWorld world) => AgentProcess.RunAsync("run", "--config", world.ConfigDirectory, "--region", "us-east-1");

    /// <summary>Adds to the section <c>agent</c> of the region, in the file of its environment.</summary>
    private static void Overlay(AgentWorld world, string line)
    {
        Directory.CreateDirectory(Path.Combine(world.ConfigDirectory, "us-east-1"));
        File.WriteAllText(Path.Combine(world.ConfigDirectory, "us-east-1", "production.yaml"), $"agent:\n  {line}\n");
    }

    private static async Task AssertSilentAsync(AgentWorld world)
    {
        foreach (var store in AgentWorld.Quorum)
        {
            Assert.Null(await world.KeyAsync(store, "votes/us-east-1/us-east-1-1"));
            Assert.Null(await world.KeyAsync(store, "leader"));
        }

        Assert.Empty(world.Edge.Control.History);
    }
}
