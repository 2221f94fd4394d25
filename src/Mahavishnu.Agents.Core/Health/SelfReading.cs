namespace Mahavishnu.Agents.Core.Health;

/// <summary>How well the observer's own process ran over the last seconds; the worst that was seen, monotonic.</summary>
/// <param name="TimerLateness">How much later than due a timer fired.</param>
/// <param name="QueueDelay">How long work waited for a thread.</param>
public sealed record SelfReading(TimeSpan TimerLateness, TimeSpan QueueDelay)
{
    /// <summary>Nothing late, nothing waiting.</summary>
    public static SelfReading Calm { get; } = new(TimeSpan.Zero, TimeSpan.Zero);
}
