using System.Globalization;
using System.Text.Json;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;

namespace Mahavishnu.Agents.Benchmarks.Probes;

/// <summary>Our prober in a process of its own: the agent's monitor with as many checks as there are requests in flight.</summary>
internal static class ProberProcess
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Probes and prints one <see cref="Measurement"/>.</summary>
    /// <param name="arguments">Address, seconds, concurrency, seconds that a connection is kept.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (url, seconds, concurrency, lifetime) =
            (new Uri(arguments[0]), Number(arguments[1]), Number(arguments[2]), Number(arguments[3]));
        var time = TimeProvider.System;
        var checks = Enumerable.Range(0, concurrency).Select(i => new CheckDefinition(
            new RegionId($"region-{i % 3}"), $"check-{i}", CreateProbe(url, lifetime, time), 1, false,
            // The next probe is due as soon as the one before has ended.
            TimeSpan.FromTicks(1), 3, 2)).ToList();

        var gate = new Lock();
        var measuring = false;
        var milliseconds = new List<double>(1_000_000);
        var failures = new HashSet<string>();
        var monitor = new HealthMonitor(checks, ObserverLimits.Default, time, new Random(1), (_, outcome) =>
        {
            lock (gate)
            {
                if (outcome.Answer != ProbeAnswer.Passed)
                {
                    failures.Add(outcome.Reason);
                }
                else if (measuring)
                {
                    milliseconds.Add(outcome.Duration.TotalMilliseconds);
                }
            }
        });
        using var stop = new CancellationTokenSource();
        var running = monitor.RunAsync(stop.Token);

        await Task.Delay(WarmUp, time);
        var processorTime = Environment.CpuUsage.TotalTime;
        var startedAt = time.GetTimestamp();
        lock (gate)
        {
            measuring = true;
        }

        await Task.Delay(TimeSpan.FromSeconds(seconds), time);
        lock (gate)
        {
            measuring = false;
        }

        var elapsed = time.GetElapsedTime(startedAt);
        processorTime = Environment.CpuUsage.TotalTime - processorTime;
        await stop.CancelAsync();
        await running;
        if (failures.Count > 0)
        {
            await Console.Error.WriteLineAsync($"Some probes failed: {string.Join("; ", failures)}");
            return 1;
        }

        Console.WriteLine(JsonSerializer.Serialize(Measurement.From(milliseconds, elapsed, processorTime)));
        return 0;
    }

    private static IProbe CreateProbe(Uri url, int lifetime, TimeProvider time) => ProbeFactory.Create(
        new ProbeOptions(url, TimeSpan.FromSeconds(5))
        {
            ExpectedBody = url.Scheme == "tcp" ? null : Target.Body,
            ConnectionLifetime = TimeSpan.FromSeconds(lifetime),
        }, time);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
