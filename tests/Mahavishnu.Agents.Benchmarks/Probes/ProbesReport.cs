namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>One kind of probe, ours beside the baseline's; figures are medians over the rounds.</summary>
/// <param name="Target">What was probed.</param>
/// <param name="Seconds">Length of a round.</param>
/// <param name="Concurrency">Probes in flight.</param>
/// <param name="Rounds">Rounds of each, taken in turns.</param>
/// <param name="Ours">The agent's monitor, keeping its connections.</param>
/// <param name="OursConnectingAnew">The same, connecting anew for every probe as the baseline does; null for TCP, where it always does.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="RateRatio">Ours ÷ baseline; higher is better.</param>
/// <param name="CpuRatio">Ours ÷ baseline; lower is better.</param>
/// <param name="LoadAverages">Of the machine over the last minute, before and after.</param>
internal sealed record ProbesReport(
    string Target,
    int Seconds,
    int Concurrency,
    int Rounds,
    Measurement Ours,
    Measurement? OursConnectingAnew,
    BaselineMeasurement Baseline,
    double RateRatio,
    double CpuRatio,
    double[] LoadAverages)
{
    /// <summary>The same for TCP probes, beside the HTTP ones.</summary>
    public ProbesReport? Tcp { get; init; }
}

/// <summary>The baseline's figures with its name.</summary>
internal sealed record BaselineMeasurement(
    string Name,
    string Version,
    double ProbesPerSecond,
    double CpuMillisecondsPerProbe,
    double P50Milliseconds,
    double P99Milliseconds);
