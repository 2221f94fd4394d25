using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>How long a replication link may stand still before its target can only be had back by a full copy.</summary>
/// <param name="Store">The kind of store, e.g. <c>postgresql</c>.</param>
/// <param name="Link">The slot or the replica.</param>
/// <param name="Left">
/// The time left if the link made no progress from now on and writes went on as they do; zero when it may be over at any moment;
/// null when it has no end or is not known.
/// </param>
/// <param name="State">Where the link stands.</param>
/// <param name="Reason">Why, in a sentence, with the figures.</param>
public sealed record RecoveryWindow(string Store, string Link, TimeSpan? Left, RecoveryState State, string Reason)
{
    /// <summary>The region whose copy the link serves; null when that is not another region.</summary>
    public RegionId? Target { get; init; }
}

/// <summary>The states of a <see cref="RecoveryWindow"/>.</summary>
public enum RecoveryState
{
    /// <summary>It was not measured.</summary>
    Unknown = 0,

    /// <summary>No limit is near: the link keeps up, or nothing is written that would bring a limit nearer.</summary>
    Safe,

    /// <summary>The time left is known, and the link is behind or stands still.</summary>
    Counting,

    /// <summary>No limit is configured: what the link has not taken is kept until the disk is full.</summary>
    Unlimited,

    /// <summary>What the link needs is gone.</summary>
    Lost,
}
