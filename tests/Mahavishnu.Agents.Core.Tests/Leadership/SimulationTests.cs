using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

public sealed class SimulationTests
{
    /// <summary>How many seeds the committed test runs; raise it for a hunt.</summary>
    private const int Seeds = 300;

    [Fact]
    public void Run_RandomFaults_KeepsEveryPromise()
    {
        var first = int.Parse(Environment.GetEnvironmentVariable("SIM_FIRST") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var count = int.Parse(Environment.GetEnvironmentVariable("SIM_COUNT") ?? "300", System.Globalization.CultureInfo.InvariantCulture);
        var failures = new System.Collections.Concurrent.ConcurrentBag<(int, string)>();
        int terms = 0, committed = 0;
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            try
            {
                var w = LeadershipSimulation.Run(seed);
                Interlocked.Add(ref terms, w.Terms.Count);
                Interlocked.Add(ref committed, w.Committed);
            }
            catch (InvariantViolationException broken) { failures.Add((seed, broken.Message)); }
            catch (Exception other) when (other is not InvariantViolationException) { failures.Add((seed, other.ToString())); }
        });
        var all = failures.OrderBy(f => f.Item1).ToList();
        Console.WriteLine($"terms {terms} committed {committed} failures {all.Count}");
        foreach (var f in all.Take(40)) Console.WriteLine($"{f.Item1}: {f.Item2.Split('\n')[0]}");
        if (all.Count > 0) { File.WriteAllText("/tmp/simfail.txt", all[0].Item2); }
        Assert.Empty(all.Select(f => f.Item1));
    }
}
