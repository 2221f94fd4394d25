using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>A server of raw bytes on a free port: it keeps what it was sent and does with each request what the test says.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<PeerExchange> _arrived = Channel.CreateUnbounded<PeerExchange>();
    private readonly Func<PeerExchange, Task> _script;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Task _accepting;
    private int _connections;

    private ScriptedPeer(Func<PeerExchange, Task> script, SslServerAuthenticationOptions? tls)
    {
        _script = script;
        _tls = tls;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"{(_tls is null ? "http" : "https")}://127.0.0.1:{Port}");

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Every request so far, in order of arrival.</summary>
    public ConcurrentQueue<PeerExchange> Requests { get; } = new();

    public static ScriptedPeer Start(Func<PeerExchange, Task> script, SslServerAuthenticationOptions? tls = null) => new(script, tls);

    /// <summary>Answers every request alike.</summary>
    public static ScriptedPeer Answering(int status, string text, params string[] headers) =>
        Start(exchange => exchange.AnswerAsync(status, text, headers));

    /// <summary>The next request that arrives.</summary>
    public async Task<PeerExchange> NextAsync() => await _arrived.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
        {
            // The test is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _connections);
        using var owned = socket;
        try
        {
            await using Stream stream = await OpenAsync(socket);
            while (await ReadRequestAsync(stream) is var (head, body))
            {
                var exchange = new PeerExchange(socket, stream, head, body, _stopping.Token);
                Requests.Enqueue(exchange);
                _arrived.Writer.TryWrite(exchange);
                await _script(exchange);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException or SocketException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client or the script ended the connection, or refused it.
        }
    }

    private async Task<Stream> OpenAsync(Socket socket)
    {
        var plain = new NetworkStream(socket);
        if (_tls is null)
        {
            return plain;
        }

        var secured = new SslStream(plain);
        await secured.AuthenticateAsServerAsync(_tls, _stopping.Token);
        return secured;
    }

    private async Task<(string Head, byte[] Body)?> ReadRequestAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stopping.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var text = head.ToString();
        var lengthLine = text.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[lengthLine is null ? 0 : int.Parse(lengthLine["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return (text, body);
    }
}
