using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Load;

/// <summary>Counts users' requests per audience, and notices when an audience is served again after a fault.</summary>
/// <remarks>Thread-safe. Timestamps are those of the clock that the caller reads; nothing here reads one.</remarks>
public sealed class LoadTally
{
    /// <summary>So many successes in a row end an outage.</summary>
    public const int SuccessesInARow = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<RegionId, Audience> _audiences;

    /// <summary>A tally at zero.</summary>
    /// <param name="audiences">Whose requests are counted.</param>
    public LoadTally(IEnumerable<RegionId> audiences) => _audiences = audiences.ToDictionary(static a => a, static _ => new Audience());

    /// <summary>The counts of all audiences together.</summary>
    public LoadCount Total
    {
        get
        {
            lock (_gate)
            {
                return _audiences.Values.Aggregate(default(LoadCount), static (sum, audience) => sum + audience.Count);
            }
        }
    }

    /// <summary>The counts of one audience.</summary>
    public LoadCount Of(RegionId audience)
    {
        lock (_gate)
        {
            return _audiences[audience].Count;
        }
    }

    /// <summary>Takes in a finished request.</summary>
    /// <param name="audience">Whose it was.</param>
    /// <param name="startedAt">When it was sent; requests sent before a fault say nothing about the time after it.</param>
    /// <param name="endedAt">When it was over.</param>
    /// <param name="succeeded">Whether it was answered as it should.</param>
    public void Record(RegionId audience, long startedAt, long endedAt, bool succeeded)
    {
        lock (_gate)
        {
            var counted = _audiences[audience];
            counted.Count += new LoadCount(1, succeeded ? 0 : 1);
            if (counted.RecoveredAt is not null || !(startedAt >= counted.FaultAt))
            {
                return;
            }

            counted.InARow = succeeded ? counted.InARow + 1 : 0;
            if (counted.InARow == SuccessesInARow)
            {
                counted.RecoveredAt = endedAt;
            }
        }
    }

    /// <summary>Starts to watch for the end of an outage; an earlier watch of the audience is forgotten.</summary>
    /// <param name="audience">Whose service was hit.</param>
    /// <param name="faultAt">When the fault was complete.</param>
    public void WatchRecovery(RegionId audience, long faultAt)
    {
        lock (_gate)
        {
            var watched = _audiences[audience];
            (watched.FaultAt, watched.InARow, watched.RecoveredAt) = (faultAt, 0, null);
        }
    }

    /// <summary>When the last of <see cref="SuccessesInARow"/> successes in a row ended; null while the outage lasts, or without one.</summary>
    public long? RecoveredAt(RegionId audience)
    {
        lock (_gate)
        {
            return _audiences[audience].RecoveredAt;
        }
    }

    private sealed class Audience
    {
        public LoadCount Count { get; set; }

        public long? FaultAt { get; set; }

        public int InARow { get; set; }

        public long? RecoveredAt { get; set; }
    }
}
