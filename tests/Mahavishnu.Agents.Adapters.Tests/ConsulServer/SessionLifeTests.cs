using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class SessionLifeTests : ConsulServerTest
{
    [Fact]
    public async Task C023_SessionInfo_UnknownId_IsEmptyList() =>
        (await GetAsync("/v1/session/info/adf4238a-882b-9ddc-4a9d-5b6758e4159e")).Is(200, "[]");

    [Fact]
    public async Task C024_SessionList_NoneThenTen_ListsThem()
    {
        (await GetAsync("/v1/session/list")).Is(200, "[]");
        for (var i = 0; i < 10; i++)
        {
            await SessionAsync();
        }

        Assert.Equal(10, (await GetAsync("/v1/session/list")).Json.GetArrayLength());
    }

    [Fact]
    public async Task C025_SessionNode_OwnAndOther_ListsOnlyItsOwn()
    {
        await SessionAsync();
        Assert.Equal(1, (await GetAsync("/v1/session/node/node-1")).Json.GetArrayLength());
        (await GetAsync("/v1/session/node/elsewhere")).Is(200, "[]");
    }

    [Fact]
    public async Task C026_Sessions_ReadsCarryTheIndex_WritesDoNot()
    {
        var created = await PutAsync("/v1/session/create");
        var id = created.Json.GetProperty("ID").GetString();
        ConsulReply[] writes = [created, await PutAsync("/v1/session/renew/" + id), await PutAsync("/v1/session/destroy/" + id)];
        Assert.All(writes, static reply => Assert.False(reply.Headers.ContainsKey("X-Consul-Index")));
        ConsulReply[] reads = [await GetAsync("/v1/session/info/" + id), await GetAsync("/v1/session/list")];
        Assert.All(reads, static reply => Assert.True(reply.Index >= 1));
        Assert.All(reads, static reply => Assert.Equal("true", reply.Headers["X-Consul-KnownLeader"]));
    }

    [Fact]
    public async Task C027_Renew_LivingSession_GivesItInAList()
    {
        var renewed = await PutAsync("/v1/session/renew/" + await SessionAsync("10s"));
        Assert.Equal(200, renewed.Status);
        Assert.Equal("10s", renewed.Single.GetProperty("TTL").GetString());
    }

    [Fact]
    public async Task C028_Renew_ExpiredSession_Gives404WithText()
    {
        var session = await SessionAsync("10s");
        Clock.Advance(Seconds(21));
        (await PutAsync("/v1/session/renew/" + session)).Is(404, $"Session id '{session}' not found");
    }

    [Fact]
    public async Task C029_Renew_WithGet_Gives405() =>
        Assert.Equal(405, (await GetAsync("/v1/session/renew/" + await SessionAsync("10s"))).Status);

    [Fact]
    public async Task C030_Destroy_TwiceThenInfo_IsTrueTrueEmpty()
    {
        var session = await SessionAsync();
        (await PutAsync("/v1/session/destroy/" + session)).Is(200, "true");
        (await PutAsync("/v1/session/destroy/" + session)).Is(200, "true");
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C031_NotRenewed_LivesAtTtl_GoneAtTwiceTtl()
    {
        var session = await SessionAsync("10s");
        Clock.Advance(Seconds(19.9));
        Assert.True(await LivesAsync(session));
        Clock.Advance(Seconds(0.1));
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C032_Renewed_LivesTwiceTtlFromTheRenewal()
    {
        var session = await SessionAsync("12s");
        Clock.Advance(Seconds(8));
        await PutAsync("/v1/session/renew/" + session);
        Clock.Advance(Seconds(23.9));
        Assert.True(await LivesAsync(session));
        Clock.Advance(Seconds(0.1));
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C033_FiveSessions_ThreeRenewed_ExactlyTheOthersVanish()
    {
        var sessions = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            sessions.Add(await SessionAsync("10s"));
        }

        Clock.Advance(Seconds(15));
        foreach (var session in sessions.Take(3))
        {
            await PutAsync("/v1/session/renew/" + session);
        }

        Clock.Advance(Seconds(10));
        var alive = (await GetAsync("/v1/session/list")).Json.EnumerateArray().Select(static session => session.GetProperty("ID").GetString());
        Assert.Equal(sessions.Take(3).Order(StringComparer.Ordinal), alive.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task C034_LeaderChange_AllTimersRestartInFull()
    {
        var session = await SessionAsync("10s");
        Clock.Advance(Seconds(19));
        Server.Faults.ChangeLeader();
        Clock.Advance(Seconds(19.9));
        Assert.True(await LivesAsync(session));
        Clock.Advance(Seconds(0.1));
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C034_LeaderLost_TimersStandStillUntilOneReturns()
    {
        var session = await SessionAsync("10s");
        Server.Faults.NoLeader = true;
        Clock.Advance(Seconds(3600));
        Server.Faults.NoLeader = false;
        Clock.Advance(Seconds(19.9));
        Assert.True(await LivesAsync(session));
    }

    [Fact]
    public async Task C035_Destroy_CancelsTheTimer()
    {
        var session = await SessionAsync("10s");
        await PutAsync("/v1/session/destroy/" + session);
        var index = (await GetAsync("/v1/session/list")).Index;
        Clock.Advance(Seconds(60));
        Assert.Equal(index, (await GetAsync("/v1/session/list")).Index);
    }

    [Fact]
    public async Task C036_BoundCheckTurnsCritical_SessionGoesInThatWrite()
    {
        await RegisterCheckAsync("c", "passing");
        var session = (await CreatedAsync("""{"NodeChecks":["c"]}""")).GetProperty("ID").GetString()!;
        await PutAsync("/v1/kv/k?acquire=" + session, "v");
        await PutAsync("/v1/agent/check/fail/c");
        var sessions = await GetAsync("/v1/session/list");
        sessions.Is(200, "[]");
        Assert.Equal(sessions.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), await FieldAsync("k", "ModifyIndex"));
    }

    [Fact]
    public async Task C037_BoundCheckDeleted_SessionGoes()
    {
        await RegisterCheckAsync("c", "passing");
        var session = (await CreatedAsync("""{"NodeChecks":["c"]}""")).GetProperty("ID").GetString()!;
        await PutAsync("/v1/agent/check/deregister/c");
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C038_ServiceOfBoundCheckDeleted_SessionGoes()
    {
        await PutAsync("/v1/agent/service/register", """{"Name":"web","Check":{"CheckID":"c","TTL":"1h","Status":"passing"}}""");
        var session = (await CreatedAsync("""{"ServiceChecks":[{"ID":"c"}]}""")).GetProperty("ID").GetString()!;
        await PutAsync("/v1/agent/service/deregister/web");
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C039_NodeDeleted_SessionWithoutChecksGoes()
    {
        await RegisterNodeAsync("node-2");
        var session = (await CreatedAsync("""{"Node":"node-2","Checks":[]}""")).GetProperty("ID").GetString()!;
        (await PutAsync("/v1/catalog/deregister", """{"Node":"node-2"}""")).Is(200, "true");
        Assert.False(await LivesAsync(session));
    }

    [Fact]
    public async Task C040_SessionsOfAnotherNode_DoNotWakeItsWatchers()
    {
        await RegisterNodeAsync("node-2");
        var onNode1 = await SessionAsync();
        var index = (await GetAsync("/v1/session/list")).Index;
        var all = GetAsync($"/v1/session/list?index={index}");
        var ofNode2 = GetAsync($"/v1/session/node/node-2?index={index}");
        await BlockedAsync(2);

        await PutAsync("/v1/session/destroy/" + onNode1);
        (await all).Is(200, "[]");
        await BlockedAsync(1);
        await CreatedAsync("""{"Node":"node-2","Checks":[]}""");
        Assert.Equal("node-2", (await ofNode2).Single.GetProperty("Node").GetString());
    }

    private async Task RegisterNodeAsync(string name) =>
        (await PutAsync("/v1/catalog/register", $$"""{"Node":"{{name}}","Address":"10.0.0.2"}""")).Is(200, "true");
}
