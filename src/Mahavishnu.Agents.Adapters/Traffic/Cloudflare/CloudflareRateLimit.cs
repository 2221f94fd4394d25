using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Mahavishnu.Agents.Adapters.Traffic.Cloudflare;

/// <summary>Keeps from calling while Cloudflare has said that it will not answer: calls made meanwhile prolong the block.</summary>
/// <remarks>
/// Source: Cloudflare API rate limits: 1200 requests in 5 minutes for each token; 429 with <c>retry-after</c> in seconds; before
/// that <c>Ratelimit: "default";r=REMAINING;t=SECONDS</c> in every answer. Not for concurrent use.
/// </remarks>
internal sealed partial class CloudflareRateLimit(string target, TimeProvider time)
{
    // For a 429 that names no time. The longest block is 5 minutes, but that long nothing could be shifted at all.
    private static readonly TimeSpan s_unnamedWait = TimeSpan.FromSeconds(30);

    private long _since;
    private TimeSpan _wait;

    /// <summary>Lets a call through, or says when the next one is possible.</summary>
    /// <exception cref="DependencyUnavailableException">The block still stands.</exception>
    public void Pass()
    {
        var left = _wait - time.GetElapsedTime(_since);
        if (_wait > TimeSpan.Zero && left > TimeSpan.Zero)
        {
            throw new DependencyUnavailableException(target, $"rate limited; no call is made for another {Math.Ceiling(left.TotalSeconds)} s; nothing was sent");
        }
    }

    /// <summary>Learns from an answer.</summary>
    public void Learn(HttpReply reply)
    {
        _since = time.GetTimestamp();
        _wait = reply.Status == HttpStatusCode.TooManyRequests ? RetryAfter(reply) : UsedUp(reply);
    }

    private TimeSpan RetryAfter(HttpReply reply) => reply.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => s_unnamedWait,
    };

    private static TimeSpan UsedUp(HttpReply reply)
    {
        var header = reply.Headers.TryGetValues("Ratelimit", out var values) ? Remaining().Match(string.Join(',', values)) : Match.Empty;
        return header.Success && header.Groups["remaining"].ValueSpan.Trim('0').IsEmpty
            ? TimeSpan.FromSeconds(int.Parse(header.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;
    }

    [GeneratedRegex("r=(?<remaining>[0-9]{1,9}) *; *t=(?<seconds>[0-9]{1,5})")]
    private static partial Regex Remaining();
}
