using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>A connection seen from below: answers the first request, lets the client close or breaks off after the second.</summary>
internal sealed class HttpWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly StringBuilder _received = new();
    private readonly Task _serving;

    private HttpWire(string answer)
    {
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every byte that came.</summary>
    public string Received
    {
        get
        {
            lock (_received)
            {
                return _received.ToString();
            }
        }
    }

    public static HttpWire Answering(string first) => new(first);

    /// <summary>Waits until the connection is over.</summary>
    public Task ClosedAsync() => _serving.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(string answer)
    {
        try
        {
            using var client = await _listener.AcceptSocketAsync(_stop.Token);
            await ReceiveAsync(client);
            await client.SendAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
            await ReceiveAsync(client);
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // The end of the test, or of the client.
        }
    }

    private async Task ReceiveAsync(Socket client)
    {
        var buffer = new byte[16 * 1024];
        var count = await client.ReceiveAsync(buffer, _stop.Token);
        lock (_received)
        {
            _received.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
    }
}
