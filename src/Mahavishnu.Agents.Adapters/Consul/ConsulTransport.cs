using System.Net;
using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Sends one request, within its deadline, and sorts what comes back. Shared by the groups of calls of a client.</summary>
internal sealed class ConsulTransport : IDisposable
{
    /// <summary>The largest response body that is read. Consul's own limit for one value is 512 KiB.</summary>
    public const int MaxBodyBytes = 4 * 1024 * 1024;

    private readonly HttpMessageInvoker _invoker;
    private readonly ConsulOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Opens no connection yet.</summary>
    public ConsulTransport(ConsulOptions options, TimeProvider time)
    {
        _invoker = new HttpMessageInvoker(new BareSocketErrors(ConsulHandler.Create(options)));
        _options = options;
        _time = time;
    }

    /// <summary>The <c>dc</c> parameter of every call that the store's servers answer; empty without a configured datacenter.</summary>
    public string DatacenterParameter =>
        string.IsNullOrEmpty(_options.Datacenter) ? "" : $"dc={Uri.EscapeDataString(_options.Datacenter)}";

    /// <summary>Sends a request without a body.</summary>
    public Task<ConsulResult<T>> ReadAsync<T>(
        string target, Func<ConsulAnswer, ConsulResult<T>?> read, TimeSpan deadline, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, Absolute(target)), read, deadline, cancellationToken);

    /// <summary>Sends a request that changes something, with a body, be it an empty one.</summary>
    public Task<ConsulResult<T>> WriteAsync<T>(
        HttpMethod method,
        string target,
        ReadOnlyMemory<byte> body,
        Func<ConsulAnswer, ConsulResult<T>?> read,
        TimeSpan deadline,
        CancellationToken cancellationToken) =>
        SendAsync(
            new HttpRequestMessage(method, Absolute(target)) { Content = new TrackedContent(body) },
            read,
            deadline,
            cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _invoker.Dispose();

    private Uri Absolute(string target) => new(_options.Address, target);

    /// <param name="message">The request; disposed of here.</param>
    /// <param name="read">Makes a result of an answer that the call expects; null for any other, a JSON error for a wrong shape.</param>
    /// <param name="deadline">For the whole exchange, to the last byte of the body.</param>
    /// <param name="cancellationToken">The only thing that makes this throw.</param>
    private async Task<ConsulResult<T>> SendAsync<T>(
        HttpRequestMessage message, Func<ConsulAnswer, ConsulResult<T>?> read, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var request = message;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();

        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var token = _options.Token?.Invoke()?.Trim();
        if (!TryAddToken(request, token))
        {
            return new ConsulResult<T>.Unreachable("not sent: the token has a character that no HTTP header can carry");
        }

        using var cutOff = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cutOff.Token);
        try
        {
            var answer = await ExchangeAsync(request, token, either.Token);
            return read(answer) ?? AnswerRules.Failure<T>(answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return cutOff.IsCancellationRequested
                ? Failed<T>(request, false, $"no answer within {deadline.TotalSeconds:0.###} s")
                : new ConsulResult<T>.Unreachable($"no connection within {_options.ConnectTimeout.TotalSeconds:0.###} s");
        }
        catch (HttpRequestException failure)
        {
            var connecting = failure.HttpRequestError is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;
            return Failed<T>(request, connecting, failure.GetBaseException().Message);
        }
        catch (JsonException failure)
        {
            return new ConsulResult<T>.Unknown($"the answer is not what Consul gives here: {failure.Message}");
        }
    }

    private async Task<ConsulAnswer> ExchangeAsync(HttpRequestMessage request, string? token, CancellationToken cancellationToken)
    {
        using var response = await _invoker.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(MaxBodyBytes, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var retry = response.Headers.RetryAfter;
        return new ConsulAnswer(
            (int)response.StatusCode,
            body,
            ConsulAnswer.Quote(body, token),
            ConsulAnswer.MetaOf(response),
            retry?.Delta ?? retry?.Date - _time.GetUtcNow());
    }

    /// <summary>Adds the token to the header, the only place where it may stand.</summary>
    private static bool TryAddToken(HttpRequestMessage request, string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return true;
        }

        return token.All(static c => c is > ' ' and <= '~') && request.Headers.TryAddWithoutValidation("X-Consul-Token", token);
    }

    private static ConsulResult<T> Failed<T>(HttpRequestMessage request, bool connecting, string reason)
    {
        var neverSent = request.Content is TrackedContent content ? !content.Started : connecting;
        return neverSent ? new ConsulResult<T>.Unreachable(reason) : new ConsulResult<T>.Unknown(reason);
    }
}
