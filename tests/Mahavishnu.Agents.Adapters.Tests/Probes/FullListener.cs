using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

/// <summary>A listener whose backlog is full, so that the kernel drops every further attempt to connect.</summary>
internal sealed class FullListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    public FullListener()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        for (var i = 0; i < 8; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _fillers.Add(filler);
            try
            {
                filler.Connect(EndPoint);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
            {
                // Under way, which is all that is wanted.
            }
        }
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Empties the backlog and answers every request, until disposed.</summary>
    public async Task ServeAsync(string answer, CancellationToken cancellationToken)
    {
        var connections = new List<Socket>();
        foreach (var filler in _fillers)
        {
            filler.Dispose();
        }

        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(cancellationToken);
                connections.Add(socket);
                await socket.SendAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            connections.ForEach(socket => socket.Dispose());
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _fillers.ForEach(filler => filler.Dispose());
    }
}
