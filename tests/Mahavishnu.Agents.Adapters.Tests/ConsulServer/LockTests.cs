using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class LockTests : ConsulServerTest
{
    [Fact]
    public async Task C063_Acquire_NewKey_GivesLockIndexOne()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        var entry = await EntryAsync("k");
        Assert.Equal((session, 1UL), (entry.GetProperty("Session").GetString(), entry.GetProperty("LockIndex").GetUInt64()));
        Assert.Equal(entry.GetProperty("CreateIndex").GetUInt64(), entry.GetProperty("ModifyIndex").GetUInt64());
    }

    [Fact]
    public async Task C064_Acquire_AgainWithNewValue_MovesModifyIndexOnly()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        var before = await EntryAsync("k");
        await AcquireAsync(session, "w", "true");
        var after = await EntryAsync("k");
        Assert.Equal(("w", 1UL), (Text(after), after.GetProperty("LockIndex").GetUInt64()));
        Assert.True(after.GetProperty("ModifyIndex").GetUInt64() > before.GetProperty("ModifyIndex").GetUInt64());
    }

    [Fact]
    public async Task C065_Acquire_AgainWithSameValue_ChangesNothing()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        var before = await GetAsync("/v1/kv/k");
        await AcquireAsync(session, "v", "true");
        Assert.Equal(before.Body, (await GetAsync("/v1/kv/k")).Body);
    }

    [Fact]
    public async Task C066_ReleaseThenAcquire_CountsUp()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        await ReleaseAsync(session, "v", "true");
        await AcquireAsync(session, "v", "true");
        Assert.Equal("2", await FieldAsync("k", "LockIndex"));
    }

    [Fact]
    public async Task C067_Acquire_ExistingFreeKey_KeepsCreateIndex()
    {
        await PutAsync("/v1/kv/k", "v");
        var created = await FieldAsync("k", "CreateIndex");
        await AcquireAsync(await SessionAsync(), "w", "true");
        Assert.Equal((created, "1"), (await FieldAsync("k", "CreateIndex"), await FieldAsync("k", "LockIndex")));
    }

    [Fact]
    public async Task C068_Acquire_HeldByAnother_IsFalseAndChangesNothing()
    {
        await AcquireAsync(await SessionAsync(), "v", "true");
        var before = await GetAsync("/v1/kv/k");
        await AcquireAsync(await SessionAsync(), "w", "false");
        Assert.Equal(before.Body, (await GetAsync("/v1/kv/k")).Body);
    }

    [Fact]
    public async Task C069_Acquire_UnknownSession_Gives500() =>
        (await PutAsync("/v1/kv/k?acquire=nobody", "v")).Is(500, "raft apply failed: invalid session \"nobody\"");

    [Fact]
    public async Task C070_Acquire_EmptySession_Gives500() =>
        (await PutAsync("/v1/kv/k?acquire=", "v")).Is(500, "raft apply failed: missing session");

    [Fact]
    public async Task C071_Release_ByHolder_WritesBodyAndKeepsLockIndex()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        var before = (await GetAsync("/v1/kv/k")).Index;
        await ReleaseAsync(session, "left", "true");
        var entry = await EntryAsync("k");
        Assert.Equal(("left", 1UL), (Text(entry), entry.GetProperty("LockIndex").GetUInt64()));
        Assert.False(entry.TryGetProperty("Session", out _));
        Assert.True(entry.GetProperty("ModifyIndex").GetUInt64() > before);
    }

    [Fact]
    public async Task C072_Release_NotHeldByTheCaller_IsFalseAndChangesNothing()
    {
        var (holder, other) = (await SessionAsync(), await SessionAsync());
        await ReleaseAsync(holder, "x", "false");
        Assert.Equal(404, (await GetAsync("/v1/kv/k")).Status);
        await AcquireAsync(holder, "v", "true");
        await ReleaseAsync(other, "x", "false");
        await ReleaseAsync(holder, "v", "true");
        var before = await GetAsync("/v1/kv/k");
        await ReleaseAsync(holder, "x", "false");
        Assert.Equal(before.Body, (await GetAsync("/v1/kv/k")).Body);
    }

    [Fact]
    public async Task C073_PlainPut_HeldKey_KeepsSessionAndResetsLockIndex()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        (await PutAsync("/v1/kv/k", "w")).Is(200, "true");
        Assert.Equal((session, "0"), (await FieldAsync("k", "Session"), await FieldAsync("k", "LockIndex")));
    }

    [Fact]
    public async Task C074_Delete_HeldKey_DropsTheLockWithoutDelay()
    {
        await AcquireAsync(await SessionAsync(), "v", "true");
        (await DeleteAsync("/v1/kv/k")).Is(200, "true");
        await AcquireAsync(await SessionAsync(), "v", "true");
        Assert.Equal("1", await FieldAsync("k", "LockIndex"));
    }

    [Fact]
    public async Task C075_Invalidation_Release_FreesTheKeyUnderALockDelay()
    {
        await AcquireAsync(await SessionAsync("10s"), "v", "true");
        Clock.Advance(Seconds(20));
        var sessions = await GetAsync("/v1/session/list");
        var entry = await EntryAsync("k");
        Assert.False(entry.TryGetProperty("Session", out _));
        Assert.Equal((1UL, sessions.Index), (entry.GetProperty("LockIndex").GetUInt64(), entry.GetProperty("ModifyIndex").GetUInt64()));
        await AcquireAsync(await SessionAsync(), "w", "false");
    }

    [Fact]
    public async Task C076_Invalidation_Delete_RemovesTheKeyUnderALockDelay()
    {
        await AcquireAsync(await SessionAsync("10s", behavior: "delete"), "v", "true");
        var before = (await GetAsync("/v1/kv/k")).Index;
        Clock.Advance(Seconds(20));
        var read = await GetAsync("/v1/kv/k");
        Assert.Equal(404, read.Status);
        Assert.True(read.Index > before);
        await AcquireAsync(await SessionAsync(), "w", "false");
    }

    [Fact]
    public async Task C077_LockDelay_RefusesEverybody_ThenCountsOn()
    {
        await AcquireAsync(await SessionAsync("10s", lockDelay: "5s"), "v", "true");
        Clock.Advance(Seconds(20));
        var next = await SessionAsync();
        Clock.Advance(Seconds(4.9));
        await AcquireAsync(next, "w", "false");
        Clock.Advance(Seconds(0.1));
        await AcquireAsync(next, "w", "true");
        Assert.Equal("2", await FieldAsync("k", "LockIndex"));
    }

    [Fact]
    public async Task C078_ExplicitDestroy_AlsoDelays()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        await PutAsync("/v1/session/destroy/" + session);
        await AcquireAsync(await SessionAsync(), "w", "false");
    }

    [Fact]
    public async Task C079_Release_CausesNoDelay()
    {
        var session = await SessionAsync();
        await AcquireAsync(session, "v", "true");
        await ReleaseAsync(session, "v", "true");
        await AcquireAsync(await SessionAsync(), "w", "true");
    }

    [Fact]
    public async Task C080_LockDelayZero_OpensAtOnce()
    {
        var session = await SessionAsync(lockDelay: "0s");
        await AcquireAsync(session, "v", "true");
        await PutAsync("/v1/session/destroy/" + session);
        await AcquireAsync(await SessionAsync(), "w", "true");
    }

    [Fact]
    public async Task C081_LockDelayOf90Seconds_ActsAs60()
    {
        var session = await SessionAsync(lockDelay: "90s");
        await AcquireAsync(session, "v", "true");
        await PutAsync("/v1/session/destroy/" + session);
        var next = await SessionAsync();
        Clock.Advance(Seconds(59.9));
        await AcquireAsync(next, "w", "false");
        Clock.Advance(Seconds(0.1));
        await AcquireAsync(next, "w", "true");
    }

    [Fact]
    public async Task C082_ManyKeysOfOneSession_ChangeAtOneIndex()
    {
        var session = await SessionAsync();
        string[] keys = ["a", "b", "c"];
        foreach (var key in keys)
        {
            (await PutAsync($"/v1/kv/{key}?acquire={session}", "v")).Is(200, "true");
        }

        await PutAsync("/v1/session/destroy/" + session);
        var entries = (await GetAsync("/v1/kv/?recurse")).Json.EnumerateArray().ToArray();
        Assert.Equal(3, entries.Length);
        Assert.Single(entries.Select(static entry => entry.GetProperty("ModifyIndex").GetUInt64()).Distinct());
        Assert.All(entries, static entry => Assert.False(entry.TryGetProperty("Session", out _)));
    }

    private async Task AcquireAsync(string session, string value, string expected) =>
        (await PutAsync($"/v1/kv/k?acquire={session}", value)).Is(200, expected);

    private async Task ReleaseAsync(string session, string value, string expected) =>
        (await PutAsync($"/v1/kv/k?release={session}", value)).Is(200, expected);
}
