using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Postgres;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>What a run measures. Times count from the fault; null is "did not happen".</summary>
internal sealed class Measurements
{
    /// <summary>When the fault struck, on the monotonic clock.</summary>
    public long? FaultAt { get; set; }

    /// <summary>When the fault struck, on the wall clock, which is that of the agents' steps.</summary>
    public DateTimeOffset? FaultUtc { get; set; }

    /// <summary>The region that was hit.</summary>
    public RegionId? Killed { get; set; }

    /// <summary>The leader before the fault.</summary>
    public string? LeaderBefore { get; set; }

    /// <summary>Its epoch.</summary>
    public long? EpochBefore { get; set; }

    /// <summary>The first agent that took the region for agreed to be down.</summary>
    public TimeSpan? Detected { get; set; }

    /// <summary>The first sight of a failover.</summary>
    public TimeSpan? Decided { get; set; }

    /// <summary>The region's users were served again.</summary>
    public TimeSpan? Recovered { get; set; }

    /// <summary>They were back at their region.</summary>
    public TimeSpan? FailedBack { get; set; }

    /// <summary>What became of the rows; null until the end, and without databases.</summary>
    public PostgresReport? Rows { get; set; }

    /// <summary>Whether the edge saw two agents act at once; null until the end.</summary>
    public bool? SplitBrain { get; set; }
}
