using System.Text.Json;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class AgentTests : ConsulServerTest
{
    [Theory]
    [InlineData("""{"ID":"a"}""",                        "Missing service name")]
    [InlineData("""{"Name":"a","Address":"0.0.0.0"}""",  "Invalid service address")]
    public async Task C116_Register_WithoutNameOrWithWildcard_Gives400(string body, string expected) =>
        (await PutAsync("/v1/agent/service/register", body)).Is(400, expected);

    [Fact]
    public async Task C117_Register_WithTtlCheck_NamesItAndIsCritical()
    {
        await WebAsync();
        var check = (await GetAsync("/v1/agent/checks")).Json.GetProperty("service:web1");
        Assert.Equal(("critical", "web1", "web"), (check.GetProperty("Status").GetString(), check.GetProperty("ServiceID").GetString(), check.GetProperty("ServiceName").GetString()));
    }

    [Theory]
    [InlineData("pass", "passing")]
    [InlineData("warn", "warning")]
    [InlineData("fail", "critical")]
    public async Task C118_CheckUpdateByVerb_SetsTheStatus(string verb, string status)
    {
        await WebAsync();
        (await PutAsync($"/v1/agent/check/{verb}/service%3Aweb1?note=hello")).Is(200, "");
        Assert.Equal((status, "hello"), await CheckAsync());
    }

    [Fact]
    public async Task C119_CheckUpdate_BadStatus_Gives400()
    {
        await WebAsync();
        Assert.Equal(400, (await PutAsync("/v1/agent/check/update/service:web1", """{"Status":"fine"}""")).Status);
        Assert.Equal(200, (await PutAsync("/v1/agent/check/update/service:web1", """{"Status":"warning","Output":"slow"}""")).Status);
        Assert.Equal(("warning", "slow"), await CheckAsync());
    }

    [Fact]
    public async Task C120_UnknownCheck_Gives404() => (await PutAsync("/v1/agent/check/pass/x")).Fails(404, "Unknown check ID \"x\"");

    [Fact]
    public async Task C121_NoUpdateWithinTtl_TurnsCritical()
    {
        await WebAsync();
        await PutAsync("/v1/agent/check/pass/service:web1?note=fine");
        Clock.Advance(Seconds(20));
        await PutAsync("/v1/agent/check/pass/service:web1?note=fine");
        Clock.Advance(Seconds(29.9));
        Assert.Equal(("passing", "fine"), await CheckAsync());
        Clock.Advance(Seconds(0.1));
        var (status, output) = await CheckAsync();
        Assert.Equal("critical", status);
        Assert.StartsWith("TTL expired", output, StringComparison.Ordinal);
        Assert.EndsWith("fine", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C122_RegisterTwice_ReplacesTheDefinitionAndKeepsTheStatus()
    {
        await WebAsync();
        await PutAsync("/v1/agent/check/pass/service:web1");
        await PutAsync("/v1/agent/service/register", """{"ID":"web1","Name":"web","Port":81,"Check":{"TTL":"30s"}}""");
        Assert.Equal(81, (await GetAsync("/v1/agent/services")).Json.GetProperty("web1").GetProperty("Port").GetInt32());
        Assert.Equal("passing", (await CheckAsync()).Status);
    }

    [Fact]
    public async Task C123_Deregister_TakesTheInstanceOutOfHealth()
    {
        await WebAsync();
        Assert.Equal(1, (await GetAsync("/v1/health/service/web")).Json.GetArrayLength());
        (await PutAsync("/v1/agent/service/deregister/web1")).Is(200, "");
        (await GetAsync("/v1/health/service/web")).Is(200, "[]");
        Assert.Equal(404, (await PutAsync("/v1/agent/service/deregister/web1")).Status);
    }

    [Fact]
    public async Task C124_CheckPass_WithGet_Gives405()
    {
        await WebAsync();
        Assert.Equal(405, (await GetAsync("/v1/agent/check/pass/service:web1")).Status);
    }

    [Fact]
    public async Task C125_Health_UnknownService_IsEmptyListWithIndex()
    {
        var read = await GetAsync("/v1/health/service/none");
        read.Is(200, "[]");
        Assert.True(read.Index >= 1);
    }

    [Fact]
    public async Task C126_Health_Passing_HidesCritical()
    {
        await WebAsync();
        (await GetAsync("/v1/health/service/web?passing")).Is(200, "[]");
        Assert.Equal(1, (await GetAsync("/v1/health/service/web?passing=false")).Json.GetArrayLength());
        await PutAsync("/v1/agent/check/pass/service:web1");
        var instance = (await GetAsync("/v1/health/service/web?passing")).Single;
        Assert.Equal(["serfHealth", "service:web1"], instance.GetProperty("Checks").EnumerateArray().Select(static check => check.GetProperty("CheckID").GetString()!));
        Assert.Equal(400, (await GetAsync("/v1/health/service/web?passing=foo")).Status);
    }

    [Fact]
    public async Task C127_Health_Blocked_WakesOnACheckChange()
    {
        await WebAsync();
        var watch = GetAsync($"/v1/health/service/web?passing&index={(await GetAsync("/v1/health/service/web")).Index}");
        await BlockedAsync(1);
        await PutAsync("/v1/agent/service/register", """{"Name":"other"}""");
        await PutAsync("/v1/agent/check/pass/service:web1");
        Assert.Equal("web1", (await watch).Single.GetProperty("Service").GetProperty("ID").GetString());
    }

    [Theory]
    [InlineData("pass", 200)]
    [InlineData("warn", 429)]
    [InlineData("fail", 503)]
    public async Task C128_AgentHealth_FollowsTheWorstCheck(string verb, int status)
    {
        await WebAsync();
        await PutAsync($"/v1/agent/check/{verb}/service:web1");
        Assert.Equal(status, (await GetAsync("/v1/agent/health/service/id/web1")).Status);
        Assert.Equal(404, (await GetAsync("/v1/agent/health/service/id/none")).Status);
    }

    [Fact]
    public async Task CriticalForLong_ServiceIsDeregistered()
    {
        await PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"TTL":"10s","Status":"passing","DeregisterCriticalServiceAfter":"90s"}}""");
        Clock.Advance(Seconds(10));
        Clock.Advance(Seconds(89));
        Assert.Equal(1, (await GetAsync("/v1/health/service/web")).Json.GetArrayLength());
        Clock.Advance(Seconds(1));
        (await GetAsync("/v1/health/service/web")).Is(200, "[]");
    }

    [Theory]
    [InlineData("",                           2)]
    [InlineData("?replace-existing-checks",   1)]
    public async Task RegisterAgain_OtherChecks_AreKeptUnlessReplaced(string query, int checks)
    {
        await WebAsync();
        await PutAsync("/v1/agent/service/register" + query, """{"ID":"web1","Name":"web","Check":{"CheckID":"new","TTL":"30s"}}""");
        Assert.Equal(checks, (await GetAsync("/v1/agent/checks")).Json.EnumerateObject().Count());
    }

    [Theory]
    [InlineData("""{"Name":"c","TTL":"5s","Interval":"5s"}""",                     400)]
    [InlineData("""{"Name":"c","HTTP":"http://localhost","Interval":"5s"}""",      400)]
    [InlineData("""{"Name":"c"}""",                                                400)]
    [InlineData("""{"Name":"c","TTL":"5s","ServiceID":"none"}""",                  404)]
    [InlineData("""{"Name":"c","TTL":"5s","Nonsense":1}""",                        400)]
    [InlineData("""{"Name":"c","TTL":5000000000}""",                               200)]
    public async Task CheckRegister_WhatCannotBeRun_IsRefused(string body, int status) =>
        Assert.Equal(status, (await PutAsync("/v1/agent/check/register", body)).Status);

    [Fact]
    public async Task ServiceId_WithSlash_IsOneId()
    {
        await PutAsync("/v1/agent/service/register", """{"ID":"demo/pg1","Name":"demo"}""");
        (await PutAsync("/v1/agent/service/deregister/demo/pg1")).Is(200, "");
    }

    private async Task WebAsync() =>
        (await PutAsync("/v1/agent/service/register", """{"ID":"web1","Name":"web","Port":80,"Tags":["a"],"Check":{"TTL":"30s"}}""")).Is(200, "");

    private async Task<(string Status, string Output)> CheckAsync()
    {
        JsonElement check = (await GetAsync("/v1/agent/checks")).Json.GetProperty("service:web1");
        return (check.GetProperty("Status").GetString()!, check.GetProperty("Output").GetString()!);
    }
}
