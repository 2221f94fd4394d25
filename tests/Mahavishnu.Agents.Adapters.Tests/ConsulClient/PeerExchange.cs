using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>One request as it stood on the wire, and the means to answer it, well or badly.</summary>
internal sealed class PeerExchange(Socket socket, Stream stream, string head, byte[] body, CancellationToken stopping)
{
    /// <summary>Request line and headers, lines ended by CR LF.</summary>
    public string Head => head;

    public string RequestLine => head[..head.IndexOf('\r', StringComparison.Ordinal)];

    public byte[] Body => body;

    public string BodyText => Encoding.UTF8.GetString(body);

    /// <summary>Ends when the peer stops.</summary>
    public CancellationToken Stopping => stopping;

    public string? Header(string name) => head
        .Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();

    public Task AnswerAsync(int status, string text, params string[] headers)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        return SendAsync(string.Concat(
            $"HTTP/1.1 {status} Any\r\nContent-Length: {length}\r\n", string.Concat(headers.Select(h => h + "\r\n")), "\r\n", text));
    }

    public async Task SendAsync(string bytes)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(bytes), stopping);
        await stream.FlushAsync(stopping);
    }

    public async Task SendBytesAsync(byte[] bytes) => await stream.WriteAsync(bytes, stopping);

    /// <summary>Ends the connection in order.</summary>
    public void Close() => socket.Shutdown(SocketShutdown.Both);

    /// <summary>Ends the connection with a reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Never answers.</summary>
    public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
}
