using System.Globalization;
using System.Text.Json;
using Mahavishnu.Agents.TestKit.Servers;

namespace Mahavishnu.Agents.Benchmarks.Lag;

/// <summary>
/// What it costs to measure lag: the processor time of three agents that look at five stores each, so that six pairs of regions are
/// measured per store, and in one region at 2,000 partitions of Kafka; beside the same agents without the module <c>lag</c>, in turns.
/// </summary>
internal static class LagBenchmark
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var seconds = 20;
        var json = arguments.Contains("--json");
        var rest = arguments.Where(static a => a != "--json").ToArray();
        if (rest.Length > 0 && !(rest is ["--seconds", var text] && int.TryParse(text, CultureInfo.InvariantCulture, out seconds) && seconds > 0))
        {
            await Console.Error.WriteLineAsync("lag: expected [--json] [--seconds N], N of at least 1.");
            return 2;
        }

        if ((PostgresServer.Missing ?? RedisServer.Missing ?? MockKafka.Missing) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 3;
        }

        await using var world = new LagWorld();
        await world.StartAsync(CancellationToken.None);
        List<double> with = [], without = [];
        for (var round = 0; round < 3; round++)
        {
            without.Add(await world.MeasureAsync(measuring: false, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(seconds)));
            with.Add(await world.MeasureAsync(measuring: true, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(seconds)));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: three agents use {with[^1]:P1} of a core with lag, {without[^1]:P1} without"));
        }

        var (all, baseline) = (with.Order().ElementAt(1), without.Order().ElementAt(1));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { stores = 5, pairs = 6, partitions = LagWorld.Partitions, with, without, coreShare = all - baseline, ratio = all / baseline }, Format));
        }
        else
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"5 stores, 6 pairs, {LagWorld.Partitions} partitions: {all - baseline:P1} of a core for measuring, in three agents that use {baseline:P1} without it ({all / baseline:0.0} times)"));
        }

        return 0;
    }
}
