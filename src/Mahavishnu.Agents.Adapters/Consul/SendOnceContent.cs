using System.Net;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>
/// A request body of known length that goes onto one connection only, and tells afterwards whether it did.
/// </summary>
/// <remarks>
/// The length is needed because Consul ignores a chunked body when it creates a session. Once only, because the handler
/// repeats a request by itself when a pooled connection turns out to be closed, and a write that may have been applied
/// must not be repeated behind the caller's back. A request whose body was never asked for did not reach the store whole.
/// </remarks>
internal sealed class SendOnceContent(ReadOnlyMemory<byte> body) : HttpContent
{
    private int _started;

    /// <summary>Whether a connection was open and the request may have left this process.</summary>
    public bool Started => Volatile.Read(ref _started) != 0;

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _started, 1) == 0
            ? stream.WriteAsync(body, cancellationToken).AsTask()
            : throw new IOException("the connection closed after the request was sent on it");

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
