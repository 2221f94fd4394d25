using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Mahavishnu.Agents.Benchmarks.Failover;

/// <summary>
/// The primary's whole node is killed: how long until the survivor takes a write, with these agents in the profile <c>fast</c> and
/// with Patroni at its lowest legal times, in turns. Both times count from the kill to the first row that another server commits.
/// </summary>
/// <remarks>
/// Ours is <c>lab --with-postgres</c>: three regions with a store each, and a user who writes through the edge, so that the time
/// includes the detection of the region by probes. Patroni's is two nodes and one etcd that survives; its time is mostly the rest
/// of the leader's lease.
/// </remarks>
internal static class FailoverBenchmark
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (!TryParse(arguments, out var rounds, out var seed, out var json))
        {
            await Console.Error.WriteLineAsync("failover-vs-patroni: expected [--json] [--rounds N] [--seed N], N of at least 1.");
            return 2;
        }

        if (PatroniCluster.Missing is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 3;
        }

        var random = new Random(seed);
        List<LabResult> ours = [];
        List<double> patroni = [];
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await RunLabAsync(seed + round));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: agents {ours[^1].FirstWriteSeconds:0.00} s{(ours[^1].LeaderDied ? " (their leader died too)" : "")}, lost {ours[^1].Lost} of {ours[^1].Acknowledged}"));
            patroni.Add(await RunPatroniAsync(random));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: Patroni {patroni[^1]:0.00} s"));
        }

        var (our, baseline) = (Median(ours.Select(static o => o.FirstWriteSeconds)), Median(patroni));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { agents = ours, patroni, patroniSettings = PatroniCluster.Settings, agentsMedianSeconds = our, patroniMedianSeconds = baseline, ratio = baseline / our }, Format));
        }
        else
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first write elsewhere, median of {rounds}: agents {our:0.00} s, Patroni ({PatroniCluster.Settings}) {baseline:0.00} s: {baseline / our:0.0} times as fast"));
        }

        return 0;
    }

    private static async Task<LabResult> RunLabAsync(int seed)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "mahavishnu-agent.dll");
        using var lab = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, "lab", "--with-postgres", "--profile", "fast", "--json", "--seed", seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = lab.StandardError.ReadToEndAsync();
        var output = await lab.StandardOutput.ReadToEndAsync();
        await lab.WaitForExitAsync();
        var document = output.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(output) : default;
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("postgres", out var rows))
        {
            throw new InvalidOperationException($"lab measured nothing: {await errors}{output}");
        }

        return new LabResult(
            rows.GetProperty("firstWriteSeconds").GetDouble(),
            document.GetProperty("leaderBefore").GetString()!.StartsWith(document.GetProperty("killed").GetString()!, StringComparison.Ordinal),
            rows.GetProperty("acknowledged").GetInt32(),
            rows.GetProperty("lost").GetInt32(),
            rows.GetProperty("switchoverSeconds").GetDouble(),
            document.GetProperty("verdict").GetString()!);
    }

    private static async Task<double> RunPatroniAsync(Random random)
    {
        using var cluster = new PatroniCluster();
        await cluster.StartAsync();

        // At any phase of the lease's renewal.
        await Task.Delay(TimeSpan.FromSeconds(4 + (random.NextDouble() * 2)), TimeProvider.System);
        return (await cluster.MeasureAsync()).TotalSeconds;
    }

    private static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static bool TryParse(string[] arguments, out int rounds, out int seed, out bool json)
    {
        (rounds, seed, json) = (3, 1, arguments.Contains("--json"));
        var rest = arguments.Where(static a => a != "--json").ToArray();
        foreach (var pair in rest.Chunk(2))
        {
            if (pair.Length != 2 || !int.TryParse(pair[1], CultureInfo.InvariantCulture, out var number) || number < 1)
            {
                return false;
            }

            switch (pair[0])
            {
                case "--rounds": rounds = number; break;
                case "--seed": seed = number; break;
                default: return false;
            }
        }

        return true;
    }

    /// <summary>A run of ours.</summary>
    internal sealed record LabResult(double FirstWriteSeconds, bool LeaderDied, int Acknowledged, int Lost, double SwitchoverSeconds, string Verdict);
}
