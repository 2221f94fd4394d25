using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>HTTP to one control interface: no proxy, no redirects, no cookies, one deadline for each exchange.</summary>
/// <remarks>Answers of any status come back as values; only the lack of an answer is an exception.</remarks>
internal sealed class TrafficHttp : IDisposable
{
    // No interface that is asked here answers with more, and an endless answer must not fill the memory.
    private const int MaxReplyBytes = 32 * 1024 * 1024;
    private const int MaxQuotedCharacters = 300;

    private readonly string _target;
    private readonly string _secret;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Prepares the client; nothing is sent yet.</summary>
    /// <param name="target">The name of the target, for messages.</param>
    /// <param name="address">The base address; relative paths are resolved below it.</param>
    /// <param name="credential">The header that carries the secret.</param>
    /// <param name="secret">What must never be seen in a message.</param>
    /// <param name="timeout">Longest time for one exchange.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The address is not HTTP, or the secret cannot stand in a header.</exception>
    public TrafficHttp(string target, Uri address, (string Name, string Value) credential, string secret, TimeSpan timeout, TimeProvider time)
    {
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"{target}: the address must be http:// or https://, found {address}.", nameof(address));
        }

        if (secret.Length == 0 || secret.Any(static c => c is <= ' ' or > '~'))
        {
            // Checked here and not by the header collection, which is stricter with some headers and quotes the value in its exception.
            throw new ArgumentException($"{target}: the credential is empty or holds blanks, line breaks or characters beyond ASCII.", nameof(secret));
        }

        (_target, _secret, _timeout, _time) = (target, secret, timeout, time);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
        _client = new HttpClient(new BareSocketErrors(handler))
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxReplyBytes,
        };
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        _client.DefaultRequestHeaders.TryAddWithoutValidation(credential.Name, credential.Value);
    }

    /// <summary>Asks.</summary>
    /// <exception cref="DependencyUnavailableException">No whole answer came.</exception>
    public Task<HttpReply> GetAsync(string path, CancellationToken cancellationToken) =>
        ExchangeAsync(new HttpRequestMessage(HttpMethod.Get, path), null, cancellationToken);

    /// <summary>Sends a change, unless <paramref name="mayStart"/> says no when the connection is open.</summary>
    /// <exception cref="TrafficOutcomeException">The lease has ended; nothing was sent.</exception>
    /// <exception cref="DependencyUnavailableException">No whole answer came; the message says whether the change may have been made.</exception>
    public Task<HttpReply> SendAsync(HttpMethod method, string path, JsonNode body, Func<bool> mayStart, CancellationToken cancellationToken)
    {
        var content = new GuardedContent(Encoding.UTF8.GetBytes(body.ToJsonString()), mayStart);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        return ExchangeAsync(new HttpRequestMessage(method, path) { Content = content }, content, cancellationToken);
    }

    /// <summary>What a target answered, short, on one line and without the secret.</summary>
    public string Quote(string text)
    {
        var shown = text.Replace(_secret, "***", StringComparison.Ordinal).ReplaceLineEndings(" ").Trim();
        return shown.Length <= MaxQuotedCharacters ? shown : shown[..MaxQuotedCharacters] + "…";
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task<HttpReply> ExchangeAsync(HttpRequestMessage request, GuardedContent? change, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using (request)
        {
            try
            {
                using var response = await _client.SendAsync(request, deadline.Token);

                // JSON is UTF-8, whatever a header says; one that names no known set of characters must not be a reason to fail.
                return new HttpReply(response.StatusCode, response.Headers, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(deadline.Token)));
            }
            catch (HttpRequestException problem)
            {
                throw Unavailable(problem.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError ? "not reachable" : "the exchange broke off", change, problem);
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                throw Unavailable($"no answer within {_timeout.TotalSeconds:0.###} s", change, late);
            }
        }
    }

    private DependencyUnavailableException Unavailable(string problem, GuardedContent? change, Exception cause)
    {
        var reason = cause is HttpRequestException { InnerException: { } inner } ? inner.Message : cause.Message;
        var consequence = change is null ? "" : change.Started ? "; the change may or may not have been made" : "; nothing was sent";
        return new DependencyUnavailableException(_target, $"{problem} ({Quote(reason)}){consequence}", cause);
    }
}
