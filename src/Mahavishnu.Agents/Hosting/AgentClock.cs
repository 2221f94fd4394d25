namespace Mahavishnu.Agents.Hosting;

/// <summary>The monotonic clock of this process: every time that the protocol compares is on it.</summary>
internal sealed class AgentClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Time since the process started. Never goes back, whatever happens to the wall clock.</summary>
    public TimeSpan Now => Time.GetElapsedTime(_origin);

    /// <summary>The provider, for delays and timers.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>The wall clock, for people and records only.</summary>
    public DateTimeOffset Wall => Time.GetUtcNow();
}
