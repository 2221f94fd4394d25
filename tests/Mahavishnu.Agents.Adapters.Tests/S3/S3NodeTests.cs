using System.Text;
using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication.Storage;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.S3.CephWorld;

namespace Mahavishnu.Agents.Adapters.Tests.S3;

[Collection(CephWorld.Name)]
public sealed class S3NodeTests(CephWorld world)
{
    [Fact]
    public async Task Settings_OfANewBucket_AreReadAndMade()
    {
        using var node = await world.BucketAsync("settings");

        var before = Ok(await node.ReadAsync(Deadline, Cancelled));
        Ok(await node.EnableVersioningAsync(Deadline, Cancelled));
        Ok(await node.PutReplicationAsync("", [new ReplicationRule("mahavishnu-to-other", 3, true, "other", "keep/")], Deadline, Cancelled));
        Ok(await node.PutLifecycleAsync([new LifecycleRule("mahavishnu-objects", true, "") { Expiration = 365, Noncurrent = 30, AbandonedUploads = 7 }], Deadline, Cancelled));
        var after = Ok(await node.ReadAsync(Deadline, Cancelled));

        Assert.Equal((BucketVersioning.Off, 0, 0), (before.Versioning, before.Replication.Count, before.Lifecycle.Count));
        Assert.Equal(BucketVersioning.Enabled, after.Versioning);
        var rule = Assert.Single(after.Replication);
        Assert.Equal(("mahavishnu-to-other", 3, true, "other", "keep/"), (rule.Id, rule.Priority, rule.Enabled, rule.Destination, rule.Prefix));
        var lifecycle = Assert.Single(after.Lifecycle);
        Assert.Equal(("mahavishnu-objects", "", 365, 30, 7), (lifecycle.Id, lifecycle.Prefix, lifecycle.Expiration, lifecycle.Noncurrent, lifecycle.AbandonedUploads));
    }

    [Fact]
    public async Task PutRules_RulesOfOthers_AreKept()
    {
        using var node = await world.BucketAsync("others");
        Ok(await node.EnableVersioningAsync(Deadline, Cancelled));
        Ok(await node.PutReplicationAsync("", [new ReplicationRule("theirs", 1, true, "elsewhere", "")], Deadline, Cancelled));
        Ok(await node.PutLifecycleAsync([new LifecycleRule("theirs", true, "tmp/") { Expiration = 3 }], Deadline, Cancelled));

        Assert.Equal(1, Ok(await node.PutReplicationAsync("", [new ReplicationRule("mahavishnu-to-other", 2, true, "other", "")], Deadline, Cancelled)));
        Assert.Equal(1, Ok(await node.PutLifecycleAsync([], Deadline, Cancelled)));
        var after = Ok(await node.ReadAsync(Deadline, Cancelled));

        Assert.Equal(["mahavishnu-to-other", "theirs"], after.Replication.Select(static r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(["theirs"], after.Lifecycle.Select(static r => r.Id));
    }

    [Fact]
    public async Task PutRules_NoneLeft_RemovesThem()
    {
        using var node = await world.BucketAsync("none-left");
        Ok(await node.EnableVersioningAsync(Deadline, Cancelled));
        Ok(await node.PutReplicationAsync("", [new ReplicationRule("mahavishnu-to-other", 1, true, "other", "")], Deadline, Cancelled));

        Ok(await node.PutReplicationAsync("", [], Deadline, Cancelled));
        Ok(await node.PutLifecycleAsync([], Deadline, Cancelled));
        var after = Ok(await node.ReadAsync(Deadline, Cancelled));

        Assert.Empty(after.Replication);
        Assert.Empty(after.Lifecycle);
    }

    [Fact]
    public async Task VerifyAsync_ObjectInPlaceAndChanged_IsToldByItsContent()
    {
        using var node = await world.BucketAsync("verified");
        var sha256 = Ok(await node.PutAsync("a/b", Encoding.UTF8.GetBytes("what was written"), Deadline, Cancelled));

        Assert.Equal(new S3Sighting(S3Presence.Same, S3Proof.Content), Ok(await node.VerifyAsync("a/b", sha256, Deadline, Cancelled)));
        Assert.Equal(new S3Sighting(S3Presence.Absent, S3Proof.None), Ok(await node.VerifyAsync("a/c", sha256, Deadline, Cancelled)));
        Assert.Equal(S3ReplicationStatus.NotTold, Ok(await node.StatusAsync("a/b", Deadline, Cancelled)));
        Assert.Equal(S3ReplicationStatus.Absent, Ok(await node.StatusAsync("a/c", Deadline, Cancelled)));

        await world.Gateway.Eu.OverwriteAsync("verified", "a/b", "what was Written", Cancelled);

        Assert.Equal(new S3Sighting(S3Presence.Different, S3Proof.Content), Ok(await node.VerifyAsync("a/b", sha256, Deadline, Cancelled)));
    }

    [Fact]
    public async Task PutAsync_KeyInUse_IsRefused()
    {
        using var node = await world.BucketAsync("in-use");
        Ok(await node.PutAsync("once", "1"u8.ToArray(), Deadline, Cancelled));

        Assert.IsType<DataAnswer<string>.Refused>(await node.PutAsync("once", "2"u8.ToArray(), Deadline, Cancelled));
    }

    [Fact]
    public async Task Object_OfAReplicatedBucket_ArrivesInTheOtherZone()
    {
        using var source = await world.BucketAsync("copied-from");
        using var target = await world.BucketAsync("copied-to", world.Gateway.Us);
        Ok(await source.EnableVersioningAsync(Deadline, Cancelled));
        Ok(await source.PutReplicationAsync("", [new ReplicationRule("mahavishnu-to-copied-to", 1, true, "copied-to", "")], Deadline, Cancelled));
        await world.Gateway.LetCopyAsync("copied-from", "copied-to", Cancelled);
        var written = new Dictionary<string, string>();

        await UntilAsync(async () =>
        {
            // What was written before the other zone had heard of the rules is never copied.
            var key = $"canary-{written.Count}";
            written[key] = Ok(await source.PutAsync(key, Encoding.UTF8.GetBytes(key), Deadline, Cancelled));
            var seen = await Task.WhenAll(written.Select(w => target.VerifyAsync(w.Key, w.Value, Deadline, Cancelled)));
            return seen.Any(static s => s is DataAnswer<S3Sighting>.Ok { Value: { Presence: S3Presence.Same, Proof: S3Proof.Content } });
        });
    }

    [Theory]
    [InlineData("no-such-bucket-here", null,    "eu-west-1 bucket no-such-bucket-here: answered NoSuchBucket (404): make the bucket, or correct its name or region.")]
    [InlineData("wrong-key",           "wrong", "eu-west-1 bucket wrong-key: answered SignatureDoesNotMatch (403): correct secret_key.")]
    public async Task ReadAsync_BucketOrKeyIsWrong_SaysWhich(string bucket, string? secretKey, string expected)
    {
        using var node = world.Node(bucket, world.Gateway.Eu, secretKey);

        var answer = await node.ReadAsync(Deadline, Cancelled);

        Assert.Equal(expected, Assert.IsType<DataAnswer<BucketState>.Refused>(answer).Reason);
    }
}
