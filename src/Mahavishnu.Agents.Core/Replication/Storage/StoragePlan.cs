namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>How buckets differ from what is configured.</summary>
/// <param name="Changes">What would make them so, in the order in which it can be done: versions before rules that need them.</param>
/// <param name="Findings">What is not as it should be.</param>
/// <param name="Kept">Rules that others made, each in a sentence: they are shown and never removed.</param>
public sealed record StoragePlan(IReadOnlyList<StorageChange> Changes, IReadOnlyList<StoreFinding> Findings, IReadOnlyList<string> Kept);

/// <summary>One change of one bucket.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Reasons">What differs, each in a sentence.</param>
public abstract record StorageChange(string Bucket, IReadOnlyList<string> Reasons)
{
    /// <summary>It begins to keep versions.</summary>
    public sealed record EnableVersioning(string Bucket, IReadOnlyList<string> Reasons) : StorageChange(Bucket, Reasons);

    /// <summary>Our replication rules become these; those of others stay.</summary>
    /// <param name="Bucket">The bucket.</param>
    /// <param name="Reasons">What differs.</param>
    /// <param name="Role">The role that the store copies as; empty where it needs none.</param>
    /// <param name="Rules">All of our rules; none removes them.</param>
    public sealed record PutReplication(string Bucket, IReadOnlyList<string> Reasons, string Role, IReadOnlyList<ReplicationRule> Rules) : StorageChange(Bucket, Reasons);

    /// <summary>Our lifecycle rules become these; those of others stay.</summary>
    /// <param name="Bucket">The bucket.</param>
    /// <param name="Reasons">What differs.</param>
    /// <param name="Rules">All of our rules; none removes them.</param>
    public sealed record PutLifecycle(string Bucket, IReadOnlyList<string> Reasons, IReadOnlyList<LifecycleRule> Rules) : StorageChange(Bucket, Reasons);
}
