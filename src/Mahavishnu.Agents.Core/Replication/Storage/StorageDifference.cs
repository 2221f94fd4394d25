using static Mahavishnu.Agents.Core.Replication.FindingSeverity;

namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>How rules differ from those that are wanted, each difference in a sentence that begins with the bucket.</summary>
internal static class StorageDifference
{
    /// <summary>Of the rules by which a bucket is copied.</summary>
    public static IEnumerable<StoreFinding> OfReplication(string bucket, IReadOnlyList<ReplicationRule> wanted, IReadOnlyList<ReplicationRule> present) =>
    [
        .. wanted.Select(rule => OfRule(bucket, rule, present.FirstOrDefault(p => p.Id == rule.Id))).OfType<StoreFinding>(),
        .. present.Where(p => wanted.All(w => w.Id != p.Id)).Select(rule => new StoreFinding(
            "S-04", Warning, $"{bucket}: rule '{rule.Id}' copies {What(rule.Prefix)} to {rule.Destination}, which is not configured any more.")),
    ];

    /// <summary>Of the rules by which objects move and end.</summary>
    public static IEnumerable<StoreFinding> OfLifecycle(string bucket, IReadOnlyList<LifecycleRule> wanted, IReadOnlyList<LifecycleRule> present) =>
    [
        .. wanted.Select(rule => OfRule(bucket, rule, present.FirstOrDefault(p => p.Id == rule.Id))).OfType<StoreFinding>(),
        .. present.Where(p => wanted.All(w => w.Id != p.Id)).Select(rule => new StoreFinding(
            "S-09", Warning, $"{bucket}: lifecycle rule '{rule.Id}' for {What(rule.Prefix)} is not configured any more.")),
    ];

    private static StoreFinding? OfRule(string bucket, ReplicationRule rule, ReplicationRule? found) =>
        found is null ? new StoreFinding("S-02", Critical, $"{bucket}: has no rule '{rule.Id}', so that {What(rule.Prefix)} is not copied to {rule.Destination}.")
        : Differences(rule, found).ToList() is { Count: > 0 } differences
            ? new StoreFinding("S-03", found.Enabled ? Warning : Critical, $"{bucket}: rule '{rule.Id}' differs: {string.Join("; ", differences)}.")
            : null;

    private static StoreFinding? OfRule(string bucket, LifecycleRule rule, LifecycleRule? found) =>
        found is null ? new StoreFinding("S-07", Warning, $"{bucket}: has no lifecycle rule '{rule.Id}' for {What(rule.Prefix)}.")
        : Differences(rule, found).ToList() is { Count: > 0 } differences
            ? new StoreFinding("S-08", Warning, $"{bucket}: lifecycle rule '{rule.Id}' differs: {string.Join("; ", differences)}.")
            : null;

    private static IEnumerable<string> Differences(ReplicationRule wanted, ReplicationRule found) => new[]
    {
        Difference("enabled", wanted.Enabled, found.Enabled),
        Difference("destination", wanted.Destination, found.Destination),
        Difference("prefix", wanted.Prefix, found.Prefix),
        Difference("priority", wanted.Priority, found.Priority),
        Difference("storage class", wanted.StorageClass, found.StorageClass),
        found.DeleteMarkers is null ? null : Difference("delete markers", wanted.DeleteMarkers, found.DeleteMarkers),
        Difference("replication time in minutes", wanted.TimeMinutes, found.TimeMinutes),
        wanted.Metrics ? Difference("metrics", true, found.Metrics) : null,
        Difference("by tag", wanted.ByTag, found.ByTag),
    }.OfType<string>();

    private static IEnumerable<string> Differences(LifecycleRule wanted, LifecycleRule found) => new[]
    {
        Difference("enabled", wanted.Enabled, found.Enabled),
        Difference("prefix", wanted.Prefix, found.Prefix),
        Difference("moves", Moves(wanted), Moves(found)),
        Difference("days to the end", wanted.Expiration, found.Expiration),
        Difference("days of replaced versions", wanted.Noncurrent, found.Noncurrent),
        Difference("days of abandoned uploads", wanted.AbandonedUploads, found.AbandonedUploads),
        Difference("by tag or size", wanted.Narrowed, found.Narrowed),
    }.OfType<string>();

    private static string? Difference<T>(string what, T wanted, T found) =>
        EqualityComparer<T>.Default.Equals(wanted, found) ? null : $"{what} is {Text(found)}, {Text(wanted)} is configured";

    private static string Text<T>(T value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        string text => $"'{text}'",
        _ => $"{value}",
    };

    private static string Moves(LifecycleRule rule) =>
        string.Join(", ", rule.Moves.OrderBy(static m => m.Days).Select(static m => $"{m.StorageClass} after {m.Days} d"));

    private static string What(string prefix) => prefix.Length == 0 ? "every object" : $"what begins with '{prefix}'";
}
