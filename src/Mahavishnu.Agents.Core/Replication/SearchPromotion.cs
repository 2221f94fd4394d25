namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What to do next so that an index of a follower's cluster accepts writes.</summary>
public enum SearchMove
{
    /// <summary>Look again: too little is known to do something that cannot be undone.</summary>
    Wait = 0,

    /// <summary>Stop its replication, for good.</summary>
    Stop,

    /// <summary>It follows nobody already: see that it takes a write.</summary>
    Verify,

    /// <summary>A person is needed.</summary>
    Refuse,
}

/// <summary>The rules of promoting a follower. Stopping cannot be undone, and stopping a follower that still copies its leader deletes it.</summary>
public static class SearchPromotion
{
    /// <summary>The next move.</summary>
    /// <param name="state">Where the index stands.</param>
    /// <param name="exists">Whether the cluster has it; null when that is not known.</param>
    /// <param name="blocked">Whether writes to it are blocked, as they are in a former leader that was fenced.</param>
    /// <param name="bootstrapping">How many of the cluster's indices still copy their leader, told without asking the leader; null when not known.</param>
    public static (SearchMove Move, string Why) Next(SearchState state, bool? exists, bool blocked, int? bootstrapping) => state switch
    {
        _ when exists is null => (SearchMove.Wait, "whether it is there is not known"),
        _ when exists == false => (SearchMove.Refuse, "it is not there; fail over to a region that has it, or let it follow there"),
        SearchState.NotReplicating when blocked => (SearchMove.Refuse, "it follows nobody and its writes are blocked: a former leader with a history of its own stays in quarantine; delete it and let it follow the present leader"),
        SearchState.NotReplicating => (SearchMove.Verify, "it follows nobody"),
        SearchState.Bootstrapping => (SearchMove.Refuse, "it still copies its leader, and stopping that would delete it; wait until it is SYNCING, or fail over to another region"),

        // With a dead leader a follower that copies and one that follows give the same answer.
        SearchState.LeaderUnreachable when bootstrapping is null => (SearchMove.Wait, "its leader does not answer, and whether it was still copying is not known"),
        SearchState.LeaderUnreachable when bootstrapping > 0 => (SearchMove.Refuse, "its leader does not answer, and an index of the cluster was still copying, which stopping would delete; look which one, and fail over to another region"),
        SearchState.Unknown => (SearchMove.Wait, "the state of its replication is not known"),
        _ => (SearchMove.Stop, "it is a follower"),
    };
}
