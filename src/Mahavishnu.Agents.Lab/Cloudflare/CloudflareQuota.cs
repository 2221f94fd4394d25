namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>The rate limit: a window from its first call, and a block until its end once it is overdrawn.</summary>
internal sealed class CloudflareQuota(int calls, TimeSpan window, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long? _since;
    private int _used;

    /// <summary>Counts a call.</summary>
    /// <returns>Whether it is allowed, how many more are, and when the window ends.</returns>
    public (bool Allowed, int Remaining, TimeSpan Left) Take()
    {
        lock (_gate)
        {
            if (_since is null || time.GetElapsedTime(_since.Value) >= window)
            {
                (_since, _used) = (time.GetTimestamp(), 0);
            }

            _used++;
            return (_used <= calls, Math.Max(0, calls - _used), window - time.GetElapsedTime(_since.Value));
        }
    }
}
