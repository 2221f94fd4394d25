using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>HTTP to one cluster: no proxy, no redirects, no cookies, one deadline for each call.</summary>
internal sealed class OpenSearchHttp : IDisposable
{
    private const int MaxReplyBytes = 16 * 1024 * 1024;
    private const int MaxToldCharacters = 300;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private readonly OpenSearchOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _invoker;

    /// <summary>Opens no connection yet.</summary>
    /// <exception cref="ArgumentException">The address or the file of certificates cannot be used.</exception>
    public OpenSearchHttp(OpenSearchOptions options, TimeProvider time)
    {
        if (!options.Address.IsAbsoluteUri || options.Address.Scheme is not ("http" or "https") || options.Address.PathAndQuery != "/" || options.Address.UserInfo.Length > 0)
        {
            throw new ArgumentException($"OpenSearch of {options.Region}: the address must be http:// or https:// with host and port and nothing else, e.g. https://opensearch.example:9200.", nameof(options));
        }

        (_options, _time) = (options, time);
        _invoker = new HttpMessageInvoker(new BareSocketErrors(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.ConnectTimeout,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            SslOptions = Tls(options),
        }));
    }

    /// <summary>The cluster's name in messages.</summary>
    public string Name => $"OpenSearch of {_options.Region}";

    /// <summary>Runs calls within one deadline, and makes an answer of whatever happens; only the caller's own cancellation is thrown.</summary>
    public async Task<DataAnswer<T>> RunAsync<T>(Func<CancellationToken, Task<T>> calls, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        using var cutOff = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cutOff.Token);
        try
        {
            return new DataAnswer<T>.Ok(await calls(either.Token));
        }
        catch (OpenSearchCallException failure)
        {
            return failure.To<T>();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return cutOff.IsCancellationRequested
                ? new DataAnswer<T>.Unknown($"{Name}: no answer within {deadline.TotalSeconds:0.###} s")
                : new DataAnswer<T>.Unreachable($"{Name}: no connection within {_options.ConnectTimeout.TotalSeconds:0.###} s");
        }
    }

    /// <summary>Sends a request; an answer of any status comes back.</summary>
    /// <exception cref="OpenSearchCallException">No whole answer came.</exception>
    public async Task<OpenSearchReply> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_options.Address, path));
        var content = body is null ? null : new TrackedBody(Encoding.UTF8.GetBytes(body.ToJsonString()));
        request.Content = content;
        var password = Authorize(request);
        try
        {
            using var response = await _invoker.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(MaxReplyBytes, cancellationToken);
            var text = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var json = Parse(text);
            return new OpenSearchReply((int)response.StatusCode, json, Quote(Told(json), password));
        }
        catch (HttpRequestException failure)
        {
            var connecting = failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;
            var neverSent = content is null ? connecting : !content.Started;
            throw new OpenSearchCallException(
                neverSent ? OpenSearchFault.Unreachable : OpenSearchFault.Unknown, $"{Name}: {(neverSent ? "not reachable" : "the exchange broke off")} ({Quote(failure.GetBaseException().Message, password)})", failure);
        }
    }

    /// <summary>Sends a request, and takes nothing but a JSON object with success for an answer.</summary>
    /// <exception cref="OpenSearchCallException">Any other answer, or none.</exception>
    public async Task<JsonObject> AskAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken) =>
        Checked(await SendAsync(method, path, body, cancellationToken), $"{method} {path.Split('?')[0]}");

    /// <summary>The body of a successful answer.</summary>
    /// <exception cref="OpenSearchCallException">It is not successful, or holds no JSON object.</exception>
    public JsonObject Checked(OpenSearchReply reply, string asked) => reply switch
    {
        { IsSuccess: true, Json: { } json } => json,
        { IsSuccess: true } => throw Fault(OpenSearchFault.Unknown, $"{asked} was answered {reply.Status} without a JSON object; expected OpenSearch's REST interface at {_options.Address.Authority}"),
        { Status: 401 } => throw Fault(OpenSearchFault.Refused, $"the user or its password is not accepted (401); expected opensearch.username and opensearch.password to be those of the cluster"),
        { Status: 403 } => throw Fault(OpenSearchFault.Refused, $"{asked} is forbidden (403): {reply.Told}"),
        { Status: 408 or 429 or >= 500 } => throw Fault(OpenSearchFault.Unknown, $"{asked} was answered {reply.Status}: {reply.Told}"),
        _ => throw Fault(OpenSearchFault.Refused, $"{asked} was answered {reply.Status}: {reply.Told}"),
    };

    /// <summary>A fault of this cluster.</summary>
    public OpenSearchCallException Fault(OpenSearchFault fault, string what) => new(fault, $"{Name}: {what}");

    /// <inheritdoc />
    public void Dispose() => _invoker.Dispose();

    private string? Authorize(HttpRequestMessage request)
    {
        if (_options.Username is not { } user)
        {
            return null;
        }

        var password = _options.Password?.Invoke() ?? throw Fault(OpenSearchFault.Unreachable, "not asked: its password cannot be read");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return password;
    }

    private static JsonObject? Parse(byte[] text)
    {
        try
        {
            var json = JsonNode.Parse(text, documentOptions: s_strict) as JsonObject;
            _ = json?.ToJsonString(); // Texts are read when they are first asked for; halves of surrogate pairs are to be found now.
            return json;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null; // Proxies and error pages answer in other formats; the caller says what it expected.
        }
    }

    private static string Told(JsonObject? json) => json?["error"] switch
    {
        JsonObject error => $"{error["type"]}: {error["reason"]}",
        JsonValue text => text.ToString(),
        _ => "no reason is given",
    };

    private static string Quote(string text, string? password)
    {
        var shown = (string.IsNullOrEmpty(password) ? text : text.Replace(password, "***", StringComparison.Ordinal)).ReplaceLineEndings(" ");
        return shown.Length <= MaxToldCharacters ? shown : shown[..MaxToldCharacters] + "…";
    }

    private static SslClientAuthenticationOptions Tls(OpenSearchOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaFile is not { } file)
        {
            return tls;
        }

        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"OpenSearch of {options.Region}: {file} cannot be read as PEM certificates: {failure.Message}", nameof(options), failure);
        }

        if (trusted.Count == 0)
        {
            throw new ArgumentException($"OpenSearch of {options.Region}: {file} holds no PEM certificate.", nameof(options));
        }

        // A private authority seldom publishes revocation; a list that cannot be fetched must not stop the store.
        tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        tls.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        return tls;
    }

    /// <summary>A body that tells whether any of it was sent.</summary>
    private sealed class TrackedBody : HttpContent
    {
        private readonly byte[] _bytes;

        public TrackedBody(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        public bool Started { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            Started = true;
            await stream.WriteAsync(_bytes, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
