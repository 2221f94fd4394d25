namespace Mahavishnu.Agents.Lab.Simulation.Engine;

/// <summary>Virtual time: things to do, in order of their time and then of their asking. The same calls give the same order.</summary>
/// <remarks>Not thread-safe; a world has one.</remarks>
public sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _order;

    /// <summary>The time of the event that runs, or ran last.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How many events wait.</summary>
    public int Count => _events.Count;

    /// <summary>How many events ran.</summary>
    public long Ran { get; private set; }

    /// <summary>Does something at a time; at once, after what is due before it, when that time is past.</summary>
    public void At(TimeSpan time, Action action) => _events.Enqueue(action, (Math.Max(time.Ticks, Now.Ticks), _order++));

    /// <summary>Does something after a while.</summary>
    public void After(TimeSpan time, Action action) => At(Now + time, action);

    /// <summary>Runs the next event if it is due until a moment. False when there is none: then it is that moment.</summary>
    public bool RunNext(TimeSpan until)
    {
        if (!_events.TryPeek(out _, out var next) || next.At > until.Ticks)
        {
            Now = until;
            return false;
        }

        Now = TimeSpan.FromTicks(next.At);
        Ran++;
        _events.Dequeue()();
        return true;
    }
}
