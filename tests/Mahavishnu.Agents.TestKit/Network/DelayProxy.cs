using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>
/// A link that can be slow: passes TCP connections on, bytes in order, each no sooner than the pace allows. The pace may
/// change at any time, and holds for what is on its way too.
/// </summary>
public sealed class DelayProxy : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly IPEndPoint _target;
    private readonly Func<Socket> _outgoing;
    private readonly PaceGate _gate;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _connections = new();
    private readonly Task _accepting;
    private int _disposed;

    /// <summary>Starts to listen.</summary>
    /// <param name="listener">Bound to where clients connect; owned from now on.</param>
    /// <param name="target">Where connections go.</param>
    /// <param name="outgoing">Makes a TCP socket for them.</param>
    /// <param name="time">The clock of the delays.</param>
    public DelayProxy(Socket listener, IPEndPoint target, Func<Socket> outgoing, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(listener);
        (_listener, _target, _outgoing, _gate) = (listener, target, outgoing, new PaceGate(time));
        listener.Listen();
        Address = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>How slow it is.</summary>
    public LinkPace Pace
    {
        get => _gate.Pace;
        set => _gate.Pace = value;
    }

    /// <summary>How many pieces have come in and not gone out.</summary>
    public int Held => _gate.Held;

    /// <summary>Breaks every connection and stops. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var client = await _listener.AcceptAsync(_stopping.Token);
                var own = number;
                _connections[own] = Task.Run(async () =>
                {
                    await PassAsync(client);
                    _connections.TryRemove(own, out _);
                });
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task PassAsync(Socket client)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using (client)
        using (var server = _outgoing())
        {
            var ways = Array.Empty<Task>();
            try
            {
                await server.ConnectAsync(_target, broken.Token);
                (client.NoDelay, server.NoDelay) = (true, true);
                ways = [new DelayPump(client, server, _gate, isBack: false).RunAsync(broken.Token), new DelayPump(server, client, _gate, isBack: true).RunAsync(broken.Token)];
                await await Task.WhenAny(ways);
                await Task.WhenAll(ways);
            }
            catch (Exception ended) when (ended is SocketException or OperationCanceledException)
            {
                // One end broke off, could not be reached, or the proxy stops: the other end learns of it by the reset.
                await broken.CancelAsync();
                await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                (client.LingerState, server.LingerState) = (new LingerOption(true, 0), new LingerOption(true, 0));
            }
        }
    }
}
