using System.Net;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>The body of a changing request, which asks <see cref="TrafficCommand.MayStart"/> before its first byte.</summary>
/// <remarks>
/// The HTTP/1.1 stack asks for the body when the connection (with TLS) is open and the headers are built, and flushes headers and
/// body together as long as they fit its buffer of 4 KiB; larger headers would go out first, but a request without its announced
/// body changes nothing. What remains between the answer and the wire is the copy into the socket.
/// </remarks>
internal sealed class GuardedContent(byte[] body, Func<bool> mayStart) : HttpContent
{
    /// <summary>Whether the body was let go: only then may the target have changed.</summary>
    public bool Started { get; private set; }

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!mayStart())
        {
            throw TrafficOutcomeException.LeaseEnded();
        }

        Started = true;
        await stream.WriteAsync(body, cancellationToken);
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
