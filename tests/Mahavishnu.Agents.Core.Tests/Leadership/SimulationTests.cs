using System.Collections.Concurrent;
using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

public sealed class SimulationTests
{
    /// <summary>How many seeds are run; raise it for a hunt.</summary>
    private const int Seeds = 300;

    [Fact]
    public void Run_RandomFaults_KeepsEveryPromise()
    {
        var broken = new ConcurrentBag<(int Seed, string What)>();
        var (terms, committed) = (0, 0);

        Parallel.For(1, Seeds + 1, new ParallelOptions { MaxDegreeOfParallelism = 4 }, seed =>
        {
            try
            {
                var world = LeadershipSimulation.Run(seed);
                Interlocked.Add(ref terms, world.Terms.Count);
                Interlocked.Add(ref committed, world.Committed);
            }
            catch (InvariantViolationException violation)
            {
                broken.Add((seed, violation.Message));
            }
        });

        if (!broken.IsEmpty)
        {
            Assert.Fail($"seeds {string.Join(", ", broken.Select(static b => b.Seed).Order())}; the first:\n{broken.MinBy(static b => b.Seed).What}");
        }

        // A world in which nothing happens would keep every promise too.
        Assert.True(terms > 3 * Seeds && committed > 20 * Seeds, $"{terms} terms, {committed} records");
    }
}
