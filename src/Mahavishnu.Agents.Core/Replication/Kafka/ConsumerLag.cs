namespace Mahavishnu.Agents.Core.Replication.Kafka;

/// <summary>How far consumers are behind.</summary>
public static class ConsumerLag
{
    /// <summary>Messages that a group has not taken of a partition; null when that is not known.</summary>
    /// <param name="end">The offset of the next message; negative when it is not known.</param>
    /// <param name="committed">What the group has committed; null when nothing, which is unknown and not zero.</param>
    /// <remarks>A commit beyond the end is one of a topic that was made anew: nothing is behind.</remarks>
    public static long? Of(long end, long? committed) => end < 0 || committed is not { } done || done < 0 ? null : Math.Max(0, end - done);
}
