using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>A listener that greets as PostgreSQL does, unless told otherwise, and has one answer to whatever follows.</summary>
internal sealed class FakePostgres : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _greeting;
    private readonly byte[] _answer;
    private readonly Task _serving;

    /// <param name="greeting">Sent when the first bytes have arrived.</param>
    /// <param name="answer">Sent when more has arrived; then the connection is closed.</param>
    public FakePostgres(byte[] greeting, byte[] answer)
    {
        (_greeting, _answer) = (greeting, answer);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>What a server that trusts everybody says first.</summary>
    public static byte[] Greeting { get; } =
    [
        .. Message('R', new byte[4]),
        .. Message('S', "server_version\u000015.0\0"u8), .. Message('S', "client_encoding\0UTF8\0"u8),
        .. Message('S', "standard_conforming_strings\0on\0"u8), .. Message('S', "integer_datetimes\0on\0"u8),
        .. Message('K', new byte[8]), .. Message('Z', "I"u8),
    ];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The facts of an installed primary of some version.</summary>
    public static byte[] Facts(int version)
    {
        byte[] types = [23, 16, 16, 16, 16, 16];
        var names = types.SelectMany(static type => (byte[])
            [.. "c\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, type, 0, (byte)(type == 23 ? 4 : 1), 0xFF, 0xFF, 0xFF, 0xFF, 0, 1]);
        byte[] row = [0, 6, 0, 0, 0, 4, .. Int(version), .. Bit(0), .. Bit(1), .. Bit(1), .. Bit(1), .. Bit(1)];
        return
        [
            .. Message('1', []), .. Message('2', []), .. Message('T', [0, 6, .. names]), .. Message('D', row),
            .. Message('C', "SELECT 1\0"u8), .. Message('Z', "I"u8),
        ];
    }

    /// <summary>A message: its type, its length and its body.</summary>
    public static byte[] Message(char type, ReadOnlySpan<byte> body) => [(byte)type, .. Int(body.Length + 4), .. body];

    /// <summary>An error that ends the session.</summary>
    public static byte[] Fatal(string code) => Message('E', Encoding.ASCII.GetBytes($"SFATAL\0VFATAL\0C{code}\0Mno more\0\0"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private static byte[] Int(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bit(byte value) => [0, 0, 0, 1, value];

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed of.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            foreach (var bytes in new[] { _greeting, _answer })
            {
                if (await stream.ReadAsync(new byte[65536], _stop.Token) == 0)
                {
                    return;
                }

                await stream.WriteAsync(bytes, _stop.Token);
            }
        }
        catch (IOException)
        {
            // The other side went first.
        }
    }
}
