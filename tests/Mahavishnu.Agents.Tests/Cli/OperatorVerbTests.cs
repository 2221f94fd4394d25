using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Consul;
using Mahavishnu.Agents.Tests.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>The verbs that ask a running agent: what they print and with what they exit.</summary>
[Collection(RunningAgents.Name)]
public sealed class OperatorVerbTests(CalmWorld calm)
{
    private readonly AgentWorld _world = calm.World;

    [Theory]
    [InlineData("status",             "regions")]
    [InlineData("explain",            "verdicts")]
    [InlineData("maintenance status", "on")]
    public async Task Show_Json_IsOneDocumentOnStandardOutput(string verb, string member)
    {
        var ended = await AskAsync(AgentWorld.Us, "reader", [.. verb.Split(' '), "--json"]);

        Assert.Equal((0, ""), (ended.Exit, ended.Errors.Trim()));
        Assert.NotNull(ended.Json[member]);
    }

    [Theory]
    [InlineData("status",             "us-west-2           Down")]
    [InlineData("explain",            "us-west-2: ")]
    [InlineData("maintenance status", "automation is running")]
    public async Task Show_ForPeople_SaysItInWords(string verb, string said)
    {
        var ended = await AskAsync(AgentWorld.Us, "reader", verb.Split(' '));

        Assert.Equal((0, ""), (ended.Exit, ended.Errors.Trim()));
        Assert.Contains(said, ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_FromTheConfigurationAlone_FindsAddressAndToken()
    {
        var ended = await AgentProcess.RunAsync("status", "--json", "--config", _world.ConfigDirectory, "--region", "eu-west-1");

        Assert.Equal((0, "eu-west-1-1"), (ended.Exit, (string?)ended.Json["agent"]));
    }

    [Theory]
    //          verb and options                                                                  token      exit  what is said
    [InlineData("failover --from us-east-1 --to us-east-1 --force --reason test",                 "on-call",  2,   "The target is the source")]
    [InlineData("failover --from mars-1 --force --reason test",                                   "on-call",  2,   "Region mars-1 is not configured")]
    [InlineData("failover --from us-east-1 --force",                                              "on-call",  2,   "add --reason TEXT")]
    [InlineData("failover --from us-east-1",                                                      "on-call",  1,   "To go on all the same, add --force")]
    [InlineData("failover --from eu-west-1 --to us-east-1 --force --reason test",                 "on-call",  1,   "Residency cannot be forced")]
    [InlineData("failback --region us-east-1 --approve",                                          "on-call",  1,   "there is nothing to fail back")]
    [InlineData("failback --region us-east-1 --approve",                                          "operator", 2,   "lacks the scope approve")]
    [InlineData("failback --approve",                                                             "on-call",  2,   "region is needed")]
    [InlineData("maintenance on --reason test",                                                   "reader",   2,   "lacks the scope operate")]
    [InlineData("status",                                                                         "operator", 2,   "lacks the scope read")]
    [InlineData("status",                                                                         "edge",     2,   "A bearer token is needed")]
    public async Task Ask_Refused_SaysWhyExitsAndChangesNothing(string verb, string token, int exit, string said)
    {
        var leader = await calm.LeaderAsync();
        var before = await _world.FootprintAsync();

        var ended = await AskAsync(leader, token, verb.Split(' '));

        Assert.Equal(exit, ended.Exit);
        Assert.Contains(said, ended.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await _world.FootprintAsync());
    }

    [Fact]
    public async Task Failover_AskedOfAFollower_FollowsToTheLeader()
    {
        var leader = await calm.LeaderAsync();
        var lines = _world.Audit(leader).Count;

        var ended = await AskAsync(AgentWorld.Quorum.First(region => region != leader), "on-call", "failover", "--from", "us-east-1", "--force", "--reason", "rehearsal", "--dry-run", "--json");

        Assert.Equal((0, true), (ended.Exit, (bool)ended.Json["dryRun"]!));
        Assert.Contains(_world.Audit(leader).Skip(lines), static l => (string?)l["action"] == "failover.request" && (string?)l["outcome"] == "dry_run");
    }

    [Fact]
    public async Task Show_NobodyListens_NamesTheAddressAndExitsWith3()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}/";
        closed.Stop();

        var ended = await AgentProcess.RunAsync("status", "--address", address, "--token-file", _world.TokenFile("reader"));

        Assert.Equal(3, ended.Exit);
        Assert.Contains($"The agent at {address} cannot be reached", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_SomethingElseAnswers_IsToldApartAndExitsWith3()
    {
        await using var store = await ConsulServer.StartAsync(new ConsulServerOptions(), TestContext.Current.CancellationToken);

        var ended = await AgentProcess.RunAsync("status", "--address", store.Address.ToString(), "--token-file", _world.TokenFile("reader"));

        Assert.Equal(3, ended.Exit);
        Assert.Contains("what answers there is no agent", ended.Errors, StringComparison.Ordinal);
    }

    private Task<Ended> AskAsync(RegionId agent, string token, params string[] verb) =>
        AgentProcess.RunAsync([.. verb, "--address", _world.Agent(agent).ToString(), "--token-file", _world.TokenFile(token)]);
}
