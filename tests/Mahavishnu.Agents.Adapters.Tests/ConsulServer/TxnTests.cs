using System.Text.Json;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class TxnTests : ConsulServerTest
{
    private static readonly string Value = Convert.ToBase64String("v"u8);

    [Theory]
    [InlineData("{")]
    [InlineData("""[{"KV":{"Verb":"get","Key":"k","Nonsense":1}}]""")]
    public async Task C095_MalformedBody_Gives400(string body) => (await PutAsync("/v1/txn", body)).Fails(400, "Failed to parse body: ");

    [Theory]
    [InlineData(257, 413)]
    [InlineData(129, 413)]
    [InlineData(128, 200)]
    public async Task C096_ManyOperations_AreLimitedTo128(int count, int status) =>
        Assert.Equal(status, (await TxnAsync([.. Enumerable.Range(0, count).Select(i => Op("set", $"k{i}"))])).Status);

    [Fact]
    public async Task C097_OversizedBody_Gives413() =>
        Assert.Equal(413, (await PutAsync("/v1/txn", $$$"""[{"KV":{"Verb":"set","Key":"k","Value":"{{{Convert.ToBase64String(new byte[524_289])}}}"}}]""")).Status);

    [Fact]
    public async Task C098_LockAndGet_GiveFenceNumberInOneRoundTrip()
    {
        var session = await SessionAsync();
        var results = Results(await TxnAsync(Op("lock", "k", session: session), Op("get", "k")));
        Assert.Equal(2, results.Length);
        Assert.Equal(JsonValueKind.Null, results[0].GetProperty("Value").ValueKind);
        Assert.Equal("v", Text(results[1]));
        Assert.All(results, result => Assert.Equal((session, 1UL), (result.GetProperty("Session").GetString(), result.GetProperty("LockIndex").GetUInt64())));
        Assert.Single(results.Select(static result => result.GetProperty("ModifyIndex").GetUInt64()).Distinct());
    }

    [Fact]
    public async Task C099_ReadsOnly_CarryLeaderHeadersAndFields()
    {
        await PutAsync("/v1/kv/p/a", "v");
        var read = await TxnAsync(Op("get", "p/a"), Op("get-tree", "p/"));
        Assert.Equal(2, Results(read).Length);
        Assert.Equal(("true", "0"), (read.Headers["X-Consul-KnownLeader"], read.Headers["X-Consul-LastContact"]));
        Assert.True(read.Json.GetProperty("KnownLeader").GetBoolean());
    }

    [Fact]
    public async Task C100_CasAfterLock_KeepsSessionAndResetsTheRest()
    {
        var session = await SessionAsync();
        await PutAsync($"/v1/kv/k?acquire={session}&flags=42", "v");
        var result = Assert.Single(Results(await TxnAsync(Op("cas", "k", index: (await GetAsync("/v1/kv/k")).Index))));
        Assert.Equal((session, 0UL, 0UL), (result.GetProperty("Session").GetString(), result.GetProperty("LockIndex").GetUInt64(), result.GetProperty("Flags").GetUInt64()));
    }

    [Fact]
    public async Task C101_Lock_UnknownSession_Gives409() =>
        Assert.Equal([(0, "invalid session \"nobody\"")], Errors(await TxnAsync(Op("lock", "k", session: "nobody"))));

    [Fact]
    public async Task C102_EightFailures_AreAllListedAndNothingIsDone()
    {
        var (holder, other) = (await SessionAsync(), await SessionAsync());
        await PutAsync($"/v1/kv/k?acquire={holder}", "x");
        var before = await GetAsync("/v1/kv/?recurse");
        var errors = Errors(await TxnAsync(
            Op("cas", "k", index: 1), Op("lock", "k", session: other), Op("unlock", "k", session: other), Op("delete-cas", "k", index: 1),
            Op("get", "none"), Op("check-index", "k", index: 2), Op("check-session", "k", session: "b"), Op("check-not-exists", "k"), Op("set", "new")));
        (int, string)[] expected =
        [
            (0, "failed to set key \"k\", index is stale"),
            (1, "failed to lock key \"k\", lock is already held"),
            (2, "failed to unlock key \"k\", lock isn't held, or is held by another session"),
            (3, "failed to delete key \"k\", index is stale"),
            (4, "key \"none\" doesn't exist"),
            (5, $"failed index check for key \"k\", current modify index {before.Index} != 2"),
            (6, $"failed session check for key \"k\", current session \"{holder}\" != \"b\""),
            (7, "key \"k\" exists"),
        ];
        Assert.Equal(expected, errors);
        Assert.Equal(before.Body, (await GetAsync("/v1/kv/?recurse")).Body);
    }

    [Fact]
    public async Task C103_GetOfMissing_Conflicts_GetOrEmptyDoesNot()
    {
        Assert.Equal(409, (await TxnAsync(Op("get", "k"))).Status);
        var result = Assert.Single(Results(await TxnAsync(Op("get-or-empty", "k"))));
        Assert.Equal((JsonValueKind.Null, 0UL), (result.GetProperty("Value").ValueKind, result.GetProperty("ModifyIndex").GetUInt64()));
    }

    [Fact]
    public async Task C104_CheckSessionEmpty_PassesOnAFreeKey()
    {
        await PutAsync("/v1/kv/k", "v");
        Assert.Single(Results(await TxnAsync(Op("check-session", "k", session: ""))));
        await PutAsync($"/v1/kv/k?acquire={await SessionAsync()}", "v");
        Assert.Equal(409, (await TxnAsync(Op("check-session", "k", session: ""))).Status);
    }

    [Fact]
    public async Task C105_LockUnderLockDelay_ConflictsAlone()
    {
        var session = await SessionAsync();
        await PutAsync($"/v1/kv/k?acquire={session}", "v");
        await PutAsync($"/v1/session/destroy/{session}");
        var reply = await TxnAsync(Op("get", "none"), Op("lock", "k", session: await SessionAsync()));
        Assert.Equal([(1, "failed to lock key \"k\" due to lock delay")], Errors(reply));
        Assert.Equal(JsonValueKind.Null, reply.Json.GetProperty("Results").ValueKind);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("delete-tree")]
    [InlineData("delete-cas")]
    public async Task C106_Deletions_GiveNoResult(string verb)
    {
        await PutAsync("/v1/kv/k", "v");
        Assert.Empty(Results(await TxnAsync(Op(verb, "k", index: (await GetAsync("/v1/kv/k")).Index))));
        Assert.Equal(404, (await GetAsync("/v1/kv/k")).Status);
    }

    [Fact]
    public async Task C107_UnchangedCas_ReportsTheOldIndex()
    {
        await PutAsync("/v1/kv/k", "v");
        var index = (await GetAsync("/v1/kv/k")).Index;
        var results = Results(await TxnAsync(Op("cas", "k", index: index), Op("set", "other")));
        Assert.Equal(index, results[0].GetProperty("ModifyIndex").GetUInt64());
        Assert.True(results[1].GetProperty("ModifyIndex").GetUInt64() > index);
    }

    [Fact]
    public async Task C108_CheckNotExists_OnExisting_Conflicts()
    {
        await PutAsync("/v1/kv/k", "v");
        Assert.Equal([(0, "key \"k\" exists")], Errors(await TxnAsync(Op("check-not-exists", "k"))));
    }

    [Fact]
    public async Task C109_UnknownVerb_Conflicts() =>
        Assert.Equal([(0, "unknown KV operation: dance")], Errors(await TxnAsync(Op("dance", "k"), Op("get", "none"))));

    [Fact]
    public async Task C110_Post_Gives405() => Assert.Equal(405, (await SendAsync(HttpMethod.Post, "/v1/txn", new StringContent("[]"))).Status);

    [Fact]
    public async Task CheckSessionAndSet_AfterTheLockWasLost_WriteNothing()
    {
        var session = await SessionAsync("10s");
        await PutAsync($"/v1/kv/k?acquire={session}", "v");
        Clock.Advance(Seconds(20));
        Assert.Equal(409, (await TxnAsync(Op("check-session", "k", session: session), Op("set", "fenced"))).Status);
        Assert.Equal(404, (await GetAsync("/v1/kv/fenced")).Status);
    }

    private static string Op(string verb, string key, string? session = null, ulong? index = null) =>
        JsonSerializer.Serialize(new { KV = new { Verb = verb, Key = key, Value, Session = session, Index = index ?? 0 } });

    private Task<ConsulReply> TxnAsync(params string[] operations) => PutAsync("/v1/txn", $"[{string.Join(',', operations)}]");

    private static JsonElement[] Results(ConsulReply reply)
    {
        Assert.True(reply.Status == 200, reply.Body);
        Assert.Equal(JsonValueKind.Null, reply.Json.GetProperty("Errors").ValueKind);
        return [.. reply.Json.GetProperty("Results").EnumerateArray().Select(static result => result.GetProperty("KV"))];
    }

    private static (int Index, string What)[] Errors(ConsulReply reply)
    {
        Assert.Equal(409, reply.Status);
        return [.. reply.Json.GetProperty("Errors").EnumerateArray().Select(static error => (error.GetProperty("OpIndex").GetInt32(), error.GetProperty("What").GetString()!))];
    }
}
