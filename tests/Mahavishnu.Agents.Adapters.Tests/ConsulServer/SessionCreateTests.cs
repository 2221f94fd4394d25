using System.Text;
using System.Text.Json;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class SessionCreateTests : ConsulServerTest
{
    [Fact]
    public async Task C001_SessionCreate_EmptyBody_GivesDefaults()
    {
        var session = await CreatedAsync(null);
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", session.GetProperty("ID").GetString()!);
        Assert.Equal("""["serfHealth"]""", session.GetProperty("NodeChecks").GetRawText());
        Assert.Equal(15_000_000_000, session.GetProperty("LockDelay").GetInt64());
        Assert.Equal("release", session.GetProperty("Behavior").GetString());
        Assert.Equal("", session.GetProperty("TTL").GetString());
    }

    [Fact]
    public async Task C002_SessionCreate_LockDelayText_IsReadAsDuration() =>
        Assert.Equal(20_000_000_000, (await CreatedAsync("""{"LockDelay":"20s"}""")).GetProperty("LockDelay").GetInt64());

    [Theory]
    [InlineData("5", 5_000_000_000)]
    [InlineData("15000000000", 15_000_000_000)]
    [InlineData("0", 0)]
    public async Task C003_SessionCreate_LockDelayNumber_SmallMeansSeconds(string sent, long stored) =>
        Assert.Equal(stored, (await CreatedAsync($$"""{"LockDelay":{{sent}}}""")).GetProperty("LockDelay").GetInt64());

    [Fact]
    public async Task C004_SessionCreate_EmptyChecks_BindsNone()
    {
        var session = await CreatedAsync("""{"Checks":[]}""");
        Assert.Equal("[]", session.GetProperty("NodeChecks").GetRawText());
        Assert.False(session.TryGetProperty("Checks", out _));
    }

    [Fact]
    public async Task C005_SessionCreate_EmptyNodeChecks_BindsNone() =>
        Assert.Equal("[]", (await CreatedAsync("""{"NodeChecks":[]}""")).GetProperty("NodeChecks").GetRawText());

    [Fact]
    public async Task C008_SessionCreate_BehaviorDelete_IsEchoed() =>
        Assert.Equal("delete", (await CreatedAsync("""{"Behavior":"delete"}""")).GetProperty("Behavior").GetString());

    [Fact]
    public async Task C009_SessionCreate_UnknownBehavior_Gives500() =>
        (await PutAsync("/v1/session/create", """{"Behavior":"x"}""")).Is(500, "Invalid Behavior setting 'x'");

    [Fact]
    public async Task C010_SessionCreate_TtlUnreadable_Gives500WithGoText() =>
        (await PutAsync("/v1/session/create", """{"TTL":"10z"}""")).Is(500, "Session TTL '10z' invalid: time: unknown unit \"z\" in duration \"10z\"");

    [Fact]
    public async Task C011_SessionCreate_TtlTooShort_Gives500InNanoseconds() =>
        (await PutAsync("/v1/session/create", """{"TTL":"5s"}""")).Is(500, "Invalid Session TTL '5000000000', must be between [10s=24h0m0s]");

    [Fact]
    public async Task C012_SessionCreate_TtlTooLong_Gives500InNanoseconds() =>
        (await PutAsync("/v1/session/create", """{"TTL":"100000s"}""")).Fails(500, "'100000000000000'");

    [Theory]
    [InlineData("86400s", false)]
    [InlineData("10s", false)]
    [InlineData("0s", true)]
    public async Task C013_SessionCreate_TtlAtTheLimits_IsAccepted(string ttl, bool livesForever)
    {
        var session = await SessionAsync(ttl);
        Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(livesForever, await LivesAsync(session));
    }

    [Fact]
    public async Task C014_SessionCreate_TtlNumber_Gives400() =>
        (await PutAsync("/v1/session/create", """{"TTL":10}""")).Fails(400, "Request decode failed: ");

    [Fact]
    public async Task C015_SessionCreate_TtlWithFraction_IsEchoedUnchanged() =>
        Assert.Equal("15.0s", (await CreatedAsync("""{"TTL":"15.0s"}""")).GetProperty("TTL").GetString());

    [Fact]
    public async Task C016_SessionCreate_LowerCaseFields_AreRead()
    {
        var session = await CreatedAsync("""{"name":"demo-pg1","checks":[],"lockdelay":"0.001s","behavior":"delete","ttl":"15.0s"}""");
        Assert.Equal(
            ("demo-pg1", "[]", 1_000_000L, "delete", "15.0s"),
            (session.GetProperty("Name").GetString(), session.GetProperty("NodeChecks").GetRawText(), session.GetProperty("LockDelay").GetInt64(),
             session.GetProperty("Behavior").GetString(), session.GetProperty("TTL").GetString()));
    }

    [Fact]
    public async Task C017_SessionCreate_UnknownField_IsIgnored() =>
        Assert.Equal("n", (await CreatedAsync("""{"Nonsense":1,"Name":"n"}""")).GetProperty("Name").GetString());

    [Fact]
    public async Task C018_SessionCreate_MalformedJson_Gives400() =>
        (await PutAsync("/v1/session/create", "{")).Fails(400, "Request decode failed: ");

    [Fact]
    public async Task C019_SessionCreate_ChunkedBody_IsIgnored()
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"TTL":"10s","Name":"n","Checks":[]}"""));
        var created = await SendAsync(HttpMethod.Put, "/v1/session/create", content, chunked: true);
        var session = (await GetAsync("/v1/session/info/" + created.Json.GetProperty("ID").GetString())).Single;
        Assert.Equal(("", "", """["serfHealth"]"""), (session.GetProperty("TTL").GetString(), session.GetProperty("Name").GetString(), session.GetProperty("NodeChecks").GetRawText()));
    }

    [Fact]
    public async Task C020_SessionCreate_UnknownNode_Gives500() =>
        (await PutAsync("/v1/session/create", """{"Node":"elsewhere"}""")).Is(500, "apply failed: Missing node registration");

    [Fact]
    public async Task C021_SessionCreate_UnknownCheck_Gives500() =>
        (await PutAsync("/v1/session/create", """{"Checks":["x"]}""")).Is(500, "apply failed: Missing check 'x' registration");

    [Fact]
    public async Task C006_SessionCreate_Checks_AreAddedToSerfHealth()
    {
        await RegisterCheckAsync("c", "passing");
        var session = await CreatedAsync("""{"Checks":["c"]}""");
        Assert.Equal("""["c"]""", session.GetProperty("Checks").GetRawText());
        Assert.Equal("""["serfHealth"]""", session.GetProperty("NodeChecks").GetRawText());
    }

    [Fact]
    public async Task C007_SessionCreate_ServiceChecks_AreEchoed()
    {
        await PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"CheckID":"c","TTL":"30s","Status":"passing"}}""");
        var session = await CreatedAsync("""{"ServiceChecks":[{"ID":"c"}]}""");
        Assert.Equal("c", Assert.Single(session.GetProperty("ServiceChecks").EnumerateArray()).GetProperty("ID").GetString());
    }

    [Fact]
    public async Task C022_SessionCreate_CriticalCheck_Gives500()
    {
        await RegisterCheckAsync("c", "critical");
        (await PutAsync("/v1/session/create", """{"Checks":["c"]}""")).Is(500, "apply failed: Check 'c' is in critical state");
    }

    [Theory]
    [InlineData("""{}""",                                "[serfHealth]", "")]
    [InlineData("""{"Checks":null}""",                   "[]",           "")]
    [InlineData("""{"NodeChecks":["c"]}""",              "[c]",          "")]
    [InlineData("""{"Checks":["c"],"NodeChecks":[]}""",  "[]",           "")]
    public async Task SessionCreate_CheckLists_CombineAsConsulDoes(string body, string nodeChecks, string checks)
    {
        await RegisterCheckAsync("c", "passing");
        var session = await CreatedAsync(body);
        Assert.Equal(nodeChecks, session.GetProperty("NodeChecks").GetRawText().Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal(checks, session.TryGetProperty("Checks", out var list) ? list.GetRawText() : "");
    }
}
