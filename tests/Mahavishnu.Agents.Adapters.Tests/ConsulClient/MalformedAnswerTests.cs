using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Answers of status 200 that are not Consul's: no usable answer, never an exception and never a success.</summary>
public sealed class MalformedAnswerTests
{
    public static TheoryData<string> BodiesWrongForAll =>
    [
        "<html>welcome</html>", "{", "[", "tru", "true true", "null", "[null]", "[[]]", "{\"ID\":null}", "{\"ID\":\"\"}", "{\"ID\":\"a/../b\"}",
        "{\"Errors\":[null]}", "{\"Results\":[null]}", "{\"Errors\":[{\"OpIndex\":0,\"What\":\"x\"}]}", "{\"ID\":\"a\",\"ID\":\"b\"}",
        "[{\"Key\":\"a/b\"}]", "[{\"ID\":\"x\"}]", "12", "\ufeff",
        "[{\"LockIndex\":-1,\"Key\":\"a/b\",\"Flags\":0,\"Value\":null,\"CreateIndex\":1,\"ModifyIndex\":1}]",
        "[{\"LockIndex\":0,\"Key\":\"a/b\",\"Flags\":0,\"Value\":\"!\",\"CreateIndex\":1,\"ModifyIndex\":1}]",
        "[{\"LockIndex\":0,\"Key\":\"other\",\"Flags\":0,\"Value\":null,\"CreateIndex\":1,\"ModifyIndex\":1}]",
        "[{\"LockIndex\":0,\"Key\":\"a/b\",\"Flags\":0,\"CreateIndex\":1,\"ModifyIndex\":1}]",
        "[{\"LockIndex\":0,\"Key\":\"a/b\",\"Flags\":0,\"Value\":null,\"CreateIndex\":0,\"ModifyIndex\":0}]",
        "{\"Results\":[{\"KV\":{\"LockIndex\":0,\"Key\":\"a/b\",\"Flags\":0,\"Value\":null,\"CreateIndex\":0,\"ModifyIndex\":0}}],\"Errors\":null}",
        "[{\"ID\":\"s-2\",\"LockDelay\":0,\"Behavior\":\"release\",\"CreateIndex\":1}]",
        "[{\"ID\":\"s-1\",\"LockDelay\":0,\"Behavior\":\"release\",\"TTL\":\"soon\",\"CreateIndex\":1}]",
        "[{\"ID\":\"s-1\",\"LockDelay\":0,\"Behavior\":\"release\",\"NodeChecks\":[null],\"CreateIndex\":1}]",
        new string('[', 100_000),
    ];

    [Theory]
    [MemberData(nameof(BodiesWrongForAll))]
    public async Task EveryCall_WrongBody_IsUnknown(string body)
    {
        await using var peer = ScriptedPeer.Answering(200, body, "X-Consul-Index: 5");
        using var client = Connect(peer.Address);

        foreach (var call in Calls.Reads.Concat(Calls.Writes))
        {
            Assert.Equal((call, "Unknown"), (call, Calls.CaseOf(await Calls.ByName(call)(client, Deadline, Cancellation))));
        }
    }

    [Fact]
    public async Task EveryCall_InvalidUtf8_IsUnknown()
    {
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nX-Consul-Index: 5\r\nContent-Length: 4\r\n\r\n\"");
            await exchange.SendBytesAsync([0xff, 0xfe, (byte)'"']);
        });
        using var client = Connect(peer.Address);

        foreach (var call in Calls.Reads.Concat(Calls.Writes))
        {
            Assert.Equal((call, "Unknown"), (call, Calls.CaseOf(await Calls.ByName(call)(client, Deadline, Cancellation))));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\ntrue\r\n")]
    public async Task PutAsync_NotHttp_IsUnknown(string bytes)
    {
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            await exchange.SendAsync(bytes);
            exchange.Close();
        });
        using var client = Connect(peer.Address);

        var result = await client.Keys.PutAsync("a/b", ConsulValue.FromText("v"), Deadline, Cancellation);

        Assert.IsType<ConsulResult<bool>.Unknown>(result);
    }

    [Fact]
    public async Task CommitAsync_ResultsOfOtherKeys_IsUnknown()
    {
        const string other = """{"KV":{"LockIndex":0,"Key":"z","Flags":0,"Value":null,"CreateIndex":1,"ModifyIndex":1}}""";
        await using var peer = ScriptedPeer.Answering(200, $$"""{"Results":[{{other}}],"Errors":null}""");
        using var client = Connect(peer.Address);

        var result = await client.Transactions.CommitAsync(
            [new TransactionOperation.Set("a", ConsulValue.FromText("v"))], Deadline, Cancellation);

        Assert.IsType<ConsulResult<TransactionAnswer>.Unknown>(result);
    }

    [Theory]
    [InlineData("Content-Length: 5000000")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Connection: close")]
    public async Task PutAsync_AnswerOverTheLimit_IsUnknownWithoutReadingOn(string framing)
    {
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n");
            var chunk = new string(' ', 0xffff);
            while (true)
            {
                await exchange.SendAsync(framing.Contains("chunked", StringComparison.Ordinal) ? $"ffff\r\n{chunk}\r\n" : chunk);
            }
        });
        using var client = Connect(peer.Address);

        var result = await client.Keys.PutAsync("a/b", ConsulValue.FromText("v"), Deadline, Cancellation);

        var unknown = Assert.IsType<ConsulResult<bool>.Unknown>(result);
        Assert.Contains("4194304", unknown.Reason, StringComparison.Ordinal);
    }
}
