using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Adapters.Probes;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests;

/// <summary>Peers that reset a connection in the instant in which it is made, as a server does that is killed.</summary>
public sealed class BareSocketErrorsTests
{
    private const int Attempts = 400;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SendAsync_HandlerLetsASocketErrorOut_IsAFailureToConnect()
    {
        using var client = new HttpMessageInvoker(new BareSocketErrors(new Throwing()));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://127.0.0.1:1"));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Cancelled));

        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
        Assert.Equal(SocketError.NotConnected, Assert.IsType<SocketException>(failure.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task EveryClient_PeerResetsAtOnce_FailsAsItPromises()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var resetting = ResetAllAsync(listener, stop.Token);
        var address = new Uri($"http://{listener.LocalEndpoint}/");
        using var consul = new ConsulClient(new ConsulOptions { Address = address }, TimeProvider.System);
        using var probe = new HttpProbe(new ProbeOptions(address, TimeSpan.FromSeconds(10)), TimeProvider.System);

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var written = await consul.Keys.PutAsync("a", ConsulValue.FromText("v"), TimeSpan.FromSeconds(10), Cancelled);
            Assert.True(written is ConsulResult<bool>.Unreachable or ConsulResult<bool>.Unknown, written.ToString());
            Assert.Equal(ProbeAnswer.Failed, (await probe.ProbeAsync(Cancelled)).Answer);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resetting);
    }

    private static async Task ResetAllAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = await listener.AcceptSocketAsync(cancellationToken);
            socket.LingerState = new LingerOption(true, 0);
        }
    }

    private sealed class Throwing : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new SocketException((int)SocketError.NotConnected));
    }
}
