using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>One entry of a flight record: an input of the <see cref="FailoverMachine"/>, or all that it knew at a moment.</summary>
/// <param name="Now">The time of the input, on the monotonic clock of the agent's process.</param>
/// <param name="Wall">The wall clock then, to a tenth of a second; for people only.</param>
public abstract record FlightEntry(TimeSpan Now, DateTimeOffset Wall)
{
    /// <summary>Settings and memory in full. Every file begins with one, and so does what follows a loss.</summary>
    /// <param name="Now">The time of the next input.</param>
    /// <param name="Wall">The wall clock then.</param>
    /// <param name="Agent">Who recorded it.</param>
    /// <param name="Version">The build that recorded it.</param>
    /// <param name="Part">Counts the snapshots of one process, from 0.</param>
    /// <param name="Lost">How many inputs before this one were not recorded.</param>
    /// <param name="Settings">What decisions rest on.</param>
    /// <param name="Memory">What the machine remembered before the next input.</param>
    public sealed record Snapshot(TimeSpan Now, DateTimeOffset Wall, string Agent, string Version, int Part, long Lost, FailoverSettings Settings, FailoverMemory Memory)
        : FlightEntry(Now, Wall);

    /// <summary>Leadership told something.</summary>
    public sealed record Notice(TimeSpan Now, DateTimeOffset Wall, LeadershipNotice Told) : FlightEntry(Now, Wall);

    /// <summary>An effect ended.</summary>
    public sealed record Effect(TimeSpan Now, DateTimeOffset Wall, JournalRecord Record, EffectResult Result, string Detail) : FlightEntry(Now, Wall);

    /// <summary>A turn was taken.</summary>
    /// <param name="Now">The time.</param>
    /// <param name="Wall">The wall clock then.</param>
    /// <param name="Facts">What it looked at. A vote's process, counter and address are not recorded: no decision rests on them.</param>
    /// <param name="Outcome">What came of it.</param>
    public sealed record Turn(TimeSpan Now, DateTimeOffset Wall, FailoverFacts Facts, FlightOutcome Outcome) : FlightEntry(Now, Wall);
}
