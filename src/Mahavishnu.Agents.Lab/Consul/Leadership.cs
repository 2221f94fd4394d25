namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>Whether the datacenter has a leader, and the wait for one. Safe for several threads.</summary>
internal sealed class Leadership(TimeProvider time, TimeSpan holdTime)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _awaited;

    /// <summary>Whether there is a leader; true at the start.</summary>
    public bool HasLeader
    {
        get
        {
            lock (_gate)
            {
                return _awaited is null;
            }
        }
    }

    /// <summary>Takes the leader away or gives one back.</summary>
    /// <returns>True when that is a change.</returns>
    public bool Set(bool hasLeader)
    {
        lock (_gate)
        {
            if (hasLeader == _awaited is null)
            {
                return false;
            }

            _awaited?.SetResult();
            _awaited = hasLeader ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>Waits for a leader, at most the hold time.</summary>
    /// <returns>False when there is still none.</returns>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        Task awaited;
        lock (_gate)
        {
            if (_awaited is null)
            {
                return true;
            }

            awaited = _awaited.Task;
        }

        try
        {
            await awaited.WaitAsync(holdTime, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
