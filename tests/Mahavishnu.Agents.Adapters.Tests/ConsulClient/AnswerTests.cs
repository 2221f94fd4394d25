using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>What is made of answers that come whole.</summary>
public sealed class AnswerTests
{
    private const string Entry =
        """{"LockIndex":1,"Key":"a/b","Flags":18446744073709551615,"Value":"dGVzdA==","Session":"s-1","CreateIndex":100,"ModifyIndex":200}""";

    [Theory]
    //          status  body                                                                               case
    [InlineData(400, "Missing key name",                                                                   "Refused")]
    [InlineData(403, "Permission denied: token with AccessorID 'x' lacks permission",                      "Refused")]
    [InlineData(404, "not a recognized HTTP API endpoint",                                                 "Refused")]
    [InlineData(405, "method GET not allowed",                                                             "Refused")]
    [InlineData(409, "conflict",                                                                           "Refused")]
    [InlineData(413, "Request body too large",                                                             "Refused")]
    [InlineData(429, "rate limit exceeded, try again later or against a different server",                 "Throttled")]
    [InlineData(429, "",                                                                                   "Throttled")]
    [InlineData(503, "rate limit exceeded for operation that can only be performed by the leader",         "Throttled")]
    [InlineData(503, "rpc error making call: rate limit exceeded for operation",                           "Throttled")]
    [InlineData(503, "upstream connect error or disconnect/reset before headers",                          "Unknown")]
    [InlineData(503, "",                                                                                   "Unknown")]
    [InlineData(500, "No cluster leader",                                                                  "NoLeader")]
    [InlineData(500, "rpc error making call: rpc error making call: No cluster leader",                    "NoLeader")]
    [InlineData(500, "Raft leader not found in server lookup mapping",                                     "NoLeader")]
    [InlineData(500, "rpc error making call: Not ready to serve consistent reads",                         "NoLeader")]
    [InlineData(500, "No known Consul servers",                                                            "Unreachable")]
    [InlineData(500, "No path to datacenter",                                                              "Unreachable")]
    [InlineData(500, "rpc error making call: Remote DC has no server currently reachable",                 "Unreachable")]
    [InlineData(500, "rpc error getting client: failed to get conn: dial tcp 10.0.0.1:8300: i/o timeout",  "Unreachable")]
    [InlineData(500, "raft apply failed: leadership lost while committing log",                            "Unknown")]
    [InlineData(500, "rpc error making call: raft apply failed: leadership lost while committing log",     "Unknown")]
    [InlineData(500, "rpc error making call: raft apply failed: invalid session \"No cluster leader\"",    "Refused")]
    [InlineData(500, "invalid session \"s\"",                                                              "Refused")]
    [InlineData(500, "Invalid Session TTL '5000000000', must be between [10s=24h0m0s]",                    "Refused")]
    [InlineData(500, "apply failed: Missing node registration",                                            "Refused")]
    [InlineData(500, "rpc error making call: EOF",                                                         "Unknown")]
    [InlineData(500, "the words No cluster leader somewhere inside",                                       "Unknown")]
    [InlineData(500, "",                                                                                   "Unknown")]
    [InlineData(408, "",                                                                                   "Unknown")]
    [InlineData(502, "Bad Gateway",                                                                        "Unknown")]
    [InlineData(504, "Gateway Timeout",                                                                    "Unknown")]
    [InlineData(204, "",                                                                                   "Unknown")]
    public async Task AnyWrite_StatusAndText_TellWhatBecameOfIt(int status, string body, string expected)
    {
        await using var peer = ScriptedPeer.Answering(status, body);
        using var client = Connect(peer.Address);

        var result = await client.Keys.PutAsync("a/b", ConsulValue.FromText("v"), Deadline, Cancellation);

        Assert.Equal(expected, Calls.CaseOf(result));
        Assert.Equal(expected != "Unknown", result.ChangedNothing);
        Assert.Single(peer.Requests);
    }

