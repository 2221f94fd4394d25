using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Failovers and failbacks that may not be: each is told why, leaves an audit line, and changes nothing.</summary>
[Collection(RunningAgents.Name)]
public sealed class OperatorRefusalTests(CalmWorld calm)
{
    private const string Force = "\"force\":true,\"reason\":\"test\"";
    private readonly AgentWorld _world = calm.World;

    [Theory]
    //          path             body                                                    status error             what the message says
    [InlineData("/v1/failover", "\"from\":\"us-east-1\",\"to\":\"us-east-1\"," + Force,    400, "target_is_source", "The target is the source")]
    [InlineData("/v1/failover", "\"from\":\"mars-1\"," + Force,                            400, "unknown_region",   "Region mars-1 is not configured")]
    [InlineData("/v1/failover", "\"from\":\"us-east-1\",\"to\":\"mars-1\"," + Force,       400, "unknown_region",   "Region mars-1 is not configured")]
    [InlineData("/v1/failover", "\"from\":\"us-east-1\",\"force\":true",                   400, "reason_missing",   "needs a reason")]
    [InlineData("/v1/failover", "\"from\":\"us-east-1\",\"force\":true,\"reason\":\" \"",  400, "reason_missing",   "needs a reason")]
    [InlineData("/v1/failover", "\"from\":\"us-east-1\",\"to\":\"us-west-2\"," + Force,    409, "unhealthy_target", "us-west-2 may not take over from us-east-1")]
    [InlineData("/v1/failover", "\"from\":\"eu-west-1\",\"to\":\"us-east-1\"," + Force,    409, "unlawful_target",  "Residency cannot be forced")]
    [InlineData("/v1/failover", "\"from\":\"eu-west-1\"," + Force,                         409, "no_target",        "No lawful, healthy target")]
    [InlineData("/v1/failover", "\"from\":\"us-east-1\"",                                  409, "not_agreed",       "us-east-1 is Healthy")]
    [InlineData("/v1/failover", "\"from\":\"us-west-2\"",                                  409, "serves_nobody",    "us-west-2 serves nobody")]
    [InlineData("/v1/failback", "\"region\":\"mars-1\"",                                   400, "unknown_region",   "Region mars-1 is not configured")]
    [InlineData("/v1/failback", "\"region\":\"us-east-1\"",                                409, "at_home",          "there is nothing to fail back")]
    [InlineData("/v1/failback", "\"region\":\"us-east-1\",\"approve\":true," + Force,      409, "at_home",          "there is nothing to fail back")]
    public async Task Ask_WhatMayNotBe_IsRefusedAuditedAndChangesNothing(string path, string members, int status, string error, string message)
    {
        var leader = await calm.LeaderAsync();
        var (before, lines) = (await _world.FootprintAsync(), _world.Audit(leader).Count);

        var reply = await _world.PostAsync(leader, path, "{" + members + "}");

        Assert.Equal((status, error), (reply.Status, reply.Error));
        Assert.Contains(message, reply.Message, StringComparison.Ordinal);
        Assert.Contains(_world.Audit(leader).Skip(lines), l => (string?)l["actor"] == "on-call" && (string?)l["outcome"] == error);
        Assert.Equal(before, await _world.FootprintAsync());
    }

    [Fact]
    public async Task Ask_DryRun_ShowsThePlanAndChangesNothing()
    {
        var leader = await calm.LeaderAsync();
        var before = await _world.FootprintAsync();

        var reply = await _world.PostAsync(leader, "/v1/failover", "{\"from\":\"us-east-1\",\"dryRun\":true," + Force + "}");

        Assert.Equal((200, true), (reply.Status, (bool)reply.Json["dryRun"]!));
        Assert.Equal(("us-east-1", "ap-southeast-1"), ((string?)reply.Json["plan"]!["source"], (string?)reply.Json["plan"]!["target"]));
        Assert.Equal("on-call", (string?)reply.Json["plan"]!["requestedBy"]);
        Assert.Equal(before, await _world.FootprintAsync());
        Assert.Null((await _world.StatusAsync(leader))["saga"]);
    }

    [Theory]
    [InlineData("/v1/failover", "{\"from\":\"us-east-1\"," + Force + "}")]
    [InlineData("/v1/failback", """{"region":"us-east-1","approve":true}""")]
    public async Task Ask_Follower_NamesTheLeaderAuditsAndChangesNothing(string path, string body)
    {
        var leader = await calm.LeaderAsync();
        var follower = AgentWorld.Quorum.First(region => region != leader);
        var (before, lines) = (await _world.FootprintAsync(), _world.Audit(follower).Count);

        var reply = await _world.PostAsync(follower, path, body);

        Assert.Equal((421, "not_leader"), (reply.Status, reply.Error));
        Assert.Equal($"{leader}-1", (string?)reply.Json["leader"]!["agent"]);
        Assert.Equal(_world.Agent(leader), new Uri((string)reply.Json["leader"]!["address"]!));
        Assert.Contains(_world.Audit(follower).Skip(lines), static l => (string?)l["outcome"] == "not_leader");
        Assert.Equal(before, await _world.FootprintAsync());
    }
}
