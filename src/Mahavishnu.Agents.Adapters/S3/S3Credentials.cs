using Amazon.Runtime;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>Keys that are looked up anew for each request.</summary>
internal sealed class S3Credentials(string bucket, Func<string?> accessKey, Func<string?> secretKey) : AWSCredentials
{
    /// <inheritdoc />
    public override ImmutableCredentials GetCredentials() =>
        accessKey() is { Length: > 0 } access && secretKey() is { Length: > 0 } secret
            ? new ImmutableCredentials(access, secret, null)
            : throw new S3CallException(S3CallEnd.Refused, $"{bucket}: access key or secret key cannot be read; give both, or neither.");
}
