using System.Reflection;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Replication.Storage;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Turns the configuration of S3 into what is wanted of buckets, and into their clients.</summary>
internal static class StorageMapping
{
    /// <summary>What the buckets should be like.</summary>
    public static StorageIntent ToIntent(this S3StorageOptions s3) => new(
        [.. s3.Buckets.Values.OrderBy(static b => b.Name, StringComparer.Ordinal).Select(static b => new StorageBucket(b.Name, b.Region))],
        s3.Replication.Enabled,
        [
            .. s3.Replication.Rules.SelectMany(static r => r.Destinations.Select(d =>
                new StoragePath(r.Source, d, r.StorageClass is { } storageClass ? NameOf(storageClass) : null, r.ReplicationTime is not null, r.Prefixes))),
        ],
        s3.Lifecycle is { } l ? new StorageLifecycle(l.TransitionToIaDays, l.TransitionToGlacierDays, l.ExpirationDays, l.NoncurrentDays, l.AbandonedUploadDays) : null,
        s3.Role,
        s3.Canary.Prefix);

    /// <summary>A client of every bucket, by its name.</summary>
    /// <exception cref="InvalidOperationException">A key or a file cannot be read.</exception>
    public static IReadOnlyDictionary<string, S3Node> ToNodes(this S3StorageOptions s3, TimeProvider time)
    {
        if (s3 is { AccessKey: { } access, SecretKey: { } secret })
        {
            _ = Reveal.Required(access, "storage.s3.access_key"); // Wrong at the start is an error of configuration; later the store says what it misses.
            _ = Reveal.Required(secret, "storage.s3.secret_key");
        }

        return s3.Buckets.Values.ToDictionary(static b => b.Name, b => Node(s3, b, time), StringComparer.Ordinal);
    }

    private static S3Node Node(S3StorageOptions s3, S3BucketOptions bucket, TimeProvider time) => new(
        new S3Options
        {
            Region = bucket.Region,
            Bucket = bucket.Name,
            Endpoint = bucket.Endpoint,
            PathStyle = s3.PathStyle,
            AccessKey = s3.AccessKey is { } access ? () => Revealed(access) : null,
            SecretKey = s3.SecretKey is { } secret ? () => Revealed(secret) : null,
            RootCertificate = bucket.Endpoint is null ? null : s3.CaFile,
            ConnectTimeout = s3.Timeout / 2,
        },
        time);

    private static string? Revealed(Secret secret) => secret.TryReveal(out var value, out _) ? value : null;

    private static string NameOf(S3Class storageClass) => typeof(S3Class).GetField(storageClass.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name;
}
