using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>An application that writes one row after another, into whichever region's database lets it.</summary>
/// <param name="databases">The databases.</param>
/// <param name="regions">The regions, in the order in which they are tried.</param>
/// <param name="first">The region that it begins with.</param>
internal sealed class Writer(Databases databases, IReadOnlyList<RegionId> regions, RegionId first)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private volatile bool _stopped;
    private readonly HashSet<long> _acknowledged = [];
    private readonly Lock _gate = new();
    private RegionId _current = first;
    private int _sinceMove;
    private TimeSpan _gap;

    /// <summary>The rows that were acknowledged.</summary>
    public IReadOnlyCollection<long> Acknowledged => Read(() => _acknowledged.ToList());

    /// <summary>The region that took the last row.</summary>
    public RegionId Current => Read(() => _current);

    /// <summary>How many rows that region has taken since the one before it took the last.</summary>
    public int WrittenSinceMove => Read(() => _sinceMove);

    /// <summary>The longest time between two acknowledged rows.</summary>
    public TimeSpan Gap => Read(() => _gap);

    /// <summary>Writes until it is stopped.</summary>
    public async Task RunAsync()
    {
        var lastAt = TimeProvider.System.GetTimestamp();
        for (var id = 1L; !_stopped; id++)
        {
            var taken = await WriteAsync(id);
            if (taken is { } region)
            {
                Note(id, region, TimeProvider.System.GetElapsedTime(lastAt));
                lastAt = TimeProvider.System.GetTimestamp();
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Stops it after the row that is on its way.</summary>
    public void Stop() => _stopped = true;

    private async Task<RegionId?> WriteAsync(long id)
    {
        foreach (var region in regions.OrderBy(r => r != Current))
        {
            if (await databases.TryWriteAsync(region, id))
            {
                return region;
            }
        }

        return null;
    }

    private void Note(long id, RegionId region, TimeSpan since)
    {
        lock (_gate)
        {
            _acknowledged.Add(id);
            _sinceMove = region == _current ? _sinceMove + 1 : 1;
            _current = region;
            _gap = since > _gap ? since : _gap;
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