    [Theory]
    [InlineData("Retry-After: 3", 3d)]
    [InlineData("Retry-After: soon", null)]
    [InlineData("X-Other: 1", null)]
    public async Task Throttled_WithOrWithoutAHint_CarriesIt(string header, double? seconds)
    {
        await using var peer = ScriptedPeer.Answering(429, "rate limit exceeded", header);
        using var client = Connect(peer.Address);

        var result = await client.Keys.GetAsync("a/b", true, Deadline, Cancellation);

        var throttled = Assert.IsType<ConsulResult<ConsulEntry?>.Throttled>(result);
        Assert.Equal(seconds, throttled.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task GetAsync_Found_GivesEveryFieldExactly()
    {
        await using var peer = ScriptedPeer.Answering(
            200, $"[{Entry}]", "X-Consul-Index: 200", "X-Consul-LastContact: 12", "X-Consul-KnownLeader: true");
        using var client = Connect(peer.Address);

        var result = await client.Keys.GetAsync("a/b", true, Deadline, Cancellation);

        var ok = Assert.IsType<ConsulResult<ConsulEntry?>.Ok>(result);
        Assert.Equal(200UL, ok.Index);
        Assert.Equal(new AnswerMeta(200, TimeSpan.FromMilliseconds(12), true), ok.Meta);
        var entry = ok.Value!;
        Assert.Equal(("a/b", "test", ulong.MaxValue, "s-1"), (entry.Key, entry.Text, entry.Flags, entry.Session));
        Assert.Equal((1UL, 100UL, 200UL), (entry.LockIndex, entry.CreateIndex, entry.ModifyIndex));
    }

    [Fact]
    public async Task GetAsync_NullValueAndNoSession_AreEmptyAndFree()
    {
        await using var peer = ScriptedPeer.Answering(
            200, """[{"LockIndex":0,"Key":"a/b","Flags":0,"Value":null,"CreateIndex":1,"ModifyIndex":1}]""", "X-Consul-Index: 1");
        using var client = Connect(peer.Address);

        var entry = Value(await client.Keys.GetAsync("a/b", true, Deadline, Cancellation))!;

        Assert.True(entry.Value.IsEmpty);
        Assert.Null(entry.Session);
    }

    [Theory]
    [InlineData(200, "[]")]
    [InlineData(404, "")]
    [InlineData(404, "<html>404 page not found</html>")]
    public async Task GetAsync_WithoutConsulsIndex_IsNotTakenForAnAbsentKey(int status, string body)
    {
        await using var peer = ScriptedPeer.Answering(status, body);
        using var client = Connect(peer.Address);

        Assert.IsType<ConsulResult<ConsulEntry?>.Unknown>(await client.Keys.GetAsync("a/b", true, Deadline, Cancellation));
        Assert.IsType<ConsulResult<IReadOnlyList<ConsulEntry>>.Unknown>(await client.Keys.ListAsync("a/", true, Deadline, Cancellation));
    }

    [Fact]
    public async Task ListAsync_FoundOrNot_IsAList()
    {
        await using var peer = ScriptedPeer.Start(exchange => exchange.RequestLine.Contains("/none/", StringComparison.Ordinal)
            ? exchange.AnswerAsync(404, "", "X-Consul-Index: 9")
            : exchange.AnswerAsync(200, $"[{Entry}]", "X-Consul-Index: 200"));
        using var client = Connect(peer.Address);

        Assert.Equal("a/b", Assert.Single(Value(await client.Keys.ListAsync("a/", true, Deadline, Cancellation))).Key);
        Assert.Empty(Value(await client.Keys.ListAsync("none/", true, Deadline, Cancellation)));
    }

    [Fact]
    public async Task RenewAsync_LiveSession_GivesTheStoresOwnTtl()
    {
        const string session = """[{"ID":"s-1","Name":"A","Node":"n","LockDelay":15000000000,"Behavior":"release","TTL":"15.0s","NodeChecks":["serfHealth"],"ServiceChecks":[{"ID":"web","Namespace":""}],"CreateIndex":41,"ModifyIndex":41}]""";
        await using var peer = ScriptedPeer.Answering(200, session, "X-Consul-Index: 41");
        using var client = Connect(peer.Address);

        var renewal = Value(await client.Sessions.RenewAsync("s-1", Deadline, Cancellation));
        var info = Value(await client.Sessions.InfoAsync("s-1", Deadline, Cancellation))!;

        Assert.Equal(new SessionRenewal.Renewed(TimeSpan.FromSeconds(15)), renewal);
        Assert.Equal(("s-1", "A", "n", SessionBehavior.Release, 41UL), (info.Id, info.Name, info.Node, info.Behavior, info.CreateIndex));
        Assert.Equal((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15)), (info.Ttl, info.LockDelay));
        Assert.Equal(["serfHealth", "web"], info.Checks);
    }

    [Theory]
    [InlineData("Session id 's-1' not found", "Ok")]
    [InlineData("rpc error making call: Session id 's-1' not found", "Ok")]
    [InlineData("404 page not found", "Refused")]
    public async Task RenewAsync_NotFound_IsBelievedOnlyFromConsul(string body, string expected)
    {
        await using var peer = ScriptedPeer.Answering(404, body);
        using var client = Connect(peer.Address);

        var result = await client.Sessions.RenewAsync("s-1", Deadline, Cancellation);

        Assert.Equal(expected, Calls.CaseOf(result));
        Assert.Equal(expected == "Ok", result is ConsulResult<SessionRenewal>.Ok { Value: SessionRenewal.NotFound });
    }

    [Fact]
    public async Task CommitAsync_Conflict_ListsEveryFailure()
    {
        await using var peer = ScriptedPeer.Answering(
            409, """{"Results":null,"Errors":[{"OpIndex":0,"What":"key \"a\" exists"},{"OpIndex":2,"What":"invalid session \"x\""}]}""");
        using var client = Connect(peer.Address);

        var answer = Value(await client.Transactions.CommitAsync([new TransactionOperation.CheckNotExists("a")], Deadline, Cancellation));

        var conflict = Assert.IsType<TransactionAnswer.Conflict>(answer);
        Assert.Equal([new TransactionError(0, "key \"a\" exists"), new TransactionError(2, "invalid session \"x\"")], conflict.Errors);
    }

    [Fact]
    public async Task CommitAsync_LockAndGet_GivesTheReadEntryOfTheKey()
    {
        var written = Entry.Replace("\"dGVzdA==\"", "null", StringComparison.Ordinal);
        await using var peer = ScriptedPeer.Answering(200, $$"""{"Results":[{"KV":{{written}}},{"KV":{{Entry}}}],"Errors":null}""");
        using var client = Connect(peer.Address);
        TransactionOperation[] operations =
        [
            new TransactionOperation.CheckNotExists("x"),
            new TransactionOperation.Lock("a/b", ConsulValue.FromText("test"), "s-1"),
            new TransactionOperation.Delete("y"),
            new TransactionOperation.Get("a/b"),
        ];

        var committed = Assert.IsType<TransactionAnswer.Committed>(
            Value(await client.Transactions.CommitAsync(operations, Deadline, Cancellation)));

        Assert.Equal(2, committed.Entries.Count);
        Assert.Equal("test", committed.Of("a/b")!.Text);
        Assert.Null(committed.Of("y"));
    }

    [Theory]
    [InlineData("\"10.1.0.5:8300\"", "10.1.0.5:8300")]
    [InlineData("\"\"", null)]
    public async Task LeaderAsync_KnownOrNot_IsItsAddressOrNull(string body, string? leader)
    {
        await using var peer = ScriptedPeer.Answering(200, body);
        using var client = Connect(peer.Address);

        Assert.Equal(leader, Value(await client.Status.LeaderAsync(Deadline, Cancellation)));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 5, 5)]
    [InlineData(5, 5, 5)]
    [InlineData(5, 9, 9)]
    [InlineData(9, 5, 0)]
    [InlineData(1, 0, 0)]
    public void WatchPosition_AfterAnAnswer_NeverRunsBusyNorAhead(ulong sent, ulong answered, ulong next) =>
        Assert.Equal(next, new WatchPosition(sent).After(answered).Index);
}
