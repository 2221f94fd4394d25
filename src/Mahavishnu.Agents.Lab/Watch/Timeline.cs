using System.Collections.Immutable;

namespace Mahavishnu.Agents.Lab.Watch;

/// <summary>What happened in a lab, in order.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="time">Times the events.</param>
/// <param name="show">Called with each event, one at a time.</param>
internal sealed class Timeline(TimeProvider time, Action<TimelineEvent> show)
{
    private readonly Lock _gate = new();
    private readonly long _startedAt = time.GetTimestamp();
    private ImmutableList<TimelineEvent> _events = [];
    private long? _faultAt;

    /// <summary>The events so far.</summary>
    public IReadOnlyList<TimelineEvent> Events => Volatile.Read(ref _events);

    /// <summary>Counts the time of later events from the fault.</summary>
    /// <param name="faultAt">When it struck, as the clock's timestamp.</param>
    public void MarkFault(long faultAt)
    {
        lock (_gate)
        {
            _faultAt = faultAt;
        }
    }

    /// <summary>Adds an event that is happening now.</summary>
    public void Add(string text)
    {
        lock (_gate)
        {
            var happened = new TimelineEvent(time.GetElapsedTime(_startedAt), _faultAt is { } faultAt ? time.GetElapsedTime(faultAt) : null, text);
            Volatile.Write(ref _events, _events.Add(happened));
            show(happened);
        }
    }
}
