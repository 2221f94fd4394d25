using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>How to reach one bucket. A class, so that no generated text can show the keys.</summary>
/// <remarks>TLS verification cannot be turned off. The root certificate is read once, when the node is made.</remarks>
public sealed class S3Options
{
    /// <summary>The region of the bucket, for which requests are signed.</summary>
    public required RegionId Region { get; init; }

    /// <summary>The name of the bucket; every error names it.</summary>
    public required string Bucket { get; init; }

    /// <summary>The base URL of the store; null for AWS's own in the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the bucket stands in the path rather than in the host's name, as stores need that have no name for each bucket.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Gives the access key, asked for at each request so that it can be rotated; null takes what AWS's own chain finds. Must not throw.</summary>
    public Func<string?>? AccessKey { get; init; }

    /// <summary>Gives the secret key, together with <see cref="AccessKey"/>. Must not throw.</summary>
    public Func<string?>? SecretKey { get; init; }

    /// <summary>PEM file with the only authorities trusted for the store; null trusts those of the operating system.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>Longest time for one attempt to connect.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
