namespace Mahavishnu.Agents.Core.Health;

/// <summary>Whether an observer may trust what it sees, or should first suspect itself.</summary>
/// <remarks>
/// Of all regions at once, one's own network, clock or processor fails more often than the world does; so does a process
/// that was paused, which finds all its deadlines passed. The views stay as they are; only the vote is withheld.
/// </remarks>
public static class ObserverGate
{
    /// <summary>Judges the observer.</summary>
    /// <param name="views">Its view of every region that it is configured to watch.</param>
    /// <param name="self">How well its own process ran of late.</param>
    /// <param name="limits">What is still well.</param>
    public static ObserverStanding Judge(IReadOnlyCollection<RegionView> views, SelfReading self, ObserverLimits limits)
    {
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(self);
        ArgumentNullException.ThrowIfNull(limits);

        if (self.TimerLateness > limits.TimerLateness)
        {
            return Abstain($"own timers are late by {Text(self.TimerLateness)}, more than {Text(limits.TimerLateness)}");
        }

        if (self.QueueDelay > limits.QueueDelay)
        {
            return Abstain($"own work waits {Text(self.QueueDelay)} for a thread, more than {Text(limits.QueueDelay)}");
        }

        var down = views.Count(view => view.Condition == RegionCondition.Down);
        return down * 2 > views.Count
            ? Abstain($"{down} of {views.Count} regions look down at once")
            : ObserverStanding.Well;
    }

    /// <summary>Why an observer withholds its vote; null when it votes.</summary>
    /// <param name="observer">How it judges itself.</param>
    /// <param name="answering">How many stores answered it lately.</param>
    /// <param name="stores">How many stores there are.</param>
    public static string? Abstention(ObserverStanding observer, int answering, int stores)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return observer.Abstains ? observer.Reason
            : answering * 2 <= stores ? $"{answering} of {stores} stores answer, a majority is needed"
            : null;
    }

    private static ObserverStanding Abstain(string reason) => new(Abstains: true, reason);

    private static string Text(TimeSpan span) => FormattableString.Invariant($"{span.TotalMilliseconds:0} ms");
}
