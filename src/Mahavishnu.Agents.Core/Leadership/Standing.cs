namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>Where an agent stands in the protocol at one moment.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Epoch">The fencing epoch of its term; 0 while it has none.</param>
/// <param name="ValidUntil">On the monotonic clock, when its lease ends unless it is proved again; zero while it has none.</param>
/// <param name="Counted">At how many stores its lease counts now.</param>
/// <param name="Reason">Why it stands there, in a sentence.</param>
public sealed record Standing(Role Role, long Epoch, TimeSpan ValidUntil, int Counted, string Reason)
{
    /// <summary>
    /// Whether an effect of the given length may start: the leader's remaining validity covers it with the margin.
    /// </summary>
    public bool Covers(TimeSpan now, TimeSpan work) => Role == Role.Leader && now + work <= ValidUntil;
}

/// <summary>The roles of an agent.</summary>
public enum Role
{
    /// <summary>It watches.</summary>
    Follower = 0,

    /// <summary>It asks the stores for their locks, or establishes its epoch.</summary>
    Campaigning,

    /// <summary>Its epoch is established; it waits until its lease is valid.</summary>
    Established,

    /// <summary>It is valid and its epoch is established: it may act.</summary>
    Leader,
}
