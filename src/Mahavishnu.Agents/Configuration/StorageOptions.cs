using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The stores of files. Bound from <c>storage</c>.</summary>
[AcceptsUnused("bucket")]
internal sealed class StorageOptions
{
    /// <summary>S3, or what speaks its protocol; null when the deployment has none that the agent looks after.</summary>
    public S3StorageOptions? S3 { get; init; }
}

/// <summary>Buckets in several regions, and how they are copied. Bound from <c>storage.s3</c>.</summary>
internal sealed class S3StorageOptions
{
    /// <summary>The buckets, each under a name for people.</summary>
    public required IReadOnlyDictionary<string, S3BucketOptions> Buckets { get; init; }

    /// <summary>Which bucket is copied to which.</summary>
    public S3ReplicationOptions Replication { get; init; } = new();

    /// <summary>How long objects stay, and where; null leaves that to others.</summary>
    public S3LifecycleOptions? Lifecycle { get; init; }

    /// <summary>Whether the bucket stands in the path of URLs, as stores need that have no host name for each bucket.</summary>
    public bool PathStyle { get; init; }

    /// <summary>The access key; null takes what AWS's own chain finds: environment, profile, or the machine's role.</summary>
    public Secret? AccessKey { get; init; }

    /// <summary>The secret key, together with the access key.</summary>
    public Secret? SecretKey { get; init; }

    /// <summary>Certificates in PEM that the stores are checked against; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>The ARN of the role that the store copies as, which AWS needs; null keeps the one that is there.</summary>
    public string? Role { get; init; }

    /// <summary>Small objects that show how far copies are behind.</summary>
    public S3CanaryOptions Canary { get; init; } = new();

    /// <summary>How often this region's buckets are held against the configuration.</summary>
    /// <value>Default 5 min; from 1 s to 1 d.</value>
    [Limits("1s", "1d")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one request may take.</summary>
    /// <value>Default 10 s; from 100 ms to 5 min.</value>
    [Limits("100ms", "5m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>One bucket. Bound from <c>storage.s3.buckets.{key}</c>.</summary>
internal sealed class S3BucketOptions
{
    /// <summary>The region that it lies in.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The base URL of its store; null for AWS's own in the region.</summary>
    [Schemes("http", "https")]
    public Uri? Endpoint { get; init; }
}

/// <summary>Which bucket is copied to which. Bound from <c>storage.s3.replication</c>.</summary>
internal sealed class S3ReplicationOptions
{
    /// <summary>Whether anything is copied.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>The rules; each is one of the store's for each destination.</summary>
    public IReadOnlyList<S3ReplicationRuleOptions> Rules { get; init; } = [];
}

/// <summary>One bucket that is copied to others. Bound from <c>storage.s3.replication.rules[]</c>.</summary>
internal sealed class S3ReplicationRuleOptions
{
    /// <summary>The name of the bucket that is copied.</summary>
    public required string Source { get; init; }

    /// <summary>The names of the buckets that it is copied to.</summary>
    public required IReadOnlyList<string> Destinations { get; init; }

    /// <summary>The class of the copies; null keeps the class of the objects.</summary>
    public S3Class? StorageClass { get; init; }

    /// <summary>The time within which AWS is paid to copy; null is no promise.</summary>
    /// <value>15 min, the only one that is sold.</value>
    public TimeSpan? ReplicationTime { get; init; }

    /// <summary>What the keys of copied objects begin with; none is every object.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];
}

/// <summary>How long objects stay, and where. Bound from <c>storage.s3.lifecycle</c>.</summary>
internal sealed class S3LifecycleOptions
{
    /// <summary>Days until objects move to <c>STANDARD_IA</c>; null is never.</summary>
    /// <value>From 30 to 36500.</value>
    [Limits("30", "36500")]
    public int? TransitionToIaDays { get; init; }

    /// <summary>Days until objects move to <c>GLACIER</c>; null is never.</summary>
    /// <value>From 1 to 36500.</value>
    [Limits("1", "36500")]
    public int? TransitionToGlacierDays { get; init; }

    /// <summary>Days until objects end; null is never.</summary>
    /// <value>From 1 to 36500.</value>
    [Limits("1", "36500")]
    public int? ExpirationDays { get; init; }

    /// <summary>Days that a version stays after another took its place, or after its object ended: only then is it gone.</summary>
    /// <value>Default 30; from 1 to 36500.</value>
    [Limits("1", "36500")]
    public int NoncurrentDays { get; init; } = 30;

    /// <summary>Days that the parts of an upload stay which nobody completed.</summary>
    /// <value>Default 7; from 1 to 365.</value>
    [Limits("1", "365")]
    public int AbandonedUploadDays { get; init; } = 7;
}

/// <summary>Small objects that show how far copies are behind. Bound from <c>storage.s3.canary</c>.</summary>
internal sealed class S3CanaryOptions
{
    /// <summary>How often one is written for each path to this region.</summary>
    /// <value>Default 1 min; from 100 ms to 1 h.</value>
    [Limits("100ms", "1h")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often those that have not arrived are looked for.</summary>
    /// <value>Default 5 s; from 100 ms to 1 min.</value>
    [Limits("100ms", "1m")]
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What their keys begin with.</summary>
    /// <value>Default <c>_canary/</c>.</value>
    public string Prefix { get; init; } = "_canary/";

    /// <summary>How long one may take.</summary>
    /// <value>Default 15 min; from 1 s to 1 d.</value>
    [Limits("1s", "1d")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>The storage classes that copies may have, in S3's own names.</summary>
internal enum S3Class
{
    /// <summary>For frequent use.</summary>
    [JsonStringEnumMemberName("STANDARD")]
    Standard = 0,

    /// <summary>For rare use.</summary>
    [JsonStringEnumMemberName("STANDARD_IA")]
    StandardIa,

    /// <summary>For rare use, in one zone only.</summary>
    [JsonStringEnumMemberName("ONEZONE_IA")]
    OneZoneIa,

    /// <summary>Moved by use.</summary>
    [JsonStringEnumMemberName("INTELLIGENT_TIERING")]
    IntelligentTiering,

    /// <summary>An archive that answers at once.</summary>
    [JsonStringEnumMemberName("GLACIER_IR")]
    GlacierIr,

    /// <summary>An archive that answers within hours.</summary>
    [JsonStringEnumMemberName("GLACIER")]
    Glacier,

    /// <summary>An archive that answers within a day.</summary>
    [JsonStringEnumMemberName("DEEP_ARCHIVE")]
    DeepArchive,
}
