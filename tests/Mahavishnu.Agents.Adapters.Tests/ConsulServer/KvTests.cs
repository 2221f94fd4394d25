using System.Text.Json;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class KvTests : ConsulServerTest
{
    [Fact]
    public async Task C041_PutThenGet_GivesTheValueAndItsIndex()
    {
        (await PutAsync("/v1/kv/k", "test")).Is(200, "true");
        var read = await GetAsync("/v1/kv/k");
        Assert.Equal("dGVzdA==", read.Single.GetProperty("Value").GetString());
        Assert.Equal(read.Single.GetProperty("ModifyIndex").GetUInt64(), read.Index);
        Assert.False(read.Single.TryGetProperty("Session", out _));
    }

    [Fact]
    public async Task C042_Get_MissingKey_Gives404WithIndexAndNoBody()
    {
        var read = await GetAsync("/v1/kv/k");
        read.Is(404, "");
        Assert.True(read.Index >= 1);
    }

    [Fact]
    public async Task C043_Recurse_ListsSorted_AndNothingAfterDelete()
    {
        await PutAllAsync("t/c", "t/a", "t/b", "u");
        Assert.Equal(["t/a", "t/b", "t/c"], (await GetAsync("/v1/kv/t?recurse")).Json.EnumerateArray().Select(static entry => entry.GetProperty("Key").GetString()!));
        (await DeleteAsync("/v1/kv/t?recurse")).Is(200, "true");
        Assert.Equal(404, (await GetAsync("/v1/kv/t?recurse")).Status);
        Assert.Equal(200, (await GetAsync("/v1/kv/u")).Status);
    }

    [Theory]
    [InlineData("seperator")]
    [InlineData("separator")]
    public async Task C044_Keys_WithSeparator_CutsAndJoins(string parameter)
    {
        await PutAllAsync("bar", "baz", "foo/sub1", "foo/sub2", "zip");
        (await GetAsync($"/v1/kv/?keys&{parameter}=/")).Is(200, """["bar","baz","foo/","zip"]""");
    }

    [Fact]
    public async Task C045_Keys_NoneUnderPrefixOrRoot_Gives404OrEmptyList()
    {
        Assert.Equal(404, (await GetAsync("/v1/kv/p?keys")).Status);
        (await GetAsync("/v1/kv/?keys")).Is(200, "[]");
    }

    [Fact]
    public async Task C046_Raw_GivesBytesWithGuardHeaders_OthersHaveNone()
    {
        await PutAsync("/v1/kv/k", "<b>");
        var raw = await GetAsync("/v1/kv/k?raw");
        raw.Is(200, "<b>");
        Assert.Equal(("text/plain", "nosniff", "sandbox"), (raw.Headers["Content-Type"], raw.Headers["X-Content-Type-Options"], raw.Headers["Content-Security-Policy"]));
        Assert.False((await GetAsync("/v1/kv/k")).Headers.ContainsKey("Content-Security-Policy"));
    }

    [Fact]
    public async Task C047_EmptyValue_IsNull()
    {
        await PutAsync("/v1/kv/k", "");
        Assert.Equal(JsonValueKind.Null, (await EntryAsync("k")).GetProperty("Value").ValueKind);
    }

    [Theory]
    [InlineData("50")]
    [InlineData("18446744073709551615")]
    public async Task C048_Flags_UpTo64Bits_AreEchoed(string flags)
    {
        await PutAsync($"/v1/kv/k?flags={flags}", "v");
        Assert.Equal(flags, await FieldAsync("k", "Flags"));
    }

    [Fact]
    public async Task C049_PutWithoutFlags_SetsThemToZero()
    {
        await PutAsync("/v1/kv/k?flags=50", "v");
        await PutAsync("/v1/kv/k", "v");
        Assert.Equal("0", await FieldAsync("k", "Flags"));
    }

    [Fact]
    public async Task C050_Cas_StaleThenRightIndex_IsFalseThenTrue()
    {
        await PutAsync("/v1/kv/k?flags=1", "old");
        var index = (await GetAsync("/v1/kv/k")).Index;
        (await PutAsync($"/v1/kv/k?cas={index - 1}", "new")).Is(200, "false");
        Assert.Equal("old", Text(await EntryAsync("k")));
        (await PutAsync($"/v1/kv/k?cas={index}&flags=2", "new")).Is(200, "true");
        Assert.Equal(("new", 2UL), (Text(await EntryAsync("k")), (await EntryAsync("k")).GetProperty("Flags").GetUInt64()));
    }

    [Fact]
    public async Task C051_CasZero_CreatesOnly()
    {
        (await PutAsync("/v1/kv/k?cas=0", "v")).Is(200, "true");
        (await PutAsync("/v1/kv/k?cas=0", "w")).Is(200, "false");
    }

    [Fact]
    public async Task C052_CasWithIndex_MissingKey_IsFalse() => (await PutAsync("/v1/kv/k?cas=7", "v")).Is(200, "false");

    [Fact]
    public async Task C053_DeleteCas_WrongThenRight_IsFalseThenTrue()
    {
        await PutAsync("/v1/kv/k", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        (await DeleteAsync($"/v1/kv/k?cas={index + 1}")).Is(200, "false");
        (await DeleteAsync($"/v1/kv/k?cas={index}")).Is(200, "true");
        Assert.Equal(404, (await GetAsync("/v1/kv/k")).Status);
    }

    [Fact]
    public async Task C054_DeleteCas_MissingKey_IsTrue() => (await DeleteAsync("/v1/kv/k?cas=7")).Is(200, "true");

    [Fact]
    public async Task C055_Delete_MissingKey_IsTrue() => (await DeleteAsync("/v1/kv/k")).Is(200, "true");

    [Fact]
    public async Task C056_TwoConditions_Give400() => (await PutAsync("/v1/kv/k?cas=0&acquire=x", "v")).Fails(400, "Conflicting");

    [Fact]
    public async Task C057_DeleteRecurseWithCas_Gives400() => (await DeleteAsync("/v1/kv/k?recurse&cas=0")).Fails(400, "Conflicting");

    [Fact]
    public async Task C058_NoKey_Gives400()
    {
        (await PutAsync("/v1/kv/", "v")).Is(400, "Missing key name");
        (await GetAsync("/v1/kv/")).Is(400, "Missing key name");
        (await DeleteAsync("/v1/kv/")).Is(400, "Missing key name");
    }

    [Fact]
    public async Task C059_ValueAtTheLimit_IsAccepted_AboveIsNot()
    {
        (await PutAsync("/v1/kv/k", new string('x', 524_288))).Is(200, "true");
        Assert.Equal(413, (await PutAsync("/v1/kv/k", new string('x', 524_289))).Status);
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("%07")]
    public async Task C060_UnprintableKey_Gives400(string escaped) => Assert.Equal(400, (await PutAsync($"/v1/kv/a{escaped}", "v")).Status);

    [Fact]
    public async Task C061_EscapedSlash_IsTheSameKey()
    {
        await PutAsync("/v1/kv/a%2Fb", "v");
        Assert.Equal("a/b", await FieldAsync("a/b", "Key"));
        Assert.Equal("v", Text(await EntryAsync("a%2Fb")));
    }

    [Fact]
    public async Task C062_SamePutTwice_KeepsTheIndex()
    {
        await PutAsync("/v1/kv/k", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        (await PutAsync("/v1/kv/k", "v")).Is(200, "true");
        Assert.Equal(index, (await GetAsync("/v1/kv/k")).Index);
    }

    private async Task PutAllAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            (await PutAsync("/v1/kv/" + key, "v")).Is(200, "true");
        }
    }
}
