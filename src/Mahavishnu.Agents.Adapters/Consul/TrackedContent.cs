using System.Net;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A request body of known length, be it empty, that tells whether it was sent.</summary>
/// <remarks>
/// The length is needed because Consul ignores a chunked body when it creates a session. Every write has a body because
/// the handler repeats a request without one by itself when a pooled connection breaks, and a write that may have been
/// applied must not be repeated behind the caller's back. A request whose body was never asked for did not reach the
/// store whole, and so was not executed.
/// </remarks>
internal sealed class TrackedContent(ReadOnlyMemory<byte> body) : HttpContent
{
    private volatile bool _started;

    /// <summary>Whether a connection was open and the request may have left this process.</summary>
    public bool Started => _started;

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _started = true;
        await stream.WriteAsync(body, cancellationToken);
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
