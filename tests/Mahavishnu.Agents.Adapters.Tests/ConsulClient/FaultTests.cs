using System.Net.Sockets;
using System.Net;
using Mahavishnu.Agents.Adapters.Consul;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Connections that fail, and at which point they do.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> EveryCall => [.. Calls.Reads, .. Calls.Writes];

    public static TheoryData<string> EveryWrite => [.. Calls.Writes];

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task EveryCall_ConnectionRefused_IsUnreachable(string call)
    {
        using var client = Connect(new Uri($"http://127.0.0.1:{FreePort()}"));

        Assert.Equal("Unreachable", Calls.CaseOf(await Calls.ByName(call)(client, Deadline, Cancellation)));
    }

    [Fact]
    public async Task PutAsync_UnknownHost_IsUnreachable()
    {
        using var client = Connect(new Uri("http://no-such-host.invalid:8500"));

        Assert.Equal("Unreachable", Calls.CaseOf(await Calls.ByName("put")(client, Deadline, Cancellation)));
        Assert.Equal("Unreachable", Calls.CaseOf(await Calls.ByName("get")(client, Deadline, Cancellation)));
    }

    [Theory]
    [InlineData("put")]
    [InlineData("get")]
    public async Task EitherKind_HandshakeNeverAnswered_IsUnreachableAfterTheConnectTimeout(string call)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new ConsulOptions
        {
            Address = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"),
            ConnectTimeout = TimeSpan.FromMilliseconds(100),
        };
        using var client = new ConsulClient(options, TimeProvider.System);

        Assert.Equal("Unreachable", Calls.CaseOf(await Calls.ByName(call)(client, Deadline, Cancellation)));
    }

    [Theory]
    [MemberData(nameof(EveryWrite))]
    public async Task EveryWrite_ReplyLostOnAUsedConnection_IsUnknownAndNotRepeated(string call)
    {
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            if (exchange.RequestLine.Contains("/status/", StringComparison.Ordinal))
            {
                await exchange.AnswerAsync(200, "\"leader\"");
            }
            else
            {
                exchange.Close();
            }
        });
        using var client = Connect(peer.Address);
        await client.Status.LeaderAsync(Deadline, Cancellation);

        Assert.Equal("Unknown", Calls.CaseOf(await Calls.ByName(call)(client, Deadline, Cancellation)));
        Assert.Equal(2, peer.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task EveryCall_ResetAfterTheRequest_IsUnknown(string call)
    {
        await using var peer = ScriptedPeer.Start(exchange =>
        {
            exchange.Reset();
            return Task.CompletedTask;
        });
        using var client = Connect(peer.Address);

        Assert.Equal("Unknown", Calls.CaseOf(await Calls.ByName(call)(client, Deadline, Cancellation)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntr")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntrue\r\n")]
    public async Task PutAsync_AnswerBreaksOff_IsUnknown(string sent)
    {
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            await exchange.SendAsync(sent);
            exchange.Close();
        });
        using var client = Connect(peer.Address);

        Assert.Equal("Unknown", Calls.CaseOf(await Calls.ByName("put")(client, Deadline, Cancellation)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntr")]
    public async Task PutAsync_AnswerStalls_IsUnknownAtTheDeadline(string sent)
    {
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            await exchange.SendAsync(sent);
            await exchange.HangAsync();
        });
        var time = new FakeTimeProvider();
        using var client = Connect(peer.Address, time);

        var pending = client.Keys.PutAsync("a/b", ConsulValue.FromText("v"), TimeSpan.FromSeconds(4), Cancellation);
        await peer.NextAsync();
        time.Advance(TimeSpan.FromSeconds(4));

        var unknown = Assert.IsType<ConsulResult<bool>.Unknown>(await pending);
        Assert.Equal("no answer within 4 s", unknown.Reason);
    }

    [Fact]
    public async Task PutAsync_DeadlineBeforeTheConnection_IsUnreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new FakeTimeProvider();
        using var client = Connect(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), time);

        var pending = client.Keys.PutAsync("a/b", ConsulValue.FromText("v"), TimeSpan.FromSeconds(1), Cancellation);
        using var accepted = await listener.AcceptSocketAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<ConsulResult<bool>.Unreachable>(await pending);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task EveryCall_CancelledByTheCaller_Throws(string call)
    {
        await using var peer = ScriptedPeer.Start(exchange => exchange.HangAsync());
        using var client = Connect(peer.Address);
        using var caller = new CancellationTokenSource();

        var pending = Calls.ByName(call)(client, Deadline, caller.Token);
        await peer.NextAsync();
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    [Theory]
    [InlineData(24.9, "Ok")]
    [InlineData(25, "Unknown")]
    public async Task WatchAsync_WaitOfSixteenSeconds_IsGivenUpAfterJitterHoldAndTransit(double seconds, string expected)
    {
        var reply = new TaskCompletionSource();
        await using var peer = ScriptedPeer.Start(async exchange =>
        {
            await reply.Task;
            await exchange.AnswerAsync(404, "", "X-Consul-Index: 7");
        });
        var time = new FakeTimeProvider();
        using var client = Connect(peer.Address, time);

        var pending = client.Keys.WatchAsync("a/b", true, new WatchPosition(7), TimeSpan.FromSeconds(16), Cancellation);
        await peer.NextAsync();
        time.Advance(TimeSpan.FromSeconds(seconds));
        if (expected == "Ok")
        {
            reply.SetResult();
        }

        Assert.Equal(expected, Calls.CaseOf(await pending));
        reply.TrySetResult();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(601)]
    public async Task WatchAsync_WaitThatConsulWouldReplace_IsRefused(double seconds)
    {
        using var client = Connect(new Uri("http://127.0.0.1:1"));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            client.Keys.WatchAsync("a", true, WatchPosition.Start, TimeSpan.FromSeconds(seconds), Cancellation));
    }

    [Fact]
    public async Task PutAsync_WhileABlockingReadHangs_IsAnsweredAtOnce()
    {
        await using var peer = ScriptedPeer.Start(exchange => exchange.RequestLine.Contains("wait=", StringComparison.Ordinal)
            ? exchange.HangAsync()
            : exchange.AnswerAsync(200, "true"));
        using var client = Connect(peer.Address);
        using var watching = new CancellationTokenSource();
        var watch = client.Keys.WatchAsync("a", true, new WatchPosition(1), TimeSpan.FromMinutes(5), watching.Token);
        await peer.NextAsync();

        Assert.True(Value(await client.Keys.PutAsync("a", default, Deadline, Cancellation)));

        await watching.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
