using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication.Storage;
using Mahavishnu.Agents.TestKit.Servers;
using Microsoft.AspNetCore.Http;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.S3.CephWorld;

namespace Mahavishnu.Agents.Adapters.Tests.S3;

/// <summary>What the obtainable servers do not do.</summary>
public sealed class S3DoubleTests
{
    private static S3Node Node(Uri url) => new(
        new S3Options { Region = new RegionId("us-east-1"), Bucket = "b", Endpoint = url, PathStyle = true, AccessKey = static () => "a", SecretKey = static () => "s" }, TimeProvider.System);

    [Theory]
    [InlineData(null,        S3ReplicationStatus.NotTold)]
    [InlineData("PENDING",   S3ReplicationStatus.Pending)]
    [InlineData("COMPLETED", S3ReplicationStatus.Completed)]
    [InlineData("COMPLETE",  S3ReplicationStatus.Completed)]
    [InlineData("FAILED",    S3ReplicationStatus.Failed)]
    [InlineData("REPLICA",   S3ReplicationStatus.Replica)]
    public async Task StatusAsync_EachState_IsTold(string? said, S3ReplicationStatus expected)
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        store.Objects["b/k"] = new S3DoubleObject([1], null, said);

        Assert.Equal(expected, Ok(await node.StatusAsync("k", Deadline, Cancelled)));
    }

    [Theory]
    //          kept with it                                         content   presence            by what
    [InlineData("S/MkNFHqBfYFEfBLKm+xGJgphUfPEEcZ5ZEvWKAqD+E=",      "other",  "Same",             "StoredChecksum")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",      "right",  "Different",        "StoredChecksum")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=-2",    "right",  "Same",             "Content")]
    [InlineData(null,                                                "right",  "Same",             "Content")]
    [InlineData(null,                                                "other",  "Different",        "Content")]
    public async Task VerifyAsync_ChecksumKeptOrNot_IsByTheBestProof(string? kept, string content, string presence, string proof)
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        var sha256 = Ok(await node.PutAsync("k", "right"u8.ToArray(), Deadline, Cancelled));
        Assert.Equal(sha256, store.Objects["b/k"].Sha256);
        store.Objects["b/k"] = new S3DoubleObject(System.Text.Encoding.UTF8.GetBytes(content), kept is not null && presence == "Same" && proof == "StoredChecksum" ? sha256 : kept, null);

        var seen = Ok(await node.VerifyAsync("k", sha256, Deadline, Cancelled));

        Assert.Equal((presence, proof), (seen.Presence.ToString(), seen.Proof.ToString()));
    }

    [Fact]
    public async Task PutReplicationAsync_PromiseOfTime_ComesBackAsItWasPut()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        var rule = new ReplicationRule("mahavishnu-to-eu", 1, true, "eu", "") { StorageClass = "STANDARD_IA", DeleteMarkers = true, TimeMinutes = 15, Metrics = true };

        Ok(await node.PutReplicationAsync("arn:aws:iam::1:role/copy", [rule], Deadline, Cancelled));
        var after = Ok(await node.ReadAsync(Deadline, Cancelled));

        Assert.Equal((rule, "arn:aws:iam::1:role/copy"), (Assert.Single(after.Replication), after.Role));
        Assert.Contains("<Bucket>arn:aws:s3:::eu</Bucket>", store.Settings["b?replication"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutLifecycleAsync_Transitions_ComeBackAsTheyWerePut()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        var rule = new LifecycleRule("mahavishnu-objects", true, "") { Expiration = 365, Noncurrent = 30, AbandonedUploads = 7, Moves = [new(30, "STANDARD_IA"), new(90, "GLACIER")] };

        Ok(await node.PutLifecycleAsync([rule], Deadline, Cancelled));
        var after = Assert.Single(Ok(await node.ReadAsync(Deadline, Cancelled)).Lifecycle);

        Assert.Equal(rule.Moves, after.Moves);
        Assert.Equal(rule with { Moves = after.Moves }, after);
    }

    [Fact]
    public async Task PutLifecycleAsync_RulesOfOthers_AreWrittenBackAsTheyWere()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        store.Settings["b?lifecycle"] =
            """
            <LifecycleConfiguration>
            <Rule><ID>both</ID><Status>Enabled</Status><Filter><And><Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Expiration><Days>3</Days></Expiration></Rule>
            <Rule><ID>old</ID><Status>Enabled</Status><Prefix>o/</Prefix><Expiration><Days>4</Days></Expiration></Rule>
            </LifecycleConfiguration>
            """;

        Assert.Equal(2, Ok(await node.PutLifecycleAsync([new LifecycleRule("mahavishnu-canaries", true, "_canary/") { Expiration = 1 }], Deadline, Cancelled)));
        var after = Ok(await node.ReadAsync(Deadline, Cancelled)).Lifecycle;

        Assert.Equal([("both", "p/", true, 3), ("old", "o/", false, 4), ("mahavishnu-canaries", "_canary/", false, 1)], after.Select(static r => (r.Id, r.Prefix, r.Narrowed, r.Expiration ?? 0)));
        Assert.Contains("<Tag><Key>k</Key><Value>v</Value></Tag>", store.Settings["b?lifecycle"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><body>Please sign in</body></html>")]
    [InlineData("{\"ok\": true}")]
    [InlineData("")]
    [InlineData("<Versioning")]
    public async Task ReadAsync_AnswerIsNotS3_IsNotABucketWithoutRules(string body)
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        store.Instead = http => http.Response.WriteAsync(body);

        var answer = Assert.IsType<DataAnswer<BucketState>.Unknown>(await node.ReadAsync(Deadline, Cancelled));

        Assert.StartsWith("us-east-1 bucket b: answered ", answer.Reason, StringComparison.Ordinal);
        Assert.IsType<DataAnswer<string>.Unknown>(await node.PutAsync("k", new byte[1], Deadline, Cancelled));
        Assert.IsType<DataAnswer<S3ReplicationStatus>.Unknown>(await node.StatusAsync("k", Deadline, Cancelled));
    }

    [Fact]
    public async Task ReadAsync_NoAnswer_EndsWithItsDeadline()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        store.Instead = static http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);

        var answer = await node.ReadAsync(TimeSpan.FromMilliseconds(200), Cancelled);

        Assert.Equal("us-east-1 bucket b: no answer within 0.2 s.", Assert.IsType<DataAnswer<BucketState>.Unknown>(answer).Reason);
    }

    [Fact]
    public async Task StatusAsync_MayNotList_SaysWhatToGrant()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        store.HidesAbsence = true;

        var answer = await node.StatusAsync("k", Deadline, Cancelled);

        Assert.Contains("s3:ListBucket", Assert.IsType<DataAnswer<S3ReplicationStatus>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "Unknown")]
    [InlineData(500, "Unknown")]
    [InlineData(429, "Unknown")]
    [InlineData(403, "Refused")]
    public async Task ReadAsync_ErrorWithoutBody_IsSortedByItsStatus(int status, string expected)
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = Node(store.Url);
        store.Instead = http => Task.FromResult(http.Response.StatusCode = status);

        Assert.Equal(expected, (await node.ReadAsync(Deadline, Cancelled)).GetType().Name);
    }

    [Fact]
    public async Task ReadAsync_NothingListens_IsUnreachable()
    {
        using var node = Node(new Uri($"http://127.0.0.1:{LocalServer.FreePort()}"));

        var answer = await node.ReadAsync(Deadline, Cancelled);

        Assert.StartsWith("us-east-1 bucket b: cannot be reached: ", Assert.IsType<DataAnswer<BucketState>.Unreachable>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_KeysCannotBeRead_SaysSo()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var node = new S3Node(
            new S3Options { Region = new RegionId("us-east-1"), Bucket = "b", Endpoint = store.Url, PathStyle = true, AccessKey = static () => "a", SecretKey = static () => null }, TimeProvider.System);

        Assert.Equal("us-east-1 bucket b: access key or secret key cannot be read; give both, or neither.", Assert.IsType<DataAnswer<BucketState>.Refused>(await node.ReadAsync(Deadline, Cancelled)).Reason);
    }
}
