using System.Security.Cryptography.X509Certificates;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>What to ask over HTTP, HTTPS or TCP, and what to expect.</summary>
/// <param name="Url"><c>http://</c>, <c>https://</c> or <c>tcp://host:port</c>, without user and password.</param>
/// <param name="Timeout">One deadline over name resolution, connection, TLS, headers and body; greater than 0.</param>
public sealed record ProbeOptions(Uri Url, TimeSpan Timeout)
{
    /// <summary>GET or HEAD, since a probe must change nothing.</summary>
    /// <value>Default <c>GET</c>.</value>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>The only status that passes. Redirects are not followed, so one can be expected.</summary>
    /// <value>Default 200.</value>
    public int ExpectedStatus { get; init; } = 200;

    /// <summary>JSON that the body must contain; see <see cref="JsonExpectation"/>. Null accepts every body.</summary>
    public string? ExpectedBody { get; init; }

    /// <summary>Says what is wrong with a body, in words; null for nothing. Asked besides <see cref="ExpectedBody"/>, where that cannot say it.</summary>
    public Func<ReadOnlyMemory<byte>, string?>? BodyProblem { get; init; }

    /// <summary>Headers that the answer must carry with exactly this value, names in any case.</summary>
    public IReadOnlyDictionary<string, string> ExpectedHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The longest that one connection is used again, so that accepting connections is probed as well and not only
    /// answering on an old one. 0 connects anew for each probe.
    /// </summary>
    /// <value>Default 30 s.</value>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Certificate authorities to trust in place of those of the operating system; null for the latter.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }
}
