namespace Mahavishnu.Agents.Core.Replication;

/// <summary>The rate of a counter of bytes, over a window. Not thread-safe.</summary>
public sealed class RateEstimator
{
    private const int MostSamples = 256;

    private readonly TimeSpan _window;
    private readonly List<(TimeSpan At, long Bytes)> _samples = [];

    /// <summary>An estimator that has seen nothing.</summary>
    /// <param name="window">Over how long the rate is taken; greater than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is not greater than zero.</exception>
    public RateEstimator(TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        _window = window;
    }

    /// <summary>Takes in a reading. One below the last means that the counter began again: nothing from before counts.</summary>
    /// <param name="now">The monotonic clock at the reading.</param>
    /// <param name="bytes">The counter.</param>
    /// <exception cref="ArgumentOutOfRangeException">The reading is older than the last one.</exception>
    public void Observe(TimeSpan now, long bytes)
    {
        if (_samples.Count > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(now, _samples[^1].At);
        }

        if (_samples.Count > 0 && bytes < _samples[^1].Bytes)
        {
            _samples.Clear();
        }

        _samples.RemoveAll(s => now - s.At > _window);
        _samples.RemoveRange(0, Math.Max(0, _samples.Count - MostSamples + 1));
        _samples.Add((now, bytes));
    }

    /// <summary>
    /// Bytes per second over the readings of the window; null until there are two at different times, and when the last is
    /// older than the window.
    /// </summary>
    /// <param name="now">The monotonic clock.</param>
    public double? BytesPerSecond(TimeSpan now)
    {
        var recent = _samples.Where(s => now - s.At <= _window).ToList();
        return recent.Count > 1 && recent[^1].At > recent[0].At
            ? ((double)recent[^1].Bytes - recent[0].Bytes) / (recent[^1].At - recent[0].At).TotalSeconds
            : null;
    }
}
