namespace Mahavishnu.Agents.Core.Health;

/// <summary>Up to where an observer's own process counts as well.</summary>
/// <param name="TimerLateness">The most that a timer may be late.</param>
/// <param name="QueueDelay">The longest that work may wait for a thread.</param>
public sealed record ObserverLimits(TimeSpan TimerLateness, TimeSpan QueueDelay)
{
    /// <summary>250 ms each: half of the shortest probe timeout of the built-in profiles, so that a pause of ours cannot eat a whole probe.</summary>
    public static ObserverLimits Default { get; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
}
