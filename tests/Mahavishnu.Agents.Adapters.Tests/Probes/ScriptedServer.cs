using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

/// <summary>A listener on a free port of 127.0.0.1 that runs a script on each connection, well-behaved or not.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Func<Connection, Task> _script;
    private readonly Task _accepting;
    private int _accepted;

    public ScriptedServer(Func<Connection, Task> script)
    {
        _script = script;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int Accepted => Volatile.Read(ref _accepted);

    public Uri Url(string scheme = "http", string path = "/health") => new($"{scheme}://127.0.0.1:{Port}{path}");

    /// <summary>A script that answers every request with the same bytes and keeps the connection.</summary>
    public static Func<Connection, Task> Always(string answer) => async connection =>
    {
        while (await connection.ReadRequestAsync())
        {
            await connection.SendAsync(answer);
        }
    };

    /// <summary>An answer with a length, 200 and JSON unless told otherwise.</summary>
    public static string Answer(string body, int status = 200, string headers = "") =>
        $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                _sockets.Add(socket);
                running.Add(RunAsync(new Connection(Interlocked.Increment(ref _accepted), socket, _stop.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped, by one of the ways in which a listener says so.
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(Connection connection)
    {
        try
        {
            await _script(connection);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, which is what most of these tests are about.
        }
        finally
        {
            connection.Socket.Dispose();
        }
    }

    internal sealed class Connection(int number, Socket socket, CancellationToken stop)
    {
        public int Number { get; } = number;

        public Socket Socket { get; } = socket;

        public CancellationToken Stop { get; } = stop;

        /// <summary>Where requests are read from and answers go; replaced by a script that speaks TLS.</summary>
        public Stream Stream { get; set; } = new NetworkStream(socket);

        /// <summary>Reads one request without a body; false when the client closed instead.</summary>
        public async Task<bool> ReadRequestAsync()
        {
            var buffer = new byte[4096];
            var text = new StringBuilder();
            while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await Stream.ReadAsync(buffer, Stop);
                if (read == 0)
                {
                    return false;
                }

                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }

            return true;
        }

        public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.UTF8.GetBytes(text), Stop);

        public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Stop);

        /// <summary>Closes with RST in place of FIN.</summary>
        public void Reset()
        {
            Socket.LingerState = new LingerOption(true, 0);
            Socket.Close();
        }
    }
}
