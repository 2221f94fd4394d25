namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What another process's wall clock shows, against this process's monotonic clock.</summary>
/// <param name="Origin">What it showed when the monotonic clock was at zero.</param>
/// <param name="Error">By how much that may be wrong, either way.</param>
public readonly record struct PeerClock(DateTimeOffset Origin, TimeSpan Error)
{
    /// <summary>When, on the monotonic clock, the other one showed a time.</summary>
    public TimeSpan At(DateTimeOffset theirs) => theirs - Origin;
}

/// <summary>
/// Estimates another process's wall clock from questions about it: the answer was given somewhere between asking and hearing,
/// so its middle is wrong by half the round trip at most.
/// </summary>
/// <remarks>
/// Of the questions of the last minutes the one with the least error counts, which grows with its age since clocks drift apart.
/// One that contradicts the newest is dropped: a clock was stepped since. This process's own wall clock plays no part.
/// Source: the offset of RFC 5905, with its error bound instead of its filter. Not thread-safe.
/// </remarks>
/// <param name="drift">The greatest rate error of a clock, as a ratio.</param>
public sealed class PeerClockEstimator(double drift)
{
    private const int MostSamples = 16;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private readonly List<(TimeSpan At, PeerClock Clock)> _samples = [];

    /// <summary>An answer came.</summary>
    /// <param name="sentAt">When the question was sent, on the monotonic clock.</param>
    /// <param name="receivedAt">When its answer was there.</param>
    /// <param name="theirs">What the other clock showed in between.</param>
    /// <param name="resolution">The least step that the answer can tell.</param>
    public void Observe(TimeSpan sentAt, TimeSpan receivedAt, DateTimeOffset theirs, TimeSpan resolution)
    {
        var half = (receivedAt - sentAt) / 2;
        var clock = new PeerClock(theirs - (sentAt + half), half + resolution);
        _samples.RemoveAll(s => receivedAt - s.At > Window || (s.Clock.Origin - clock.Origin).Duration() > ErrorOf(s, receivedAt) + clock.Error);
        if (_samples.Count == MostSamples)
        {
            _samples.Remove(_samples.MaxBy(s => ErrorOf(s, receivedAt)));
        }

        _samples.Add((sentAt, clock)); // They drift apart during the round trip too.
    }

    /// <summary>The estimate now; null when there was no answer lately.</summary>
    public PeerClock? Estimate(TimeSpan now)
    {
        var known = _samples.Where(s => now - s.At <= Window).ToList();
        if (known.Count == 0)
        {
            return null;
        }

        var best = known.MinBy(s => ErrorOf(s, now));
        return best.Clock with { Error = ErrorOf(best, now) };
    }

    /// <summary>Two clocks drift apart, each by its own rate error.</summary>
    private TimeSpan ErrorOf((TimeSpan At, PeerClock Clock) sample, TimeSpan now) => sample.Clock.Error + ((now - sample.At) * (2 * drift));
}
