namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>An object as a bucket shows it.</summary>
/// <param name="Presence">Whether it is there, and is what was written.</param>
/// <param name="Proof">What it was compared by.</param>
public sealed record S3Sighting(S3Presence Presence, S3Proof Proof);

/// <summary>Whether an object is there.</summary>
public enum S3Presence
{
    /// <summary>It is not there.</summary>
    Absent = 0,

    /// <summary>It is, and its SHA-256 is the expected one.</summary>
    Same,

    /// <summary>It is, and its SHA-256 is another.</summary>
    Different,
}

/// <summary>What an object was compared by. An ETag proves nothing: it is no hash of an object that is encrypted or was sent in parts.</summary>
public enum S3Proof
{
    /// <summary>By nothing: it is not there.</summary>
    None = 0,

    /// <summary>By the SHA-256 that the store keeps with it.</summary>
    StoredChecksum,

    /// <summary>By its content, which was read.</summary>
    Content,
}

/// <summary>What a store says of the copies of an object.</summary>
public enum S3ReplicationStatus
{
    /// <summary>Nothing: no rule covers it, or the store never tells.</summary>
    NotTold = 0,

    /// <summary>It is still to be copied to some destination.</summary>
    Pending,

    /// <summary>It was copied to all.</summary>
    Completed,

    /// <summary>Copying to some destination failed, and is not tried again.</summary>
    Failed,

    /// <summary>It is a copy itself.</summary>
    Replica,

    /// <summary>There is no such object.</summary>
    Absent,
}
