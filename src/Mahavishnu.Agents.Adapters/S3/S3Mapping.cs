using Amazon.S3;
using Amazon.S3.Model;
using Mahavishnu.Agents.Core.Replication.Storage;
using OurLifecycleRule = Mahavishnu.Agents.Core.Replication.Storage.LifecycleRule;
using OurReplicationRule = Mahavishnu.Agents.Core.Replication.Storage.ReplicationRule;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>Between the client library's rules and ours.</summary>
internal static class S3Mapping
{
    private const string Arn = "arn:aws:s3:::";

    /// <summary>What a bucket says of its versions.</summary>
    public static BucketVersioning Versioning(VersionStatus? status) =>
        status is null || status == VersionStatus.Off ? BucketVersioning.Off
        : status == VersionStatus.Enabled ? BucketVersioning.Enabled
        : status == VersionStatus.Suspended ? BucketVersioning.Suspended
        : BucketVersioning.Unknown;

    /// <summary>A replication rule as it was read.</summary>
    public static OurReplicationRule Read(Amazon.S3.Model.ReplicationRule rule) =>
        new(rule.Id ?? "", rule.Priority, rule.Status == ReplicationRuleStatus.Enabled, NameOf(rule.Destination?.BucketArn), PrefixOf(rule))
        {
            StorageClass = rule.Destination?.StorageClass?.Value,
            DeleteMarkers = rule.DeleteMarkerReplication?.Status is { } status ? status == DeleteMarkerReplicationStatus.Enabled : null,
            TimeMinutes = rule.Destination?.ReplicationTime is { } time && time.Status == ReplicationTimeStatus.Enabled ? time.Time?.Minutes : null,
            Metrics = rule.Destination?.Metrics?.Status == MetricsStatus.Enabled,
            ByTag = rule.Filter?.Tag is not null || rule.Filter?.And?.Tags is { Count: > 0 },
        };

    /// <summary>A replication rule as it is sent.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="china">Whether the buckets are in AWS's partition of China, whose names differ.</param>
    public static Amazon.S3.Model.ReplicationRule Write(OurReplicationRule rule, bool china) => new()
    {
        Id = rule.Id,
        Priority = rule.Priority,
        Status = rule.Enabled ? ReplicationRuleStatus.Enabled : ReplicationRuleStatus.Disabled,
        Filter = new ReplicationRuleFilter { Prefix = rule.Prefix },
        DeleteMarkerReplication = new DeleteMarkerReplication { Status = rule.DeleteMarkers == false ? DeleteMarkerReplicationStatus.Disabled : DeleteMarkerReplicationStatus.Enabled },
        Destination = new ReplicationDestination
        {
            BucketArn = (china ? "arn:aws-cn:s3:::" : Arn) + rule.Destination,
            StorageClass = rule.StorageClass is { } storageClass ? new S3StorageClass(storageClass) : null,
            ReplicationTime = rule.TimeMinutes is { } minutes
                ? new ReplicationTime { Status = ReplicationTimeStatus.Enabled, Time = new ReplicationTimeValue { Minutes = minutes } }
                : null,
            Metrics = rule.Metrics
                ? new Metrics { Status = MetricsStatus.Enabled, EventThreshold = new ReplicationTimeValue { Minutes = StorageRules.TimeControlMinutes } }
                : null,
        },
    };

    /// <summary>A lifecycle rule as it was read.</summary>
    public static OurLifecycleRule Read(Amazon.S3.Model.LifecycleRule rule)
    {
        // The library writes what stands in Filter.Prefix, but puts what it reads into the predicate only.
        var predicate = rule.Filter?.LifecycleFilterPredicate;
        var prefix = (predicate as LifecyclePrefixPredicate ?? (predicate as LifecycleAndOperator)?.Operands?.OfType<LifecyclePrefixPredicate>().FirstOrDefault())?.Prefix;
        return new OurLifecycleRule(rule.Id ?? "", rule.Status == LifecycleRuleStatus.Enabled, prefix ?? LegacyPrefix(rule) ?? "")
        {
            Expiration = rule.Expiration?.Days is > 0 ? rule.Expiration.Days : null,
            Noncurrent = rule.NoncurrentVersionExpiration?.NoncurrentDays is > 0 ? rule.NoncurrentVersionExpiration.NoncurrentDays : null,
            AbandonedUploads = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation is > 0 ? rule.AbortIncompleteMultipartUpload.DaysAfterInitiation : null,
            Moves = [.. (rule.Transitions ?? []).Where(static t => t.Days is not null).Select(static t => new LifecycleMove(t.Days!.Value, t.StorageClass?.Value ?? ""))],
            Narrowed = predicate is not null and not LifecyclePrefixPredicate,
        };
    }

    /// <summary>A lifecycle rule as it is sent.</summary>
    public static Amazon.S3.Model.LifecycleRule Write(OurLifecycleRule rule) => new()
    {
        Id = rule.Id,
        Status = rule.Enabled ? LifecycleRuleStatus.Enabled : LifecycleRuleStatus.Disabled,
        Filter = new LifecycleFilter { Prefix = rule.Prefix },
        Expiration = rule.Expiration is { } days ? new LifecycleRuleExpiration { Days = days } : null,
        NoncurrentVersionExpiration = rule.Noncurrent is { } noncurrent ? new LifecycleRuleNoncurrentVersionExpiration { NoncurrentDays = noncurrent } : null,
        AbortIncompleteMultipartUpload = rule.AbandonedUploads is { } uploads ? new LifecycleRuleAbortIncompleteMultipartUpload { DaysAfterInitiation = uploads } : null,
        Transitions = rule.Moves.Count == 0 ? null : [.. rule.Moves.Select(static m => new LifecycleTransition { Days = m.Days, StorageClass = new S3StorageClass(m.StorageClass) })],
    };

    /// <summary>What a store says of the copies of an object; both spellings of completed are in use.</summary>
    public static S3ReplicationStatus Status(string? value) => value switch
    {
        null or "" => S3ReplicationStatus.NotTold,
        "PENDING" => S3ReplicationStatus.Pending,
        "COMPLETED" or "COMPLETE" => S3ReplicationStatus.Completed,
        "FAILED" => S3ReplicationStatus.Failed,
        "REPLICA" => S3ReplicationStatus.Replica,
        _ => S3ReplicationStatus.NotTold,
    };

    private static string PrefixOf(Amazon.S3.Model.ReplicationRule rule) =>
#pragma warning disable CS0618 // Rules of the first version, which others may have made, have it.
        rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? "";
#pragma warning restore CS0618

    private static string? LegacyPrefix(Amazon.S3.Model.LifecycleRule rule) =>
#pragma warning disable CS0618 // The same for lifecycle rules.
        rule.Prefix;
#pragma warning restore CS0618

    private static string NameOf(string? arn) => arn is null ? "" : arn[(arn.LastIndexOf(':') + 1)..];
}
