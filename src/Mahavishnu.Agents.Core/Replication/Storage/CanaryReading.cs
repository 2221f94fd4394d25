using static Mahavishnu.Agents.Core.Replication.FindingSeverity;

namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>What a look for a canary in a copy showed.</summary>
public enum CanarySight
{
    /// <summary>The copy did not answer.</summary>
    Unknown = 0,

    /// <summary>It is not there yet.</summary>
    Absent,

    /// <summary>It is there, and is what was written.</summary>
    Arrived,

    /// <summary>It is there, and is something else.</summary>
    Different,

    /// <summary>It is not there, and the source says that it gave up copying it.</summary>
    Failed,
}

/// <summary>What canaries show of a path.</summary>
public enum CanaryState
{
    /// <summary>None has arrived yet.</summary>
    Unknown = 0,

    /// <summary>They arrive in time.</summary>
    Moving,

    /// <summary>The oldest takes longer than it may.</summary>
    Late,

    /// <summary>One was given up, or left out.</summary>
    Failed,

    /// <summary>One arrived with other content.</summary>
    Different,
}

/// <summary>What is known of a path.</summary>
/// <param name="State">What canaries show.</param>
/// <param name="Reason">The same in a sentence; empty when they arrive.</param>
/// <param name="Waits">The age of the oldest that has not arrived; null when all have.</param>
/// <param name="Lag">How far the copy is behind.</param>
public sealed record CanaryReading(CanaryState State, string Reason, TimeSpan? Waits, LagReading Lag)
{
    /// <summary>What is not as it should be.</summary>
    /// <param name="link">Names the path.</param>
    public StoreFinding? Finding(string link) => State switch
    {
        CanaryState.Late => new StoreFinding("S-10", Critical, $"{link}: {Reason}; replication stands still, or is slower than storage.s3.canary.timeout allows."),
        CanaryState.Failed => new StoreFinding("S-11", Critical, $"{link}: {Reason}; objects of others may be missing too. Write them anew, or copy them by a batch job."),
        CanaryState.Different => new StoreFinding("S-12", Critical, $"{link}: {Reason}; something writes to the copy, or damages it."),
        _ => null,
    };
}
