using Mahavishnu.Agents.Lab.Consul;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class FaultTests : ConsulServerTest
{
    protected override ConsulServerOptions Options => new() { Time = Clock, FaultEndpoint = true };

    [Fact]
    public async Task Refuse_NextTwoRequests_CloseTheConnectionAndDoNothing()
    {
        Server.Faults.Refuse(requests: 2);
        await Assert.ThrowsAsync<HttpRequestException>(() => PutAsync("/v1/kv/k", "v"));
        await Assert.ThrowsAsync<HttpRequestException>(() => PutAsync("/v1/kv/k", "v"));
        Assert.Equal(404, (await GetAsync("/v1/kv/k")).Status);
    }

    [Fact]
    public async Task LoseReply_RequestIsDoneButNotAnswered()
    {
        Server.Faults.LoseReply(requests: 1);
        await Assert.ThrowsAsync<HttpRequestException>(() => PutAsync("/v1/kv/k", "v"));
        Assert.Equal("v", Text(await EntryAsync("k")));
    }

    [Fact]
    public async Task Answer_OnOnePath_LeavesOthersAlone()
    {
        Server.Faults.Answer(500, "No cluster leader", path: static path => path.StartsWith("/v1/session/renew/", StringComparison.Ordinal));
        var session = await SessionAsync("10s");
        (await PutAsync("/v1/session/renew/" + session)).Is(500, "No cluster leader");
        Server.Faults.Clear();
        Assert.Equal(200, (await PutAsync("/v1/session/renew/" + session)).Status);
    }

    [Fact]
    public async Task Delay_HoldsTheRequestBack_DelayReplyOnlyTheAnswer()
    {
        Server.Faults.Delay(Seconds(5), requests: 1);
        var (first, waited) = await AdvanceUntilAsync(PutAsync("/v1/kv/a", "v"), Seconds(0.5));
        first.Is(200, "true");
        Assert.True(waited >= Seconds(5));

        Server.Faults.DelayReply(Seconds(5), requests: 1);
        var late = PutAsync("/v1/kv/b", "v");
        await UntilAsync(async () => (await GetAsync("/v1/kv/b")).Status == 200);
        Assert.False(late.IsCompleted);
        (await AdvanceUntilAsync(late, Seconds(0.5))).Result.Is(200, "true");
    }

    [Fact]
    public async Task Drop_NeverAnswersAndDoesNothing()
    {
        Server.Faults.Drop(requests: 1);
        using var client = new HttpClient { BaseAddress = Server.Address, Timeout = TimeSpan.FromMilliseconds(150) };
        await Assert.ThrowsAsync<TaskCanceledException>(() => client.PutAsync(new Uri("/v1/kv/k", UriKind.Relative), new StringContent("v"), Cancelled));
        Assert.Equal(404, (await GetAsync("/v1/kv/k")).Status);
    }

    [Fact]
    public async Task FrozenReads_SeeNothingUntilTheirWaitEnds()
    {
        await PutAsync("/v1/kv/k", "v");
        var watch = GetAsync($"/v1/kv/k?index={(await GetAsync("/v1/kv/k")).Index}&wait=10s");
        await BlockedAsync(1);
        Server.Faults.FreezeBlockingReads = true;
        await PutAsync("/v1/kv/k", "w");
        Assert.Equal("v", Text((await AdvanceUntilAsync(watch, Seconds(0.5))).Result.Single));
    }

    [Fact]
    public async Task FrozenReads_Thawed_SeeTheChange()
    {
        await PutAsync("/v1/kv/k", "v");
        var watch = GetAsync($"/v1/kv/k?index={(await GetAsync("/v1/kv/k")).Index}&wait=10s");
        await BlockedAsync(1);
        Server.Faults.FreezeBlockingReads = true;
        await PutAsync("/v1/kv/k", "w");
        Server.Faults.FreezeBlockingReads = false;
        Assert.Equal("w", Text((await watch).Single));
    }

    [Fact]
    public async Task FaultEndpoint_AnotherProcess_CanThrowEverySwitch()
    {
        (await PutAsync("/lab/faults/answer?status=429&requests=1&path=/v1/kv/", "slow down")).Is(200, "");
        (await GetAsync("/v1/kv/k")).Is(429, "slow down");
        await PutAsync("/lab/faults/no-leader?on=true");
        Assert.True(Server.Faults.NoLeader);
        await PutAsync("/lab/faults/freeze?on=true");
        Assert.True(Server.Faults.FreezeBlockingReads);
        await PutAsync("/lab/faults/cut?dc=dc2&seen=true");
        (await GetAsync("/v1/status/leader?dc=dc2")).Is(500, "Remote DC has no server currently reachable");
        await PutAsync("/lab/faults/clear");
        Assert.False(Server.Faults.NoLeader || Server.Faults.FreezeBlockingReads);
        foreach (var name in new[] { "leader-change", "reset", "drop?requests=1&path=/x", "refuse?requests=1&path=/x", "lose-reply?requests=1&path=/x", "delay?by=2s&path=/x", "delay-reply?by=2s&path=/x" })
        {
            (await PutAsync("/lab/faults/" + name)).Is(200, "");
        }
    }

    [Theory]
    [InlineData("delay?by=soon",       "Parameter 'by' must be a duration such as 2s.")]
    [InlineData("answer",              "Parameter 'status' must be a whole number from 1 up.")]
    [InlineData("no-leader?on=maybe",  "Parameter 'on' must be true or false.")]
    [InlineData("earthquake",          "Unknown fault 'earthquake'; see ConsulFaults for the list.")]
    public async Task FaultEndpoint_WrongUse_SaysWhatIsExpected(string target, string expected) =>
        (await PutAsync("/lab/faults/" + target)).Is(400, expected);

    [Fact]
    public async Task FaultEndpoint_NotEnabled_DoesNotExist()
    {
        await using var plain = await Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions(), Cancelled);
        using var client = new HttpClient { BaseAddress = plain.Address };
        using var reply = await client.PutAsync(new Uri("/lab/faults/no-leader?on=true", UriKind.Relative), null, Cancelled);
        Assert.Equal(404, (int)reply.StatusCode);
        Assert.False(plain.Faults.NoLeader);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, limit.Token);
        }
    }
}
