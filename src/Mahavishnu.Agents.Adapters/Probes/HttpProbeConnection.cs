using System.Net;
using System.Net.Sockets;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>The one connection of an <see cref="HttpProbe"/>, and how far the present exchange on it has come.</summary>
internal sealed class HttpProbeConnection : IDisposable
{
    private const int HeadersLimitKibibytes = 16;
    private const string Connecting = "connecting";
    private const string Negotiating = "negotiating TLS";
    private const string Waiting = "waiting for the answer";
    private const string Reading = "reading the body";

    private readonly ProbeOptions _options;
    private readonly HttpMessageInvoker _client;

    private string _doing = Waiting;
    private int _connects;

    public HttpProbeConnection(ProbeOptions options)
    {
        _options = options;
        Certificate = new CertificateCheck(options.Url.Host);
        _client = new HttpMessageInvoker(new BareSocketErrors(CreateHandler()), disposeHandler: true);
    }

    /// <summary>What is known of the certificate of the target.</summary>
    public CertificateCheck Certificate { get; }

    /// <summary>What the exchange is at, as the end of a sentence: <c>waiting for the answer</c>.</summary>
    public string Doing => _doing == Negotiating && Certificate.Seen ? Waiting : _doing;

    /// <summary>Sends the request and reads the headers of the answer; the body is left to the caller.</summary>
    public async Task<HttpResponseMessage> SendAsync(CancellationToken cancellationToken)
    {
        (_doing, _connects) = (Waiting, 0);
        Certificate.Reset();
        var response = await SendOnceOrTwiceAsync(cancellationToken);
        _doing = Reading;
        return response;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendOnceOrTwiceAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var request = CreateRequest();
            return await _client.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException error) when (_connects == 0 && ProbeFailure.IsReset(error))
        {
            // The handler repeats a request by itself when a kept connection was closed, but not when it was reset.
            using var again = CreateRequest();
            return await _client.SendAsync(again, cancellationToken);
        }
    }

    private HttpRequestMessage CreateRequest()
    {
        var request = new HttpRequestMessage(_options.Method, _options.Url);
        request.Headers.TryAddWithoutValidation("User-Agent", "mahavishnu-agent");
        return request;
    }

    private SocketsHttpHandler CreateHandler() => new()
    {
        MaxConnectionsPerServer = 1,
        PooledConnectionLifetime = _options.ConnectionLifetime,
        PooledConnectionIdleTimeout = _options.ConnectionLifetime,
        // An abandoned attempt must not stand in the way of the next probe.
        ConnectTimeout = _options.Timeout,
        ConnectCallback = ConnectAsync,
        SslOptions = Certificate.ToOptions(_options.TrustedRoots),
        MaxResponseHeadersLength = HeadersLimitKibibytes,
        // What is left of a refused answer is not worth reading: a new connection is.
        MaxResponseDrainSize = 0,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (++_connects > 1)
        {
            // The handler would repeat the request three times, on new connections too; one of them is enough to judge.
            throw new HttpIOException(HttpRequestError.ResponseEnded);
        }

        _doing = Connecting;
        EndPoint target = IPAddress.TryParse(_options.Url.DnsSafeHost, out var address)
            ? new IPEndPoint(address, context.DnsEndPoint.Port)
            : context.DnsEndPoint;
        var socket = ProbeSocket.For(target);
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
            _doing = _options.Url.Scheme == "https" ? Negotiating : Waiting;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }
}
