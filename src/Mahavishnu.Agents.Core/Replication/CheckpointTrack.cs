namespace Mahavishnu.Agents.Core.Replication;

/// <summary>
/// Turns the positions of a source and its copy into a time: how long ago the source was last seen at or before the position
/// that its copy has now. Not thread-safe.
/// </summary>
public sealed class CheckpointTrack
{
    // A copy that is further behind than this many looks is behind since the oldest of them, whatever came later.
    private const int MostSamples = 1000;

    private readonly LinkedList<(TimeSpan At, long Source)> _samples = new();
    private TimeSpan? _reached;
    private long _copy = long.MinValue;

    /// <summary>Both were read.</summary>
    /// <param name="now">When the read began, on the monotonic clock.</param>
    /// <param name="source">The source's position.</param>
    /// <param name="copy">The copy's.</param>
    public void Observe(TimeSpan now, long source, long copy)
    {
        if (copy < _copy || (_samples.Last is { } last && source < last.Value.Source))
        {
            // Another history: what was seen of the old one says nothing of this one.
            _samples.Clear();
            _reached = null;
        }

        _copy = copy;
        if (_samples.Count < MostSamples)
        {
            _samples.AddLast((now, source));
        }

        while (_samples.First is { } first && first.Value.Source <= copy)
        {
            _reached = first.Value.At;
            _samples.RemoveFirst();
        }
    }

    /// <summary>What the source had longer ago than this is in the copy; null when that was never seen.</summary>
    public TimeSpan? AtMost(TimeSpan now) => now - _reached;
}
