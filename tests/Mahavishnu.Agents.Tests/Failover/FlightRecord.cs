using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Failover;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>What an agent has recorded, read back.</summary>
internal static class FlightRecord
{
    /// <summary>The lines of every file, oldest first, each file for itself.</summary>
    public static IReadOnlyList<IReadOnlyList<FlightLine>> Lines(string directory) =>
        [.. FlightFiles.In(directory).Select(static file => FlightLine.Read(File.ReadAllLines(file)).ToList())];

    /// <summary>Replays all of it; no line may be unreadable.</summary>
    public static IReadOnlyList<ReplayStep> Replay(string directory)
    {
        var replay = new FlightReplay();
        return [.. Lines(directory).SelectMany(static f => f).Select(line =>
        {
            Assert.True(line.Entry is not null, $"line {line.Number}: {line.Problem}");
            return replay.Take(line.Entry);
        })];
    }

    /// <summary>Replays all of it, and holds every turn against what was recorded.</summary>
    public static IReadOnlyList<ReplayStep> AssertSame(string directory)
    {
        var steps = Replay(directory);
        Assert.Contains(steps, static s => s.Turn is not null);
        Assert.All(steps, static s => Assert.Empty(s.Differences));
        return steps;
    }
}
