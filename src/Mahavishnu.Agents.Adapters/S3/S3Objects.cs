using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>Writes objects, and looks for them.</summary>
internal static class S3Objects
{
    /// <summary>Writes one, with its SHA-256, which the store then checks and may keep.</summary>
    public static async Task<string> PutAsync(AmazonS3Client client, string name, string bucket, string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToBase64String(SHA256.HashData(content.Span));
        var answer = await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket, Key = key, InputStream = new MemoryStream(content.ToArray(), writable: false), ContentType = "text/plain",
                ChecksumSHA256 = sha256, IfNoneMatch = "*", UseChunkEncoding = false,
            },
            cancellationToken);
        return answer.ETag is { Length: > 0 } ? sha256 : throw NotS3(name);
    }

    /// <summary>Looks for one.</summary>
    public static async Task<S3Sighting> VerifyAsync(AmazonS3Client client, string name, string bucket, string key, string sha256, CancellationToken cancellationToken)
    {
        if (await HeadAsync(client, name, bucket, key, cancellationToken) is not { } head)
        {
            return new S3Sighting(S3Presence.Absent, S3Proof.None);
        }

        // The hash of an object that was sent in parts is one of the parts' hashes, and ends in their number.
        return head.ChecksumSHA256 is { Length: > 0 } stored && head.ChecksumType != ChecksumType.COMPOSITE && !stored.Contains('-', StringComparison.Ordinal)
            ? new S3Sighting(stored == sha256 ? S3Presence.Same : S3Presence.Different, S3Proof.StoredChecksum)
            : await ByContentAsync(client, bucket, key, sha256, cancellationToken);
    }

    /// <summary>What the store says of its copies.</summary>
    public static async Task<S3ReplicationStatus> StatusAsync(AmazonS3Client client, string name, string bucket, string key, CancellationToken cancellationToken) =>
        await HeadAsync(client, name, bucket, key, cancellationToken) is { } head ? S3Mapping.Status(head.ReplicationStatus?.Value) : S3ReplicationStatus.Absent;

    private static async Task<GetObjectMetadataResponse?> HeadAsync(AmazonS3Client client, string name, string bucket, string key, CancellationToken cancellationToken)
    {
        try
        {
            var head = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, cancellationToken);
            return head.ETag is { Length: > 0 } ? head : throw NotS3(name);
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            return null; // An answer to HEAD has no body, so a bucket that is not there looks the same; reading its settings tells.
        }
    }

    private static async Task<S3Sighting> ByContentAsync(AmazonS3Client client, string bucket, string key, string sha256, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = key }, cancellationToken);
            var found = Convert.ToBase64String(await SHA256.HashDataAsync(answer.ResponseStream, cancellationToken));
            return new S3Sighting(found == sha256 ? S3Presence.Same : S3Presence.Different, S3Proof.Content);
        }
        catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
        {
            return new S3Sighting(S3Presence.Absent, S3Proof.None);
        }
        catch (AmazonClientException damaged) when (damaged.Message.Contains("hash", StringComparison.OrdinalIgnoreCase))
        {
            return new S3Sighting(S3Presence.Different, S3Proof.Content); // The library compares with an ETag that is a hash, and found another.
        }
    }

    private static S3CallException NotS3(string name) => new(S3CallEnd.Unknown, $"{name}: answered 200 without an ETag, which S3 always gives. Something else listens there.");
}
