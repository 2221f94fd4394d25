namespace Mahavishnu.Agents.Core.Replication;

/// <summary>Where the replication of one search index stands, as its follower tells it.</summary>
public enum SearchState
{
    /// <summary>It does not tell, or in words that are not known here.</summary>
    Unknown = 0,

    /// <summary>It follows its leader.</summary>
    Syncing,

    /// <summary>It copies its leader. Stopping it now would delete it.</summary>
    Bootstrapping,

    /// <summary>A person paused it.</summary>
    Paused,

    /// <summary>It paused itself after an error: a failure, not an intent.</summary>
    AutoPaused,

    /// <summary>It gave up.</summary>
    Failed,

    /// <summary>A stop was begun and is not over.</summary>
    Stopping,

    /// <summary>It follows nobody: it is a leader, or was one, or is not there.</summary>
    NotReplicating,

    /// <summary>It is meant to follow, and its leader does not answer it.</summary>
    LeaderUnreachable,
}
