using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.S3;

/// <summary>One gateway for all tests that need a real S3; each takes buckets of its own.</summary>
public sealed class CephWorld : IAsyncLifetime
{
    public const string Name = "ceph";

    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private string? _missing = CephGateway.Missing;

    public CephGateway Gateway { get; } = new();

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (_missing is null)
        {
            try
            {
                await Gateway.StartAsync(CancellationToken.None);
            }
            catch (InvalidOperationException failed)
            {
                _missing = $"Ceph does not start here: {failed.Message}";
            }
        }
    }

    /// <summary>A node of a new bucket; <paramref name="zone"/> is the gateway that it is reached by.</summary>
    public async Task<S3Node> BucketAsync(string bucket, CephZone? zone = null, string? secretKey = null)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        await Gateway.MakeBucketAsync(bucket, Cancelled);
        return Node(bucket, zone ?? Gateway.Eu, secretKey);
    }

    public S3Node Node(string bucket, CephZone zone, string? secretKey = null)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        return new S3Node(
            new S3Options
            {
                Region = new RegionId(zone.Name == "eu" ? "eu-west-1" : "us-east-1"), Bucket = bucket, Endpoint = zone.Url, PathStyle = true,
                AccessKey = static () => CephGateway.AccessKey, SecretKey = () => secretKey ?? CephGateway.SecretKey,
            },
            TimeProvider.System);
    }

    /// <summary>The value of an answer; an answer without one fails the test with what it says.</summary>
    public static T Ok<T>(DataAnswer<T> answer) => answer is DataAnswer<T>.Ok ok ? ok.Value : throw new Xunit.Sdk.XunitException(answer.Problem ?? "");

    /// <summary>Waits, for a minute at most, until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromMinutes(1), "It has not come about within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancelled);
        }
    }

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}

[CollectionDefinition(CephWorld.Name)]
public sealed class CephTests : ICollectionFixture<CephWorld>;
