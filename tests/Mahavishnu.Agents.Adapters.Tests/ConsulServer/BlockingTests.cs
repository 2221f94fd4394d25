using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class BlockingTests : ConsulServerTest
{
    [Fact]
    public async Task C083_Get_AtItsIndex_BlocksUntilTheKeyChanges()
    {
        await PutAsync("/v1/kv/k", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        var watch = GetAsync($"/v1/kv/k?index={index}");
        await BlockedAsync(1);
        await PutAsync("/v1/kv/k", "w");
        Assert.Equal("w", Text((await watch).Single));
        Assert.True((await watch).Index > index);
    }

    [Fact]
    public async Task C084_NoChange_ReturnsTheSameAfterTheWait()
    {
        await PutAsync("/v1/kv/k", "v");
        var before = await GetAsync("/v1/kv/k");
        var watch = GetAsync($"/v1/kv/k?index={before.Index}&wait=16s");
        await BlockedAsync(1);
        var (after, waited) = await AdvanceUntilAsync(watch, Seconds(0.25));
        Assert.Equal((before.Body, before.Index), (after.Body, after.Index));
        Assert.InRange(waited, Seconds(16), Seconds(17) + Seconds(1));
    }

    [Fact]
    public async Task C085_MissingKey_CreationWakes_AnotherWriteDoesNot()
    {
        await PutAsync("/v1/kv/other", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        var watch = GetAsync($"/v1/kv/k?index={index}");
        await BlockedAsync(1);
        await PutAsync("/v1/kv/other", "w");
        await PutAsync("/v1/kv/k", "v");
        Assert.Equal("v", Text((await watch).Single));
    }

    [Fact]
    public async Task C086_Delete_WakesWith404AndAHigherIndex()
    {
        await PutAsync("/v1/kv/k", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        var watch = GetAsync($"/v1/kv/k?index={index}");
        await BlockedAsync(1);
        await DeleteAsync("/v1/kv/k");
        Assert.Equal(404, (await watch).Status);
        Assert.True((await watch).Index > index);
    }

    [Fact]
    public async Task C087_LongerKey_DoesNotWakeTheShorter()
    {
        await PutAsync("/v1/kv/foo/test", "v");
        var watch = GetAsync($"/v1/kv/foo/test?index={(await GetAsync("/v1/kv/foo/test")).Index}");
        await BlockedAsync(1);
        await PutAsync("/v1/kv/foo/test2", "w");
        await PutAsync("/v1/kv/foo/test", "x");
        Assert.Equal("x", Text((await watch).Single));
    }

    [Fact]
    public async Task C088_PrefixWatch_SeesADeletionBelow()
    {
        await PutAsync("/v1/kv/p/a", "v");
        await PutAsync("/v1/kv/p/b", "v");
        var index = (await GetAsync("/v1/kv/p/?recurse")).Index;
        var watch = GetAsync($"/v1/kv/p/?recurse&index={index}");
        await BlockedAsync(1);
        await DeleteAsync("/v1/kv/p/a");
        Assert.Equal("p/b", (await watch).Single.GetProperty("Key").GetString());
        Assert.True((await watch).Index > index);
    }

    [Fact]
    public async Task C089_IndexZero_ReturnsAtOnce() => Assert.Equal(404, (await GetAsync("/v1/kv/k?index=0&wait=5m")).Status);

    [Fact]
    public async Task C090_Index_IsNeverZero() => Assert.Equal(1UL, (await GetAsync("/v1/kv/k")).Index);

    [Theory]
    [InlineData("index=1&wait=abc", "Invalid wait time")]
    [InlineData("index=abc",        "Invalid index")]
    public async Task C091_MalformedWaitOrIndex_Gives400(string query, string expected) =>
        (await GetAsync("/v1/kv/k?" + query)).Is(400, expected);

    [Theory]
    [InlineData("release")]
    [InlineData("destroy")]
    [InlineData("expiry")]
    public async Task C092_EndOfTheLock_WakesKeyAndPrefixWatchers(string way)
    {
        var session = await SessionAsync("10s");
        await PutAsync($"/v1/kv/p/k?acquire={session}", "v");
        var index = (await GetAsync("/v1/kv/p/k")).Index;
        var key = GetAsync($"/v1/kv/p/k?index={index}");
        var prefix = GetAsync($"/v1/kv/p/?recurse&index={index}");
        await BlockedAsync(2);
        switch (way)
        {
            case "release": await PutAsync($"/v1/kv/p/k?release={session}", "v"); break;
            case "destroy": await PutAsync($"/v1/session/destroy/{session}"); break;
            default: Clock.Advance(Seconds(20)); break;
        }

        Assert.False((await key).Single.TryGetProperty("Session", out _));
        Assert.False((await prefix).Single.TryGetProperty("Session", out _));
    }

    [Fact]
    public async Task C093_StateReset_WakesAllBlockedReads()
    {
        await PutAsync("/v1/kv/k", "v");
        var before = await GetAsync("/v1/kv/k");
        var key = GetAsync($"/v1/kv/k?index={before.Index}");
        var sessions = GetAsync("/v1/session/list?index=1");
        await BlockedAsync(2);
        Server.Faults.ResetState();
        Assert.Equal(before.Body, (await key).Body);
        (await sessions).Is(200, "[]");
    }

    [Fact]
    public async Task C094_StaleAndConsistent_Gives400() =>
        (await GetAsync("/v1/kv/k?stale&consistent")).Is(400, "Cannot specify ?stale with ?consistent, conflicting semantics.");

    [Fact]
    public async Task Get_MissingKeyAtAnOlderIndex_ReturnsAtOnce()
    {
        await PutAsync("/v1/kv/other", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        await PutAsync("/v1/kv/other", "w");
        Assert.Equal(404, (await GetAsync($"/v1/kv/k?index={index}")).Status);
    }

    [Fact]
    public async Task BlockedRead_ClientGoes_IsForgotten()
    {
        using var client = new HttpClient { BaseAddress = Server.Address };
        using var leave = new CancellationTokenSource();
        var watch = client.GetAsync(new Uri("/v1/kv/k?index=5", UriKind.Relative), leave.Token);
        await BlockedAsync(1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
        await BlockedAsync(0);
    }
}
