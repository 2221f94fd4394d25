using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Passes when an HTTP or HTTPS target answers with the expected status, headers and JSON body in time.</summary>
/// <remarks>
/// The probe owns one connection, kept between probes up to <see cref="ProbeOptions.ConnectionLifetime"/>. When a kept one
/// ends before the answer, the request is sent once more on a new connection within the same deadline, so that an idle
/// timeout of the target is no failure while a dead listener is. A kept one whose target vanished without a word costs
/// one probe its deadline; the next connects anew. Proxies, cookies and redirects are off. The body is always read to
/// its end: a target that cannot finish its answer is not healthy.
/// </remarks>
public sealed class HttpProbe : IProbe, IDisposable
{
    /// <summary>The longest body that is read.</summary>
    public const int BodyLimitBytes = 64 * 1024;

    private const int ShownCharacters = 60;

    private readonly ProbeOptions _options;
    private readonly TimeProvider _time;
    private readonly JsonExpectation? _body;
    private readonly HttpProbeConnection _connection;

    private byte[] _buffer = new byte[1024];
    private int _asking;

    /// <summary>Prepares the probe; nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">The address, method, body or a time cannot be used; the message says why.</exception>
    public HttpProbe(ProbeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConnectionLifetime, TimeSpan.Zero, nameof(options));
        if (options.Url is not { Scheme: "http" or "https", UserInfo: "" })
        {
            throw new ArgumentException("Expected http:// or https:// without user and password.", nameof(options));
        }

        if (options.Method != HttpMethod.Get && options.Method != HttpMethod.Head)
        {
            throw new ArgumentException($"Cannot probe with {options.Method}; expected GET or HEAD.", nameof(options));
        }

        if (options.Method == HttpMethod.Head && options.ExpectedBody is not null)
        {
            throw new ArgumentException("An answer to HEAD has no body to compare; expected GET.", nameof(options));
        }

        _options = options;
        _time = time;
        _body = options.ExpectedBody is { } expected ? new JsonExpectation(expected) : null;
        _connection = new HttpProbeConnection(options);
    }

    /// <inheritdoc />
    public async Task<ProbeOutcome> ProbeAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _asking, 1) == 1)
        {
            throw new InvalidOperationException($"The probe of {_options.Url.Host} is still running; one call at a time.");
        }

        var startedAt = _time.GetTimestamp();
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var problem = await FindProblemAsync(either.Token);
            return Judge(problem, _time.GetElapsedTime(startedAt));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Judge(error, _time.GetElapsedTime(startedAt), deadline.IsCancellationRequested);
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection.Dispose();

    private async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(cancellationToken);
        if ((int)response.StatusCode != _options.ExpectedStatus)
        {
            return $"status {(int)response.StatusCode}, expected {_options.ExpectedStatus}";
        }

        if (HeaderProblem(response) is { } headerProblem)
        {
            return headerProblem;
        }

        return await ReadBodyAsync(response.Content, cancellationToken) is { } length
            ? _body?.Difference(_buffer.AsMemory(0, length)) ?? _options.BodyProblem?.Invoke(_buffer.AsMemory(0, length))
            : $"body is over {BodyLimitBytes / 1024} KiB";
    }

    private string? HeaderProblem(HttpResponseMessage response)
    {
        foreach (var (name, expected) in _options.ExpectedHeaders)
        {
            if (!response.Headers.TryGetValues(name, out var values) && !response.Content.Headers.TryGetValues(name, out values))
            {
                return $"header {name} is missing, expected '{expected}'";
            }

            var actual = string.Join(", ", values);
            if (actual != expected)
            {
                return $"header {name} is '{(actual.Length > ShownCharacters ? actual[..ShownCharacters] + "..." : actual)}', expected '{expected}'";
            }
        }

        return null;
    }

    /// <summary>Reads the body into the buffer; null when it is over the limit.</summary>
    private async Task<int?> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var length = 0;
        while (await stream.ReadAsync(_buffer.AsMemory(length), cancellationToken) is var read and > 0)
        {
            length += read;
            if (length > BodyLimitBytes)
            {
                return null;
            }

            if (length == _buffer.Length)
            {
                // One byte more than the limit, so that a body of just the limit is told from a longer one.
                Array.Resize(ref _buffer, Math.Min(length * 2, BodyLimitBytes + 1));
            }
        }

        return length;
    }

    private ProbeOutcome Judge(string? problem, TimeSpan duration)
    {
        var timeLeft = _connection.Certificate.ExpiresAt - _time.GetUtcNow();
        // A kept connection outlives the certificate that it was opened with.
        if (problem is null && timeLeft <= TimeSpan.Zero)
        {
            problem = FormattableString.Invariant($"TLS: certificate expired on {_connection.Certificate.ExpiresAt:yyyy-MM-dd}");
        }

        var outcome = problem is null ? ProbeOutcome.Passed(duration) : ProbeOutcome.Failed(problem, duration);
        return outcome with { CertificateTimeLeft = timeLeft };
    }

    private ProbeOutcome Judge(Exception error, TimeSpan duration, bool overdue)
    {
        // Cancellation that is not the caller's is a deadline: ours, or that of the handler for connecting, which is as long.
        if (overdue || error is OperationCanceledException)
        {
            return ProbeOutcome.Failed(
                FormattableString.Invariant($"timed out after {_options.Timeout.TotalMilliseconds:0} ms while {_connection.Doing}"), duration);
        }

        return _connection.Certificate.Problem is { } problem
            ? ProbeOutcome.Failed($"TLS: {problem}", duration)
            : ProbeFailure.Describe(error, _connection.Doing, duration);
    }
}
