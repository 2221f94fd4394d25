using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>What the buckets of a deployment should be like, as it is configured.</summary>
/// <param name="Buckets">Every bucket.</param>
/// <param name="Replicates">Whether buckets are copied to each other.</param>
/// <param name="Paths">Which bucket is copied to which.</param>
/// <param name="Lifecycle">How long objects stay, and where; null when nothing is configured.</param>
/// <param name="Role">The role that the store copies as; null keeps what is there.</param>
/// <param name="CanaryPrefix">What the keys of canaries begin with.</param>
public sealed record StorageIntent(
    IReadOnlyList<StorageBucket> Buckets, bool Replicates, IReadOnlyList<StoragePath> Paths, StorageLifecycle? Lifecycle, string? Role, string CanaryPrefix)
{
    /// <summary>Whether a bucket is at an end of a path, and so must keep versions.</summary>
    public bool NeedsVersions(string bucket) => Replicates && Paths.Any(p => p.Source == bucket || p.Destination == bucket);
}

/// <summary>A bucket.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Region">The region that it lies in.</param>
public sealed record StorageBucket(string Name, RegionId Region);

/// <summary>One bucket that is copied to one other.</summary>
/// <param name="Source">The name of the bucket that is written.</param>
/// <param name="Destination">The name of its copy.</param>
/// <param name="StorageClass">The class of the copies; null keeps the class of the objects.</param>
/// <param name="TimeControl">Whether the store is paid to copy within 15 minutes, and to tell when it does not.</param>
/// <param name="Prefixes">What the keys of copied objects begin with; none is every object.</param>
public sealed record StoragePath(string Source, string Destination, string? StorageClass, bool TimeControl, IReadOnlyList<string> Prefixes);

/// <summary>How long objects stay, and where. Days are counted from an object's creation.</summary>
/// <param name="ToInfrequentAccess">Days to <c>STANDARD_IA</c>; null is never.</param>
/// <param name="ToGlacier">Days to <c>GLACIER</c>; null is never.</param>
/// <param name="Expiration">Days to the end; null is never.</param>
/// <param name="Noncurrent">Days that a version stays after another took its place. Without an end to versions nothing is ever freed or erased.</param>
/// <param name="AbandonedUploads">Days that the parts of an upload stay which nobody completed.</param>
public sealed record StorageLifecycle(int? ToInfrequentAccess, int? ToGlacier, int? Expiration, int Noncurrent, int AbandonedUploads);
