using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A TCP server that gives every connection the same answer to its first bytes and closes it.</summary>
internal sealed class FakeSocket : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private FakeSocket(string answer)
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.ASCII.GetBytes(answer));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static FakeSocket Answering(string answer) => new(answer);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptSocketAsync(_stop.Token);
                await client.ReceiveAsync(new byte[4096], _stop.Token);
                await client.SendAsync(answer, _stop.Token);
                client.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // The end of the test, or of the client.
        }
    }
}
