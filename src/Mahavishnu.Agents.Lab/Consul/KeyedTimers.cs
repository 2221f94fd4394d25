namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>One timer per name, each of which can be started again, all of which can be stopped at once.</summary>
/// <remarks>Not safe for several threads by itself: every call, and every look at <see cref="IsCurrent"/>, is made under the owner's lock.</remarks>
internal sealed class KeyedTimers(TimeProvider time, Action<string, object> onDue) : IDisposable
{
    /// <summary>What a timer can wait for, in whole days. No server of the lab lives as long.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    private readonly Dictionary<string, ITimer> _timers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _runs = new(StringComparer.Ordinal);

    /// <summary>Starts the timer of this name, or starts it again.</summary>
    public void Start(string name, TimeSpan dueIn)
    {
        Stop(name);
        var run = new object();
        _runs[name] = run;
        _timers[name] = time.CreateTimer(_ => onDue(name, run), null, dueIn < Longest ? dueIn : Longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the timer of this name if it runs.</summary>
    public void Stop(string name)
    {
        _runs.Remove(name);
        if (_timers.Remove(name, out var timer))
        {
            timer.Dispose();
        }
    }

    /// <summary>Whether a timer of this name runs.</summary>
    public bool Runs(string name) => _timers.ContainsKey(name);

    /// <summary>Stops all.</summary>
    public void StopAll()
    {
        foreach (var name in _timers.Keys.ToList())
        {
            Stop(name);
        }
    }

    /// <summary>
    /// Whether the run that came due is still the running one. A timer may come due while somebody who starts it again
    /// holds the lock; the later wish counts.
    /// </summary>
    public bool IsCurrent(string name, object run) => _runs.TryGetValue(name, out var current) && current == run;

    /// <inheritdoc />
    public void Dispose() => StopAll();
}
