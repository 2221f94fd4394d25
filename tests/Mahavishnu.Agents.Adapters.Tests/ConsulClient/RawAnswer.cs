using System.Text;
using CsCheck;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>An answer as bytes, sensible or not. The connection always ends with it.</summary>
/// <param name="Status">The status line's number, which need not be one.</param>
/// <param name="Headers">The headers, framing left out.</param>
/// <param name="Framing">How the end of the body is told.</param>
/// <param name="Body">The body.</param>
/// <param name="Delivery">How it is sent.</param>
/// <param name="Cut">Where it is cut off, in thousandths.</param>
internal sealed record RawAnswer(string Status, string Headers, Framing Framing, string Body, Delivery Delivery, int Cut)
{
    private static readonly string[] s_statuses =
        ["100", "101", "204", "206", "301", "304", "400", "401", "403", "404", "409", "429", "500", "502", "503", "599", "000", "99", "999", "1000", "abc", "-1", ""];

    private static readonly string[] s_headers =
    [
        "X-Consul-Index: 0", "X-Consul-Index: -1", "X-Consul-Index: 18446744073709551616", "X-Consul-Index:", "X-Consul-Index: five", "X-Consul-LastContact: 4294967296", "X-Consul-KnownLeader: maybe",
        "Content-Type: application/json", "Content-Type: text/html; charset=no-such-set", "Content-Type: ;;", "Content-Encoding: gzip", "Connection: close", "Retry-After: 7", "Retry-After: -7", "Retry-After: 99999999999",
        "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", "Retry-After: soon", "Ratelimit: \"default\";r=0;t=99999", "Location: http://127.0.0.1:1/", "Set-Cookie: a=b", "no colon", ": no name", "X-Null: a\0b", "X-Latin: \u00e9",
        $"X-Long: {new string('x', 70_000)}", "Trailer: X", "\u0001: x",
    ];

    /// <summary>Answers that carry a body.</summary>
    /// <param name="sound">The status that belongs to it; the others are rarer.</param>
    /// <param name="body">The body.</param>
    public static Gen<RawAnswer> Of(string sound, Gen<string> body) => Gen.Select(
        Gen.Frequency((3, Gen.Const(sound)), (1, Gen.Int[0, s_statuses.Length - 1].Select(static i => s_statuses[i]))),
        Gen.Frequency((5, Gen.Const("X-Consul-Index: 5\r\n")), (1, Gen.Const(""))),
        Gen.Int[0, s_headers.Length - 1].Array[0, 2],
        Gen.Frequency((8, Framing.Length), (2, Framing.Chunks), (1, Framing.EndOfConnection), (1, Framing.TooLong), (1, Framing.TooShort), (1, Framing.Nonsense)),
        body,
        Gen.Frequency((48, Delivery.Whole), (4, Delivery.Pieces), (8, Delivery.CutAndClosed), (4, Delivery.CutAndReset), (1, Delivery.CutAndSilent), (1, Delivery.Endless)),
        Gen.Int[0, 999],
        static (status, index, headers, framing, body, delivery, cut) => new RawAnswer(status, index + string.Concat(headers.Select(static h => s_headers[h] + "\r\n")), framing, body, delivery, cut));

    /// <summary>The body that a client has when it has understood all; null when no whole answer is sent.</summary>
    public string? Received
    {
        get
        {
            var body = Encoding.UTF8.GetBytes(Body);
            var arrived = Sent.Length - Head.Length;
            return (Delivery, Framing) switch
            {
                (Delivery.Endless, _) or (_, Framing.TooLong) => null,
                (_, Framing.Length) => arrived >= body.Length ? Encoding.UTF8.GetString(body) : null,
                (_, Framing.TooShort) => arrived >= body.Length / 2 ? Encoding.UTF8.GetString(body[..(body.Length / 2)]) : null,
                (_, Framing.Chunks) => Sent.Length == Bytes.Length ? Encoding.UTF8.GetString(body) : null,
                _ => arrived >= 0 ? Encoding.UTF8.GetString(body[..arrived]) : null,
            };
        }
    }

    private byte[] Head => Encoding.UTF8.GetBytes($"HTTP/1.1 {Status} Any\r\n{Headers}{Frame()}\r\n");

    private byte[] Bytes => [.. Head, .. Encoding.UTF8.GetBytes(Framing == Framing.Chunks ? $"{(Body.Length == 0 ? "" : $"{Encoding.UTF8.GetByteCount(Body):x}\r\n{Body}\r\n")}0\r\n\r\n" : Body)];

    private byte[] Sent => Delivery is Delivery.Whole or Delivery.Pieces ? Bytes : Bytes[..(Bytes.Length * Cut / 1000)];

    public override string ToString() => $"{Status} [{Shortened(Headers.ReplaceLineEndings("; "))}] {Framing} {Delivery} {Cut}: {Shortened(Body)}";

    /// <summary>Sends it.</summary>
    public async Task SendAsync(PeerExchange exchange)
    {
        if (Delivery == Delivery.Endless)
        {
            await exchange.SendAsync($"HTTP/1.1 {Status} Any\r\n{Headers}Transfer-Encoding: chunked\r\n\r\n");
            var chunk = $"ffff\r\n{new string(' ', 0xffff)}\r\n";
            while (true)
            {
                await exchange.SendAsync(chunk);
            }
        }

        var sent = Sent;
        foreach (var piece in sent.Chunk(Delivery == Delivery.Pieces ? Math.Max(1, sent.Length / 200) : Math.Max(1, sent.Length)))
        {
            await exchange.SendBytesAsync(piece);
        }

        switch (Delivery)
        {
            case Delivery.CutAndSilent:
                await exchange.HangAsync();
                break;
            case Delivery.CutAndReset:
                exchange.Reset();
                break;
            default:
                exchange.Close();
                break;
        }
    }

    private static string Shortened(string text) => text.Length <= 2000 ? text : $"{text[..2000]} and so on, {text.Length}";

    private string Frame()
    {
        var length = Encoding.UTF8.GetByteCount(Body);
        return Framing switch
        {
            Framing.Length => $"Content-Length: {length}\r\n",
            Framing.TooLong => $"Content-Length: {length + 7}\r\n",
            Framing.TooShort => $"Content-Length: {length / 2}\r\n",
            Framing.Chunks => "Transfer-Encoding: chunked\r\n",
            Framing.Nonsense => "Content-Length: -4\r\n",
            _ => "Connection: close\r\n",
        };
    }
}

/// <summary>How the end of a body is told.</summary>
internal enum Framing
{
    /// <summary>By its length.</summary>
    Length = 0,

    /// <summary>By the last of its chunks.</summary>
    Chunks,

    /// <summary>By the end of the connection.</summary>
    EndOfConnection,

    /// <summary>By a length that is never reached.</summary>
    TooLong,

    /// <summary>By a length that is reached too soon.</summary>
    TooShort,

    /// <summary>By the end of the connection, after a length that is none.</summary>
    Nonsense,
}

/// <summary>How an answer is sent.</summary>
internal enum Delivery
{
    /// <summary>At once.</summary>
    Whole = 0,

    /// <summary>Piece by piece.</summary>
    Pieces,

    /// <summary>Cut off by an orderly end.</summary>
    CutAndClosed,

    /// <summary>Cut off by a reset.</summary>
    CutAndReset,

    /// <summary>Cut off, and then nothing more.</summary>
    CutAndSilent,

    /// <summary>In chunks without an end.</summary>
    Endless,
}
