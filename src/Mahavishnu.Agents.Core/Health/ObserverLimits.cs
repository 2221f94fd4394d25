namespace Mahavishnu.Agents.Core.Health;

/// <summary>Up to where an observer's own process counts as well.</summary>
/// <param name="TimerLateness">The most that a timer may be late.</param>
/// <param name="QueueDelay">The longest that work may wait for a thread.</param>
public sealed record ObserverLimits(TimeSpan TimerLateness, TimeSpan QueueDelay)
{
    /// <summary>500 ms each: the shortest probe timeout of the built-in profiles, so that a longer pause of ours can fail a whole probe.</summary>
    public static ObserverLimits Default { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500));
}
