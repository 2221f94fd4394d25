namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>What one prober did in one round.</summary>
internal sealed record Measurement(
    double ProbesPerSecond,
    double CpuMillisecondsPerProbe,
    double P50Milliseconds,
    double P99Milliseconds)
{
    public static Measurement From(IReadOnlyCollection<double> milliseconds, TimeSpan elapsed, TimeSpan processorTime)
    {
        var sorted = milliseconds.Order().ToArray();
        if (sorted.Length == 0)
        {
            throw new InvalidOperationException("Nothing was probed within the round; expected at least one probe.");
        }

        return new Measurement(
            sorted.Length / elapsed.TotalSeconds,
            processorTime.TotalMilliseconds / sorted.Length,
            sorted[sorted.Length / 2],
            sorted[(int)(sorted.Length * 0.99)]);
    }

    /// <summary>The median of each figure by itself.</summary>
    public static Measurement Median(IReadOnlyList<Measurement> rounds) => new(
        Middle(rounds.Select(round => round.ProbesPerSecond)),
        Middle(rounds.Select(round => round.CpuMillisecondsPerProbe)),
        Middle(rounds.Select(round => round.P50Milliseconds)),
        Middle(rounds.Select(round => round.P99Milliseconds)));

    private static double Middle(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
