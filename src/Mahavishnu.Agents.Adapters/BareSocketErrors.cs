using System.Net.Sockets;

namespace Mahavishnu.Agents.Adapters;

/// <summary>
/// Keeps the promise of <see cref="HttpMessageInvoker"/> that a failed exchange is a <see cref="HttpRequestException"/>. The
/// platform's handler asks a new connection for its remote end point, and lets the bare <see cref="SocketException"/> out when
/// the peer reset the connection in that very instant, as a server does that is killed.
/// </summary>
public sealed class BareSocketErrors : DelegatingHandler
{
    /// <summary>Stands before a handler, and owns it.</summary>
    public BareSocketErrors(HttpMessageHandler inner)
        : base(inner)
    {
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (SocketException bare)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, bare.Message, bare);
        }
    }
}
