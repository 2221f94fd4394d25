namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A session to be created. It is bound to no check: only its time to live, its node and people can end it.</summary>
/// <param name="Name">Free text for people; not unique.</param>
/// <param name="Ttl">
/// Time without a renewal after which the store may end it, usually at twice this; the store accepts 10 s to 24 h, or zero
/// for none. Not negative.
/// </param>
/// <param name="LockDelay">
/// How long keys stay closed to everybody after the session is destroyed or expires: zero, or 1 ms to 60 s (below 1 µs
/// Consul would read the number as seconds).
/// </param>
/// <param name="Behavior">What its end does to the keys it holds.</param>
public sealed record SessionSpec(string Name, TimeSpan Ttl, TimeSpan LockDelay, SessionBehavior Behavior)
{
    private static readonly TimeSpan s_shortestLockDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestLockDelay = TimeSpan.FromSeconds(60);

    /// <summary>What Consul is sent for this.</summary>
    /// <exception cref="ArgumentException">A value is outside the limits above.</exception>
    internal ConsulWire.SessionRequest ToBody()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Ttl, TimeSpan.Zero);
        if (LockDelay != TimeSpan.Zero && (LockDelay < s_shortestLockDelay || LockDelay > s_longestLockDelay))
        {
            throw new ArgumentException($"LockDelay is {LockDelay}; it must be zero or 1 ms to 60 s.");
        }

        var behavior = Behavior switch
        {
            SessionBehavior.Release => "release",
            SessionBehavior.Delete => "delete",
            _ => throw new ArgumentException($"Behavior is {Behavior}; it must be Release or Delete."),
        };
        return new ConsulWire.SessionRequest(
            Name,
            GoDuration.FromTimeSpan(Ttl).ToString(),
            GoDuration.FromTimeSpan(LockDelay).ToString(),
            behavior,
            Checks: []);
    }
}
