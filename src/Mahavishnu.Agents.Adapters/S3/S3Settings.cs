using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Mahavishnu.Agents.Core.Replication.Storage;
using OurLifecycleRule = Mahavishnu.Agents.Core.Replication.Storage.LifecycleRule;
using OurReplicationRule = Mahavishnu.Agents.Core.Replication.Storage.ReplicationRule;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>Reads and writes how a bucket is set up. A write replaces all rules of a kind, so rules of others are read first and written back as they are.</summary>
internal static class S3Settings
{
    /// <summary>All of it.</summary>
    public static async Task<BucketState> ReadAsync(AmazonS3Client client, string bucket, CancellationToken cancellationToken)
    {
        var versioning = ReadVersioningAsync(client, bucket, cancellationToken);
        var replication = ReadReplicationAsync(client, bucket, cancellationToken);
        var lifecycle = ReadLifecycleAsync(client, bucket, cancellationToken);
        await Task.WhenAll(versioning, replication, lifecycle);
        var (role, rules) = await replication;
        return new BucketState(await versioning, role, [.. rules.Select(S3Mapping.Read)], [.. (await lifecycle).Select(S3Mapping.Read)]);
    }

    /// <summary>Turns versioning on, and reads it back.</summary>
    public static async Task<BucketVersioning> EnableVersioningAsync(AmazonS3Client client, string bucket, CancellationToken cancellationToken)
    {
        await client.PutBucketVersioningAsync(
            new PutBucketVersioningRequest { BucketName = bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } }, cancellationToken);
        return await ReadVersioningAsync(client, bucket, cancellationToken);
    }

    /// <summary>Replaces our replication rules.</summary>
    public static async Task<int> PutReplicationAsync(
        AmazonS3Client client, string bucket, string role, IReadOnlyList<OurReplicationRule> rules, bool china, CancellationToken cancellationToken)
    {
        var kept = (await ReadReplicationAsync(client, bucket, cancellationToken)).Rules.Where(static r => !StorageRules.IsOurs(r.Id ?? "")).ToList();
        if (kept.Count + rules.Count == 0)
        {
            await client.DeleteBucketReplicationAsync(new DeleteBucketReplicationRequest { BucketName = bucket }, cancellationToken);
            return 0;
        }

        await client.PutBucketReplicationAsync(
            new PutBucketReplicationRequest
            {
                BucketName = bucket,
                Configuration = new ReplicationConfiguration { Role = role, Rules = [.. kept, .. rules.Select(r => S3Mapping.Write(r, china))] },
            },
            cancellationToken);
        return kept.Count;
    }

    /// <summary>Replaces our lifecycle rules.</summary>
    public static async Task<int> PutLifecycleAsync(AmazonS3Client client, string bucket, IReadOnlyList<OurLifecycleRule> rules, CancellationToken cancellationToken)
    {
        var kept = (await ReadLifecycleAsync(client, bucket, cancellationToken)).Where(static r => !StorageRules.IsOurs(r.Id ?? "")).ToList();
        if (kept.Count + rules.Count == 0)
        {
            await client.DeleteLifecycleConfigurationAsync(new DeleteLifecycleConfigurationRequest { BucketName = bucket }, cancellationToken);
            return 0;
        }

        await client.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest { BucketName = bucket, Configuration = new LifecycleConfiguration { Rules = [.. kept, .. rules.Select(S3Mapping.Write)] } }, cancellationToken);
        return kept.Count;
    }

    private static async Task<BucketVersioning> ReadVersioningAsync(AmazonS3Client client, string bucket, CancellationToken cancellationToken) =>
        S3Mapping.Versioning((await client.GetBucketVersioningAsync(new GetBucketVersioningRequest { BucketName = bucket }, cancellationToken)).VersioningConfig?.Status);

    private static async Task<(string? Role, IReadOnlyList<Amazon.S3.Model.ReplicationRule> Rules)> ReadReplicationAsync(AmazonS3Client client, string bucket, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.GetBucketReplicationAsync(new GetBucketReplicationRequest { BucketName = bucket }, cancellationToken);
            return (answer.Configuration?.Role is { Length: > 0 } role ? role : null, answer.Configuration?.Rules ?? []);
        }
        catch (AmazonS3Exception none) when (none is { StatusCode: HttpStatusCode.NotFound, ErrorCode: "ReplicationConfigurationNotFoundError" })
        {
            return (null, []);
        }
    }

    private static async Task<IReadOnlyList<Amazon.S3.Model.LifecycleRule>> ReadLifecycleAsync(AmazonS3Client client, string bucket, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = bucket }, cancellationToken)).Configuration?.Rules ?? [];
        }
        catch (AmazonS3Exception none) when (none is { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchLifecycleConfiguration" })
        {
            return [];
        }
    }
}
