using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Requests to change something that are turned away: each is told why, leaves an audit line, and changes nothing.</summary>
[Collection(RunningAgents.Name)]
public sealed class HttpRefusalTests(CalmWorld calm)
{
    private const string Forced = """{"from":"us-east-1","force":true,"reason":"test"}""";
    private readonly AgentWorld _world = calm.World;

    [Theory]
    //          path              body                                                   what the message says
    [InlineData("/v1/failover",    "",                                                    "not what was expected")]
    [InlineData("/v1/failover",    "null",                                                "it is null")]
    [InlineData("/v1/failover",    "[]",                                                  "not what was expected")]
    [InlineData("/v1/failover",    "{",                                                   "not what was expected")]
    [InlineData("/v1/failover",    "from=us-east-1",                                      "not what was expected")]
    [InlineData("/v1/failover",    Forced + "{}",                                         "not what was expected")]
    [InlineData("/v1/failover",    "{}",                                                  "from is needed")]
    [InlineData("/v1/failover",    """{"from":null}""",                                   "from is needed")]
    [InlineData("/v1/failover",    """{"from":"","force":true,"reason":"x"}""",           "from is needed")]
    [InlineData("/v1/failover",    """{"from":1}""",                                      "$.from")]
    [InlineData("/v1/failover",    """{"from":"us-east-1","force":"yes"}""",              "$.force")]
    [InlineData("/v1/failover",    """{"from":"us-east-1","colour":"red"}""",             "colour")]
    [InlineData("/v1/failover",    """{"from":"us-east-1","from":"eu-west-1"}""",         "from")]
    [InlineData("/v1/failover",    """{"from":"US East"}""",                              "from: 'US East' is not the name of a region")]
    [InlineData("/v1/failover",    """{"from":"us-east-1","to":"../../etc"}""",           "to: '../../etc' is not the name of a region")]
    [InlineData("/v1/failback",    "{}",                                                  "region is needed")]
    [InlineData("/v1/failback",    """{"from":"us-east-1"}""",                            "from")]
    [InlineData("/v1/failback",    """{"region":"us-east-1","approve":1}""",              "$.approve")]
    [InlineData("/v1/maintenance", "{}",                                                  "both are needed")]
    [InlineData("/v1/maintenance", """{"on":true}""",                                     "both are needed")]
    [InlineData("/v1/maintenance", """{"on":true,"reason":" "}""",                        "both are needed")]
    [InlineData("/v1/maintenance", """{"reason":"x"}""",                                  "both are needed")]
    [InlineData("/v1/maintenance", """{"on":"true","reason":"x"}""",                      "$.on")]
    public async Task Post_MalformedBody_Is400AuditedAndChangesNothing(string path, string body, string message)
    {
        var leader = await calm.LeaderAsync();
        var (before, lines) = (await _world.FootprintAsync(), _world.Audit(leader).Count);

        var reply = await _world.PostAsync(leader, path, body);

        Assert.Equal((400, "bad_request"), (reply.Status, reply.Error));
        Assert.Contains(message, reply.Message, StringComparison.Ordinal);
        var line = Assert.Single(_world.Audit(leader).Skip(lines), static l => (string?)l["actor"] == "on-call");
        Assert.Equal("bad_request", (string?)line["outcome"]);
        Assert.Equal(before, await _world.FootprintAsync());
    }

    [Theory]
    [InlineData("/v1/failover")]
    [InlineData("/v1/failback")]
    [InlineData("/v1/maintenance")]
    public async Task Post_BodyOverTheLimit_Is413AuditedAndChangesNothing(string path)
    {
        var (before, lines) = (await _world.FootprintAsync(), _world.Audit(AgentWorld.Us).Count);

        var reply = await _world.PostAsync(AgentWorld.Us, path, $$"""{"on":true,"reason":"{{new string('x', 17_000)}}"}""");

        Assert.Equal((413, "too_large"), (reply.Status, reply.Error));
        Assert.Contains("16384 bytes", reply.Message, StringComparison.Ordinal);
        Assert.Contains(_world.Audit(AgentWorld.Us).Skip(lines), static l => (string?)l["outcome"] == "too_large");
        Assert.Equal(before, await _world.FootprintAsync());
    }

    [Theory]
    //          path              token                     status error              actor
    [InlineData("/v1/failover",    null,                     401, "unauthenticated",  "unknown")]
    [InlineData("/v1/failback",    null,                     401, "unauthenticated",  "unknown")]
    [InlineData("/v1/maintenance", null,                     401, "unauthenticated",  "unknown")]
    [InlineData("/v1/failover",    "guessed-0123456789",     401, "unauthenticated",  "unknown")]
    [InlineData("/v1/failover",    WorldTokens.Reader,       403, "forbidden",        "reader")]
    [InlineData("/v1/maintenance", WorldTokens.Reader,       403, "forbidden",        "reader")]
    [InlineData("/v1/failback",    WorldTokens.Operator,     403, "forbidden",        "operator")]
    public async Task Post_WithoutTheRight_IsRefusedAuditedAndChangesNothing(string path, string? token, int status, string error, string actor)
    {
        var leader = await calm.LeaderAsync();
        var (before, lines) = (await _world.FootprintAsync(), _world.Audit(leader).Count);

        var reply = await _world.PostAsync(leader, path, """{"from":"us-east-1","force":true,"reason":"x"}""", token);

        Assert.Equal((status, error), (reply.Status, reply.Error));
        var line = Assert.Single(_world.Audit(leader).Skip(lines), static l => (string?)l["action"] == "http.refused");
        Assert.Equal((actor, error, path), ((string?)line["actor"], (string?)line["outcome"], (string?)line["resource"]));
        Assert.Equal(before, await _world.FootprintAsync());
    }

    [Fact]
    public async Task Audit_AfterRefusals_HoldsNoToken()
    {
        await _world.PostAsync(AgentWorld.Us, "/v1/failover", Forced, token: "guessed-0123456789");
        await _world.PostAsync(AgentWorld.Us, "/v1/failback", "{}", WorldTokens.Operator);
        await _world.PostAsync(AgentWorld.Us, "/v1/failback", "{}");

        var lines = string.Join('\n', _world.Audit(AgentWorld.Us).Select(static l => l.ToJsonString()));

        Assert.DoesNotContain("guessed-0123456789", lines, StringComparison.Ordinal);
        Assert.All(WorldTokens.All.Values, token => Assert.DoesNotContain(token, lines, StringComparison.Ordinal));
    }
}
