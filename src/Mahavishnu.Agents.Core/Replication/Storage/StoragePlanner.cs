using static Mahavishnu.Agents.Core.Replication.FindingSeverity;

namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>Holds buckets against what is configured.</summary>
public static class StoragePlanner
{
    /// <summary>What differs.</summary>
    /// <param name="intent">What is wanted.</param>
    /// <param name="states">What each bucket says of itself; a bucket that does not stand here was not asked, and nothing is said of it.</param>
    public static StoragePlan Plan(StorageIntent intent, IReadOnlyDictionary<string, BucketState> states)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(states);
        var asked = intent.Buckets.Where(b => states.ContainsKey(b.Name)).Select(b => (b.Name, State: states[b.Name])).ToList();
        var versioning = asked.Select(b => Versioning(intent, b.Name, b.State)).ToList();
        var replication = asked.Select(b => Replication(intent, b.Name, b.State)).ToList();
        var lifecycle = asked.Select(b => Lifecycle(intent, b.Name, b.State)).ToList();
        var all = versioning.Concat(replication).Concat(lifecycle).ToList();
        return new StoragePlan(
            [.. all.Select(static p => p.Change).OfType<StorageChange>()],
            [.. all.SelectMany(static p => p.Findings).OrderByDescending(static f => f.Severity)],
            [.. asked.SelectMany(static b => Kept(b.Name, b.State))]);
    }

    private static Part Versioning(StorageIntent intent, string bucket, BucketState state)
    {
        if (!intent.NeedsVersions(bucket) || state.Versioning == BucketVersioning.Enabled)
        {
            return new Part(null, []);
        }

        var sentence = $"{bucket}: versioning is {state.Versioning.ToString().ToLowerInvariant()}; enabled is needed, or nothing is copied from it or to it.";
        return new Part(new StorageChange.EnableVersioning(bucket, [sentence]), [new StoreFinding("S-01", Critical, sentence)]);
    }

    private static Part Replication(StorageIntent intent, string bucket, BucketState state)
    {
        var taken = state.Replication.Where(static r => !StorageRules.IsOurs(r.Id)).Select(static r => r.Priority ?? 0).ToHashSet();
        var wanted = StorageRules.Replication(intent, bucket, taken);
        var found = StorageDifference.OfReplication(bucket, wanted, [.. state.Replication.Where(static r => StorageRules.IsOurs(r.Id))]).ToList();
        if (wanted.Count > 0 && intent.Role is { } role && role != state.Role)
        {
            found.Add(new StoreFinding("S-05", Warning, $"{bucket}: copies as {state.Role ?? "no role"}; {role} is configured."));
        }

        var change = found.Count == 0 ? null
            : new StorageChange.PutReplication(bucket, [.. found.Select(static f => f.Sentence)], intent.Role ?? state.Role ?? "", wanted);
        return new Part(change, [.. found, .. state.Replication.Where(r => r.Enabled && IsStray(intent, bucket, r)).Select(r => Stray(bucket, r))]);
    }

    private static Part Lifecycle(StorageIntent intent, string bucket, BucketState state)
    {
        var wanted = StorageRules.Lifecycle(intent, bucket);
        var found = StorageDifference.OfLifecycle(bucket, wanted, [.. state.Lifecycle.Where(static r => StorageRules.IsOurs(r.Id))]).ToList();
        return new Part(found.Count == 0 ? null : new StorageChange.PutLifecycle(bucket, [.. found.Select(static f => f.Sentence)], wanted), found);
    }

    /// <summary>A rule of others that copies to where nothing is configured to go: nobody has held it against residency.</summary>
    private static bool IsStray(StorageIntent intent, string bucket, ReplicationRule rule) =>
        !StorageRules.IsOurs(rule.Id) && !intent.Paths.Any(p => intent.Replicates && p.Source == bucket && p.Destination == rule.Destination);

    private static StoreFinding Stray(string bucket, ReplicationRule rule) =>
        new("S-06", Warning, $"{bucket}: rule '{rule.Id}', which the agent did not make, copies it to {rule.Destination}, which is not configured; configure the path, so that it is held against residency, or remove the rule.");

    private static IEnumerable<string> Kept(string bucket, BucketState state) =>
    [
        .. state.Replication.Where(static r => !StorageRules.IsOurs(r.Id)).Select(r => $"{bucket}: replication rule '{r.Id}' of others, to {r.Destination}, is kept."),
        .. state.Lifecycle.Where(static r => !StorageRules.IsOurs(r.Id)).Select(r => $"{bucket}: lifecycle rule '{r.Id}' of others, for '{r.Prefix}', is kept."),
    ];

    private sealed record Part(StorageChange? Change, IReadOnlyList<StoreFinding> Findings);
}
