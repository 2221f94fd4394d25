namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>What a bucket says of itself.</summary>
/// <param name="Versioning">Whether it keeps versions.</param>
/// <param name="Role">The role that the store copies as; null for none.</param>
/// <param name="Replication">Its replication rules, also those that others made.</param>
/// <param name="Lifecycle">Its lifecycle rules, also those that others made.</param>
public sealed record BucketState(
    BucketVersioning Versioning, string? Role, IReadOnlyList<ReplicationRule> Replication, IReadOnlyList<LifecycleRule> Lifecycle);

/// <summary>Whether a bucket keeps versions.</summary>
public enum BucketVersioning
{
    /// <summary>It was not asked, or said something else.</summary>
    Unknown = 0,

    /// <summary>It never did.</summary>
    Off,

    /// <summary>It does.</summary>
    Enabled,

    /// <summary>It did.</summary>
    Suspended,
}

/// <summary>A rule by which a bucket is copied.</summary>
/// <param name="Id">Its name; ours are told by it.</param>
/// <param name="Priority">Higher wins between rules with one destination; null when it is not told.</param>
/// <param name="Enabled">Whether it is in force.</param>
/// <param name="Destination">The name of the bucket that is copied to.</param>
/// <param name="Prefix">What the keys of copied objects begin with; empty is every object.</param>
public sealed record ReplicationRule(string Id, int? Priority, bool Enabled, string Destination, string Prefix)
{
    /// <summary>The class of the copies; null keeps the class of the objects.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Whether deletions are copied as well; null when the rule does not tell, as rules of the first version do that copy them.</summary>
    public bool? DeleteMarkers { get; init; }

    /// <summary>The minutes within which the store promises to copy; null when it promises nothing.</summary>
    public int? TimeMinutes { get; init; }

    /// <summary>Whether the store tells how it gets on.</summary>
    public bool Metrics { get; init; }

    /// <summary>Whether it copies only objects with certain tags.</summary>
    public bool ByTag { get; init; }
}

/// <summary>A rule by which objects move to other classes or end.</summary>
/// <param name="Id">Its name; ours are told by it.</param>
/// <param name="Enabled">Whether it is in force.</param>
/// <param name="Prefix">What the keys of its objects begin with; empty is every object.</param>
public sealed record LifecycleRule(string Id, bool Enabled, string Prefix)
{
    /// <summary>Days to the end; null is never, or another condition.</summary>
    public int? Expiration { get; init; }

    /// <summary>Days that a replaced version stays; null is for ever.</summary>
    public int? Noncurrent { get; init; }

    /// <summary>Days that the parts of an abandoned upload stay; null is for ever.</summary>
    public int? AbandonedUploads { get; init; }

    /// <summary>To which classes objects move, and after how many days.</summary>
    public IReadOnlyList<LifecycleMove> Moves { get; init; } = [];

    /// <summary>Whether it is for objects with certain tags or sizes only.</summary>
    public bool Narrowed { get; init; }
}

/// <summary>A move of objects to another class.</summary>
/// <param name="Days">After so many days.</param>
/// <param name="StorageClass">The class.</param>
public sealed record LifecycleMove(int Days, string StorageClass);
