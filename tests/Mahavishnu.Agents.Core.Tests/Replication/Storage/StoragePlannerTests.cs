using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication.Storage;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication.Storage;

public sealed class StoragePlannerTests
{
    private static readonly StorageIntent Intent = new(
        [new("us", new RegionId("us-east-1")), new("eu", new RegionId("eu-west-1")), new("ap", new RegionId("ap-southeast-1"))],
        true,
        [new("us", "eu", "STANDARD", true, []), new("us", "ap", "STANDARD", true, []), new("eu", "us", null, false, ["files/", "files/own/", "logs/"])],
        new StorageLifecycle(30, 90, 365, 30, 7),
        "arn:aws:iam::1:role/copy",
        "_canary/");

    private static readonly BucketState Bare = new(BucketVersioning.Off, null, [], []);

    private static Dictionary<string, BucketState> Only(string bucket, BucketState state) => new Dictionary<string, BucketState> { [bucket] = state };

    /// <summary>What a store is like that took every change.</summary>
    private static BucketState After(BucketState before, IEnumerable<StorageChange> changes) => changes.Aggregate(before, static (state, change) => change switch
    {
        StorageChange.EnableVersioning => state with { Versioning = BucketVersioning.Enabled },
        StorageChange.PutReplication put => state with { Role = put.Role, Replication = [.. state.Replication.Where(static r => !StorageRules.IsOurs(r.Id)), .. put.Rules] },
        StorageChange.PutLifecycle put => state with { Lifecycle = [.. state.Lifecycle.Where(static r => !StorageRules.IsOurs(r.Id)), .. put.Rules] },
        _ => state,
    });

    [Fact]
    public void Plan_BareBucket_IsVersionedBeforeItIsCopied()
    {
        var plan = StoragePlanner.Plan(Intent, Only("us", Bare));

        Assert.Collection(
            plan.Changes,
            static c => Assert.IsType<StorageChange.EnableVersioning>(c),
            static c => Assert.IsType<StorageChange.PutReplication>(c),
            static c => Assert.IsType<StorageChange.PutLifecycle>(c));
        Assert.Equal(["S-01", "S-02", "S-02", "S-05", "S-07", "S-07"], plan.Findings.Select(static f => f.Rule).Order(StringComparer.Ordinal));
        Assert.All(plan.Findings, static f => Assert.StartsWith("us: ", f.Sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("us")]
    [InlineData("eu")]
    [InlineData("ap")]
    public void Plan_WhatWasPlannedIsDone_IsEmpty(string bucket)
    {
        var after = After(Bare, StoragePlanner.Plan(Intent, Only(bucket, Bare)).Changes);

        var again = StoragePlanner.Plan(Intent, Only(bucket, after));

        Assert.Empty(again.Changes);
        Assert.Empty(again.Findings);
    }

    [Fact]
    public void Replication_SeveralDestinations_AreARuleEachWithAPriorityOfItsOwn()
    {
        var rules = StorageRules.Replication(Intent, "us", new HashSet<int> { 1 });

        Assert.Equal(["mahavishnu-to-ap", "mahavishnu-to-eu"], rules.Select(static r => r.Id));
        Assert.Equal([2, 3], rules.Select(static r => r.Priority ?? 0));
        Assert.All(rules, static r => Assert.Equal((15, true, true, "STANDARD", ""), (r.TimeMinutes, r.Metrics, r.DeleteMarkers, r.StorageClass, r.Prefix)));
    }

    [Fact]
    public void Replication_Prefixes_AreARuleEachAndTakeCanariesAlong()
    {
        var rules = StorageRules.Replication(Intent, "eu", new HashSet<int>());

        Assert.Equal(["_canary/", "files/", "logs/"], rules.Select(static r => r.Prefix));
        Assert.Equal(3, rules.Select(static r => r.Id).Distinct().Count());
        Assert.All(rules, static r => Assert.True(StorageRules.IsOurs(r.Id) && r.TimeMinutes is null && !r.Metrics));
    }

    [Fact]
    public void Plan_RulesOfOthers_AreShownAndKept()
    {
        var theirs = new ReplicationRule("backup", 7, true, "vault", "");
        var after = After(Bare with { Replication = [theirs] }, StoragePlanner.Plan(Intent, Only("us", Bare with { Replication = [theirs] })).Changes);

        var plan = StoragePlanner.Plan(Intent, Only("us", after));

        Assert.Contains(theirs, after.Replication);
        Assert.Empty(plan.Changes);
        Assert.Equal(["S-06"], plan.Findings.Select(static f => f.Rule));
        Assert.Equal(["us: replication rule 'backup' of others, to vault, is kept."], plan.Kept);
    }

    [Fact]
    public void Plan_OwnRuleChangedByHand_SaysWhat()
    {
        var done = After(Bare, StoragePlanner.Plan(Intent, Only("us", Bare)).Changes);
        var changed = done with { Replication = [done.Replication[0] with { Enabled = false }, done.Replication[1] with { TimeMinutes = null }] };

        var reasons = Assert.Single(StoragePlanner.Plan(Intent, Only("us", changed)).Changes).Reasons;

        Assert.Equal(
            [
                "us: rule 'mahavishnu-to-ap' differs: enabled is false, true is configured.",
                "us: rule 'mahavishnu-to-eu' differs: replication time in minutes is none, 15 is configured.",
            ],
            reasons.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Plan_NoLongerReplicated_RemovesOurRulesOnly()
    {
        var done = After(Bare with { Replication = [new("backup", 7, true, "vault", "")] }, StoragePlanner.Plan(Intent, Only("us", Bare)).Changes);

        var plan = StoragePlanner.Plan(Intent with { Replicates = false, Lifecycle = null }, Only("us", done));
        var after = After(done, plan.Changes);

        Assert.Contains(plan.Findings, static f => f.Rule == "S-04");
        Assert.Equal(["backup"], after.Replication.Select(static r => r.Id));
        Assert.Empty(after.Lifecycle);
        Assert.Equal(BucketVersioning.Enabled, after.Versioning);
    }

    [Fact]
    public void Plan_DeleteMarkersNotTold_AreTakenAsCopied()
    {
        var done = After(Bare, StoragePlanner.Plan(Intent, Only("us", Bare)).Changes);

        Assert.Empty(StoragePlanner.Plan(Intent, Only("us", done with { Replication = [.. done.Replication.Select(static r => r with { DeleteMarkers = null })] })).Changes);
        Assert.Single(StoragePlanner.Plan(Intent, Only("us", done with { Replication = [.. done.Replication.Select(static r => r with { DeleteMarkers = false })] })).Changes);
    }

    [Fact]
    public void Plan_BucketThatWasNotRead_IsNotSpokenOf() => Assert.Empty(StoragePlanner.Plan(Intent, new Dictionary<string, BucketState>()).Findings);
}
