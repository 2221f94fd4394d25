namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>A moment that never goes back: the wall clock is read once, then the monotonic clock is added.</summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private DateTimeOffset _origin = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>The moment.</summary>
    public DateTimeOffset Now => _origin + time.GetElapsedTime(_startedAt);

    /// <summary>Makes sure that the moment is not before one that an earlier process wrote down.</summary>
    public void NotBefore(DateTimeOffset earlier)
    {
        if (Now < earlier)
        {
            _origin += earlier - Now;
        }
    }
}
