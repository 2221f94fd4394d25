using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>What stands on the wire for each call.</summary>
public sealed class RequestTests
{
    private static readonly SessionSpec s_session =
        new("A", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), SessionBehavior.Release);

    [Fact]
    public async Task CreateAsync_OnTheWire_HasALengthAndBindsNoCheck()
    {
        await using var peer = ScriptedPeer.Answering(200, """{"ID":"adf4238a-882b-9ddc-4a9d-5b6758e4159e"}""");
        using var client = Connect(peer.Address, token: "s3cret", datacenter: "eu");

        var result = await client.Sessions.CreateAsync(s_session, Deadline, Cancellation);

        Assert.Equal("adf4238a-882b-9ddc-4a9d-5b6758e4159e", Value(result));
        var sent = await peer.NextAsync();
        const string body = """{"Name":"A","TTL":"10s","LockDelay":"5s","Behavior":"release","Checks":[]}""";
        Assert.Equal(
            $"PUT /v1/session/create?dc=eu HTTP/1.1\r\nHost: 127.0.0.1:{peer.Port}\r\nX-Consul-Token: s3cret\r\nContent-Length: {body.Length}\r\n\r\n",
            sent.Head);
        Assert.Equal(body, sent.BodyText);
    }

    [Theory]
    [InlineData("renew", "PUT /v1/session/renew/s-1")]
    [InlineData("destroy", "PUT /v1/session/destroy/s-1")]
    [InlineData("info", "GET /v1/session/info/s-1?consistent")]
    [InlineData("get", "GET /v1/kv/a/b")]
    [InlineData("get-consistent", "GET /v1/kv/a/b?consistent")]
    [InlineData("list", "GET /v1/kv/a/?recurse&consistent")]
    [InlineData("list-all", "GET /v1/kv/?recurse")]
    [InlineData("watch", "GET /v1/kv/a/b?consistent&index=7&wait=2.5s")]
    [InlineData("watch-list", "GET /v1/kv/a/?recurse&index=0&wait=1m30s")]
    [InlineData("put", "PUT /v1/kv/a/b")]
    [InlineData("cas", "PUT /v1/kv/a/b?cas=18446744073709551615")]
    [InlineData("acquire", "PUT /v1/kv/a/b?acquire=s-1&flags=9")]
    [InlineData("release", "PUT /v1/kv/a/b?release=s-1")]
    [InlineData("delete", "DELETE /v1/kv/a/b")]
    [InlineData("delete-cas", "DELETE /v1/kv/a/b?cas=3")]
    [InlineData("txn", "PUT /v1/txn?consistent")]
    [InlineData("leader", "GET /v1/status/leader")]
    [InlineData("peers", "GET /v1/status/peers")]
    [InlineData("register", "PUT /v1/agent/service/register")]
    [InlineData("deregister", "PUT /v1/agent/service/deregister/demo/pg1")]
    [InlineData("pass", "PUT /v1/agent/check/pass/service%3Ademo/pg1?note=all%20well%3F")]
    [InlineData("warn", "PUT /v1/agent/check/warn/service%3Ademo")]
    [InlineData("fail", "PUT /v1/agent/check/fail/service%3Ademo")]
    public async Task EveryCall_OnTheWire_IsItsRequestLine(string call, string expected)
    {
        await using var peer = ScriptedPeer.Answering(500, "No cluster leader");
        using var client = Connect(peer.Address);

        await Calls.ByName(call)(client, Deadline, Cancellation);

        var sent = await peer.NextAsync();
        Assert.Equal(expected + " HTTP/1.1", sent.RequestLine);
        Assert.Null(sent.Header("Transfer-Encoding"));
        Assert.Null(sent.Header("X-Consul-Token"));
        Assert.Equal(expected.StartsWith("GET", StringComparison.Ordinal) ? null : $"{sent.Body.Length}", sent.Header("Content-Length"));
    }

    [Theory]
    [InlineData("a b/ü", "a%20b/%C3%BC")]
    [InlineData("a%2Fb?c#d&e=f+g", "a%252Fb%3Fc%23d%26e%3Df%2Bg")]
    [InlineData("...", "...")]
    [InlineData("folder/", "folder/")]
    [InlineData(".hidden/a..b", ".hidden/a..b")]
    public async Task GetAsync_KeyOfAnyCharacters_IsEscapedBySegments(string key, string path)
    {
        await using var peer = ScriptedPeer.Answering(404, "", "X-Consul-Index: 5");
        using var client = Connect(peer.Address);

        Assert.Null(Value(await client.Keys.GetAsync(key, consistent: false, Deadline, Cancellation)));

        Assert.Equal($"GET /v1/kv/{path} HTTP/1.1", (await peer.NextAsync()).RequestLine);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a//")]
    [InlineData(".")]
    [InlineData("a/../b")]
    [InlineData("a/.")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\ud800b")]
    public async Task GetAsync_KeyThatNoPathCarries_IsRefusedBeforeSending(string key)
    {
        await using var peer = ScriptedPeer.Answering(200, "true");
        using var client = Connect(peer.Address);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Keys.GetAsync(key, true, Deadline, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            client.Transactions.CommitAsync([new TransactionOperation.Get(key)], Deadline, Cancellation));
        Assert.Empty(peer.Requests);
    }

    [Fact]
    public async Task CommitAsync_EveryOperation_IsItsJson()
    {
        await using var peer = ScriptedPeer.Answering(500, "No cluster leader");
        using var client = Connect(peer.Address);
        var value = ConsulValue.FromText("v", flags: ulong.MaxValue);
        TransactionOperation[] operations =
        [
            new TransactionOperation.Set("a", value),
            new TransactionOperation.CompareAndSet("a", value, 0),
            new TransactionOperation.Lock("a", value, "s"),
            new TransactionOperation.Unlock("a", ConsulValue.FromText(""), "s"),
            new TransactionOperation.Get("a"),
            new TransactionOperation.GetOrEmpty("a"),
            new TransactionOperation.CheckIndex("a", ulong.MaxValue),
            new TransactionOperation.CheckSession("a", ""),
            new TransactionOperation.CheckNotExists("a"),
            new TransactionOperation.Delete("a"),
        ];

        await client.Transactions.CommitAsync(operations, Deadline, Cancellation);

        const string max = "18446744073709551615";
        Assert.Equal(
            "[" +
            $$$"""{"KV":{"Verb":"set","Key":"a","Value":"dg==","Flags":{{{max}}}}},""" +
            $$$"""{"KV":{"Verb":"cas","Key":"a","Value":"dg==","Flags":{{{max}}},"Index":0}},""" +
            $$$"""{"KV":{"Verb":"lock","Key":"a","Value":"dg==","Flags":{{{max}}},"Session":"s"}},""" +
            """{"KV":{"Verb":"unlock","Key":"a","Value":"","Flags":0,"Session":"s"}},""" +
            """{"KV":{"Verb":"get","Key":"a"}},""" +
            """{"KV":{"Verb":"get-or-empty","Key":"a"}},""" +
            $$$"""{"KV":{"Verb":"check-index","Key":"a","Index":{{{max}}}}},""" +
            """{"KV":{"Verb":"check-session","Key":"a","Session":""}},""" +
            """{"KV":{"Verb":"check-not-exists","Key":"a"}},""" +
            """{"KV":{"Verb":"delete","Key":"a"}}""" +
            "]",
            (await peer.NextAsync()).BodyText);
    }

    [Fact]
    public async Task RegisterAsync_FullRegistration_IsItsJson()
    {
        await using var peer = ScriptedPeer.Answering(200, "");
        using var client = Connect(peer.Address);
        var service = new ServiceRegistration("agent-1", "agent", TimeSpan.FromSeconds(15))
        {
            Address = "10.0.0.1",
            Port = 8610,
            Tags = ["eu"],
            Meta = new Dictionary<string, string> { ["version"] = "1" },
            DeregisterCriticalAfter = TimeSpan.FromMinutes(10),
        };

        Assert.True(Value(await client.Agent.RegisterAsync(service, Deadline, Cancellation)));

        Assert.Equal(
            """{"ID":"agent-1","Name":"agent","Address":"10.0.0.1","Port":8610,"Tags":["eu"],"Meta":{"version":"1"},"Check":{"CheckID":"service:agent-1","TTL":"15s","DeregisterCriticalServiceAfter":"10m0s"}}""",
            (await peer.NextAsync()).BodyText);
    }

    [Theory]
    [InlineData(-1, 0, SessionBehavior.Release)]
    [InlineData(10, -1, SessionBehavior.Release)]
    [InlineData(10, 0.0000001, SessionBehavior.Release)]
    [InlineData(10, 61, SessionBehavior.Release)]
    [InlineData(10, 0, SessionBehavior.Unknown)]
    public async Task CreateAsync_OutsideTheLimits_IsRefusedBeforeSending(double ttl, double lockDelay, SessionBehavior behavior)
    {
        await using var peer = ScriptedPeer.Answering(200, "{}");
        using var client = Connect(peer.Address);
        var session = new SessionSpec("A", TimeSpan.FromSeconds(ttl), TimeSpan.FromSeconds(lockDelay), behavior);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Sessions.CreateAsync(session, Deadline, Cancellation));
        Assert.Empty(peer.Requests);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://user:pass@127.0.0.1")]
    [InlineData("http://127.0.0.1/consul")]
    [InlineData("http://127.0.0.1/?token=x")]
    public void Constructor_AddressWithMoreThanHostAndPort_IsRefused(string address)
    {
        var refusal = Assert.Throws<ArgumentException>(() => Connect(new Uri(address)));
        Assert.DoesNotContain("pass", refusal.Message, StringComparison.Ordinal);
    }
}
