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

    /// <summary>What is called once a second is compiled anew after its thirtieth call: before that is over, the compiler is measured.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (seconds, rounds, json) = (20, 1, arguments.Contains("--json"));
        foreach (var pair in arguments.Where(static a => a != "--json").Chunk(2))
        {
            if (pair.Length != 2 || !int.TryParse(pair[1], CultureInfo.InvariantCulture, out var number) || number < 1 || pair[0] is not ("--seconds" or "--rounds"))
            {
                await Console.Error.WriteLineAsync("lag: expected [--json] [--seconds N] [--rounds N], N of at least 1.");
                return 2;
            }

            (seconds, rounds) = pair[0] == "--seconds" ? (number, rounds) : (seconds, number);
        }

        if ((PostgresServer.Missing ?? RedisServer.Missing ?? MockKafka.Missing) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 3;
        }

        await using var world = new LagWorld();
        await world.StartAsync(CancellationToken.None);
        List<double> with = [], without = [];
        for (var round = 0; round < rounds; round++)
        {
            without.Add(await world.MeasureAsync(measuring: false, Settle, TimeSpan.FromSeconds(seconds)));
            with.Add(await world.MeasureAsync(measuring: true, Settle, TimeSpan.FromSeconds(seconds)));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: three agents use {with[^1]:P1} of a core with lag, {without[^1]:P1} without"));
        }

        var (all, baseline) = (with.Order().ElementAt(rounds / 2), without.Order().ElementAt(rounds / 2));
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
