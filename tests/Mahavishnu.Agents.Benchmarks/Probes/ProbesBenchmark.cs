using System.Globalization;
using System.Text.Json;

namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>
/// Sets our probes beside those of prometheus-blackbox-exporter, on the same target and with as many in flight, in turns.
/// </summary>
/// <remarks>
/// Only the processor time of the probing process itself counts. The exporter is asked over HTTP for each probe, as it is
/// used, and its latency includes that; whoever asks it shares the machine, which costs it some of its rate but none of
/// its processor time per probe.
/// </remarks>
internal static class ProbesBenchmark
{
    private const int KeptSeconds = 30;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (ProbesOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync("probes: expected [--json] [--seconds N] [--concurrency C] [--rounds R], numbers of at least 1.");
            return 2;
        }

        if (!File.Exists(BlackboxExporter.File))
        {
            await Console.Error.WriteLineAsync($"{BlackboxExporter.File} is missing: apt-get install prometheus-blackbox-exporter");
            return 3;
        }

        var directory = Directory.CreateTempSubdirectory("probes-").FullName;
        try
        {
            using var target = await Target.StartAsync(directory);
            var http = await CompareAsync(target, new Uri($"http://127.0.0.1:{target.Port}/health"), options, directory);
            var tcp = await CompareAsync(target, new Uri($"tcp://127.0.0.1:{target.Port}"), options, directory);
            if (options.Json)
            {
                Console.WriteLine(JsonSerializer.Serialize(http with { Tcp = tcp }, Json));
                return 0;
            }

            Print(http);
            Print(tcp);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<ProbesReport> CompareAsync(Target target, Uri url, ProbesOptions options, string directory)
    {
        var loadBefore = LoadAverage();
        List<Measurement> ours = [], anew = [], baselines = [];
        using (var exporter = await BlackboxExporter.StartAsync(directory))
        {
            for (var round = 0; round < options.Rounds; round++)
            {
                ours.Add(await MeasureOursAsync(url, options, KeptSeconds));
                baselines.Add(await exporter.MeasureAsync(url, options.Seconds, options.Concurrency));
                if (url.Scheme != "tcp")
                {
                    anew.Add(await MeasureOursAsync(url, options, keptSeconds: 0));
                }
            }
        }

        var (our, baseline) = (Measurement.Median(ours), Measurement.Median(baselines));
        return new ProbesReport(
            $"{target.Name} {url}", options.Seconds, options.Concurrency, options.Rounds, our, anew.Count > 0 ? Measurement.Median(anew) : null,
            new BaselineMeasurement(
                "prometheus-blackbox-exporter", await BlackboxExporter.VersionAsync(), baseline.ProbesPerSecond,
                baseline.CpuMillisecondsPerProbe, baseline.P50Milliseconds, baseline.P99Milliseconds),
            our.ProbesPerSecond / baseline.ProbesPerSecond,
            our.CpuMillisecondsPerProbe / baseline.CpuMillisecondsPerProbe,
            [loadBefore, LoadAverage()]);
    }

    private static async Task<Measurement> MeasureOursAsync(Uri url, ProbesOptions options, int keptSeconds)
    {
        string[] figures = [.. new[] { options.Seconds, options.Concurrency, keptSeconds }.Select(figure => figure.ToString(CultureInfo.InvariantCulture))];
        using var prober = ChildProcess.StartSelf(["probes-prober", url.ToString(), .. figures]);
        var output = await prober.StandardOutput.ReadToEndAsync();
        await prober.WaitForExitAsync();
        return prober.ExitCode == 0
            ? JsonSerializer.Deserialize<Measurement>(output)!
            : throw new InvalidOperationException($"Our prober of {url} ended with {prober.ExitCode}; its error output says why.");
    }

    private static double LoadAverage() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static void Print(ProbesReport report)
    {
        var baseline = report.Baseline;
        Console.WriteLine(FormattableString.Invariant(
            $"{report.Target}: {report.Concurrency} in flight, medians of {report.Rounds} rounds of {report.Seconds} s, load average {report.LoadAverages[0]} to {report.LoadAverages[1]}"));
        PrintLine("ours", report.Ours);
        if (report.OursConnectingAnew is { } anew)
        {
            PrintLine("ours, connecting anew", anew);
        }

        PrintLine($"blackbox {baseline.Version}", new Measurement(
            baseline.ProbesPerSecond, baseline.CpuMillisecondsPerProbe, baseline.P50Milliseconds, baseline.P99Milliseconds));
        Console.WriteLine(FormattableString.Invariant(
            $"  ours / blackbox: rate {report.RateRatio:0.00}, CPU per probe {report.CpuRatio:0.00}"));
    }

    private static void PrintLine(string name, Measurement measured) => Console.WriteLine(FormattableString.Invariant(
        $"  {name,-22} {measured.ProbesPerSecond,8:0}/s  {measured.CpuMillisecondsPerProbe:0.0000} ms CPU/probe  p50 {measured.P50Milliseconds:0.00} ms  p99 {measured.P99Milliseconds:0.00} ms"));
}
