using Mahavishnu.Agents.Lab.Consul;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class StatusTests : ConsulServerTest
{
    [Fact]
    public async Task C111_StatusLeader_NamesItOrIsEmpty()
    {
        Assert.Matches("^\".+:[0-9]+\"$", (await GetAsync("/v1/status/leader")).Body);
        Server.Faults.NoLeader = true;
        (await GetAsync("/v1/status/leader")).Is(200, "\"\"");
    }

    [Fact]
    public async Task C112_StatusPeers_IsAList() => Assert.Equal(1, (await GetAsync("/v1/status/peers")).Json.GetArrayLength());

    [Fact]
    public async Task C113_OtherDatacenter_FederatedAnswers_UnknownGives500()
    {
        await using var other = await Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions { Datacenter = "dc2", Time = Clock }, Cancelled);
        Server.Federate(other);
        await PutAsync("/v1/kv/k?dc=dc2", "there");
        Assert.Equal(404, (await GetAsync("/v1/kv/k")).Status);
        Assert.Equal("there", Text((await GetAsync("/v1/kv/k?dc=dc2")).Single));
        other.Faults.NoLeader = true;
        (await GetAsync("/v1/status/leader?dc=dc2")).Is(200, "\"\"");
        (await GetAsync("/v1/status/leader?dc=dc9")).Is(500, "No path to datacenter");
        Server.Faults.CutDatacenter("dc2", seen: true);
        (await GetAsync("/v1/status/leader?dc=dc2")).Is(500, "Remote DC has no server currently reachable");
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("GET")]
    public async Task C114_NoLeader_IsHeldThenGives500(string method)
    {
        Server.Faults.NoLeader = true;
        var held = SendAsync(new HttpMethod(method), "/v1/kv/k");
        var (reply, waited) = await AdvanceUntilAsync(held, Seconds(0.5));
        reply.Is(500, "No cluster leader");
        Assert.True(waited >= Seconds(7), $"{waited}");
    }

    [Fact]
    public async Task C114_NoLeader_StaleReadIsAnswered()
    {
        await PutAsync("/v1/kv/k", "v");
        Server.Faults.NoLeader = true;
        var stale = await GetAsync("/v1/kv/k?stale");
        Assert.Equal("v", Text(stale.Single));
        Assert.Equal("false", stale.Headers["X-Consul-KnownLeader"]);
    }

    [Fact]
    public async Task C114_LeaderReturnsDuringTheHold_RequestIsDone()
    {
        Server.Faults.NoLeader = true;
        var held = PutAsync("/v1/kv/k", "v");
        Clock.Advance(Seconds(3));
        Assert.False(held.IsCompleted);
        Server.Faults.NoLeader = false;
        (await held).Is(200, "true");
    }

    [Fact]
    public async Task C115_AgentSelf_NamesDatacenterAndNode()
    {
        var config = (await GetAsync("/v1/agent/self")).Json.GetProperty("Config");
        Assert.Equal(("dc1", "node-1"), (config.GetProperty("Datacenter").GetString(), config.GetProperty("NodeName").GetString()));
    }

    [Fact]
    public async Task C129_WrongVerb_CarriesAllow_OptionsIsAnswered()
    {
        var wrong = await SendAsync(HttpMethod.Post, "/v1/kv/k");
        wrong.Is(405, "method POST not allowed");
        Assert.Equal("OPTIONS,GET,PUT,DELETE", wrong.Headers["Allow"].Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(200, (await SendAsync(HttpMethod.Options, "/v1/kv/k")).Status);
    }

    [Fact]
    public async Task C130_Pretty_Indents()
    {
        await PutAsync("/v1/kv/k", "v");
        var pretty = await GetAsync("/v1/kv/k?pretty");
        Assert.StartsWith("[\n    {\n        \"LockIndex\": 0,", pretty.Body, StringComparison.Ordinal);
        Assert.EndsWith("]\n", pretty.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownPath_Gives404() => (await GetAsync("/v1/nonsense")).Fails(404, "not a recognized HTTP API endpoint");
}
