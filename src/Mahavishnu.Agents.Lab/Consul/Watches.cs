using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>The readers that are blocked now. Safe for use by several threads.</summary>
internal sealed class Watches
{
    private readonly Lock _gate = new();
    private readonly HashSet<Watch> _open = [];

    /// <summary>How many readers are blocked.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Begins to watch. Begin before reading the state: a change between reading and watching would be missed.</summary>
    public Watch Begin(WatchScope scope)
    {
        var watch = new Watch(this, scope);
        lock (_gate)
        {
            _open.Add(watch);
        }

        return watch;
    }

    /// <summary>Wakes those whose scope covers one of the changes.</summary>
    public void Wake(IReadOnlyList<Change> changes) => Complete(watch => changes.Any(watch.Scope.Covers), reset: false);

    /// <summary>Wakes everybody, because the state as a whole was replaced.</summary>
    public void WakeAll() => Complete(static _ => true, reset: true);

    private void Complete(Predicate<Watch> concerned, bool reset)
    {
        lock (_gate)
        {
            foreach (var watch in _open.Where(watch => concerned(watch)))
            {
                watch.Complete(reset);
            }
        }
    }

    /// <summary>One blocked reader; dispose it when the reader goes.</summary>
    internal sealed class Watch(Watches owner, WatchScope scope) : IDisposable
    {
        private readonly TaskCompletionSource<bool> _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What the reader waits for.</summary>
        public WatchScope Scope { get; } = scope;

        /// <summary>Ends with false at a change, with true when the whole state was replaced.</summary>
        public Task<bool> Woken => _woken.Task;

        /// <summary>Wakes the reader.</summary>
        public void Complete(bool reset) => _woken.TrySetResult(reset);

        /// <inheritdoc />
        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._open.Remove(this);
            }
        }
    }
}
