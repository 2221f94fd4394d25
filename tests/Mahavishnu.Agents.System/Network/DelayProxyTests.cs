using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.TestKit.Network;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.System.Network;

/// <summary>The link that can be slow, over real sockets, with a clock of its own.</summary>
public sealed class DelayProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();
    private readonly Socket _listener = Bound();
    private readonly Socket _client = Tcp();
    private DelayProxy _proxy = null!;
    private Socket _server = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _listener.Listen();
        _proxy = new DelayProxy(Bound(), (IPEndPoint)_listener.LocalEndPoint!, Tcp, _time);
        await _client.ConnectAsync(_proxy.Address, Cancelled);
        _server = await _listener.AcceptAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _server.Dispose();
        _listener.Dispose();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Prompt_BothWays_ComesAtOnce()
    {
        await _client.SendAsync(new byte[] { 1, 2, 3 }, Cancelled);
        Assert.Equal([1, 2, 3], await ReadAsync(_server, 3));
        await _server.SendAsync(new byte[] { 4 }, Cancelled);
        Assert.Equal([4], await ReadAsync(_client, 1));
        await HeldAsync(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Late_OneWay_ComesAfterItsDelayAndTheOtherWayAtOnce(bool there)
    {
        var (late, prompt) = there ? (_client, _server) : (_server, _client);
        _proxy.Pace = there ? new LinkPace(TimeSpan.FromSeconds(10), TimeSpan.Zero) : new LinkPace(TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await late.SendAsync(new byte[] { 1 }, Cancelled);
        await HeldAsync(1);
        _time.Advance(TimeSpan.FromSeconds(6));
        await late.SendAsync(new byte[] { 2 }, Cancelled);
        await HeldAsync(2);

        _time.Advance(TimeSpan.FromSeconds(3.9));
        await prompt.SendAsync(new byte[] { 3 }, Cancelled);
        Assert.Equal([3], await ReadAsync(late, 1));
        await HeldAsync(2);
        Assert.Equal(0, prompt.Available);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal([1], await ReadAsync(prompt, 1));
        await HeldAsync(1);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([2], await ReadAsync(prompt, 1));
    }

    [Fact]
    public async Task Stalled_UntilItIsPromptAgain_NothingComesAndNothingIsLost()
    {
        _proxy.Pace = LinkPace.Stalled;
        await _client.SendAsync(new byte[] { 1, 2 }, Cancelled);
        await HeldAsync(1);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, _proxy.Held);

        _proxy.Pace = LinkPace.Prompt;
        Assert.Equal([1, 2], await ReadAsync(_server, 2));
    }

    [Fact]
    public async Task Late_MadePrompt_WhatIsOnItsWayComesAtOnce()
    {
        _proxy.Pace = LinkPace.Late(TimeSpan.FromDays(1));
        await _client.SendAsync(new byte[] { 1 }, Cancelled);
        await HeldAsync(1);

        _proxy.Pace = LinkPace.Prompt;
        Assert.Equal([1], await ReadAsync(_server, 1));
    }

    [Fact]
    public async Task ManyBytes_ComeWholeAndInOrder()
    {
        var bytes = Enumerable.Range(0, 1_000_000).Select(static i => (byte)(i % 251)).ToArray();
        var sending = _client.SendAsync(bytes, Cancelled);
        Assert.Equal(bytes, await ReadAsync(_server, bytes.Length));
        Assert.Equal(bytes.Length, await sending);
    }

    [Fact]
    public async Task Client_SendsNoMore_TheServerSeesTheEndAndCanStillAnswer()
    {
        _client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await _server.ReceiveAsync(new byte[1], Cancelled));
        await _server.SendAsync(new byte[] { 7 }, Cancelled);
        Assert.Equal([7], await ReadAsync(_client, 1));
    }

    [Fact]
    public async Task Server_BreaksOff_TheClientLearnsOfIt()
    {
        _server.LingerState = new LingerOption(true, 0);
        _server.Dispose();
        Assert.True(await EndsAsync(_client));
    }

    [Fact]
    public async Task Nobody_AtTheTarget_TheClientLearnsOfIt()
    {
        _listener.Dispose();
        using var client = Tcp();
        Assert.True(await EndsAsync(client, connect: true));
    }

    [Fact]
    public async Task Dispose_WhileStalled_BothEndsLearnOfIt()
    {
        _proxy.Pace = LinkPace.Stalled;
        await _client.SendAsync(new byte[] { 1 }, Cancelled);
        await HeldAsync(1);

        await _proxy.DisposeAsync();
        Assert.True(await EndsAsync(_client));
        Assert.True(await EndsAsync(_server));
    }

    private async Task HeldAsync(int count)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (_proxy.Held != count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < Limit, $"{_proxy.Held} pieces are held, not {count}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
        }
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        for (var read = 0; read < count;)
        {
            var some = await socket.ReceiveAsync(buffer.AsMemory(read), Cancelled).AsTask().WaitAsync(Limit, TimeProvider.System, Cancelled);
            Assert.True(some > 0, $"the end came after {read} of {count} bytes");
            read += some;
        }

        return buffer;
    }

    private async Task<bool> EndsAsync(Socket socket, bool connect = false)
    {
        try
        {
            if (connect)
            {
                await socket.ConnectAsync(_proxy.Address, Cancelled);
            }

            return await socket.ReceiveAsync(new byte[1], Cancelled).AsTask().WaitAsync(Limit, TimeProvider.System, Cancelled) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static Socket Tcp() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static Socket Bound()
    {
        var socket = Tcp();
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
