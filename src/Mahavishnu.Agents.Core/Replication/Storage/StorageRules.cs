using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mahavishnu.Agents.Core.Replication.Storage;

/// <summary>The rules that a bucket should have. The same configuration always gives the same rules, ids and priorities.</summary>
public static class StorageRules
{
    /// <summary>What the id of every rule begins with that is ours.</summary>
    public const string Mark = "mahavishnu-";

    /// <summary>The only promise of time that S3 sells, in minutes.</summary>
    public const int TimeControlMinutes = 15;

    private const string Objects = Mark + "objects";
    private const string Canaries = Mark + "canaries";

    /// <summary>Whether a rule is ours.</summary>
    public static bool IsOurs(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.StartsWith(Mark, StringComparison.Ordinal);
    }

    /// <summary>The replication rules of a bucket: one for each destination, or for each prefix of it.</summary>
    /// <param name="intent">What is wanted.</param>
    /// <param name="bucket">The bucket that is copied.</param>
    /// <param name="taken">Priorities that rules of others have.</param>
    public static IReadOnlyList<ReplicationRule> Replication(StorageIntent intent, string bucket, IReadOnlySet<int> taken)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(taken);
        var free = Enumerable.Range(1, int.MaxValue - 1).Where(p => !taken.Contains(p));
        return
        [
            .. intent.Paths.Where(p => intent.Replicates && p.Source == bucket)
                .SelectMany(path => Prefixes(path, intent.CanaryPrefix).Select(prefix => (Path: path, Prefix: prefix)))
                .OrderBy(static r => r.Path.Destination, StringComparer.Ordinal).ThenBy(static r => r.Prefix, StringComparer.Ordinal)
                .Zip(free, static (rule, priority) => Rule(rule.Path, rule.Prefix, priority)),
        ];
    }

    /// <summary>The lifecycle rules of a bucket: one for its objects when that is configured, and one for canaries when it has any.</summary>
    public static IReadOnlyList<LifecycleRule> Lifecycle(StorageIntent intent, string bucket)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var rules = new List<LifecycleRule>();
        if (intent.Lifecycle is { } wanted)
        {
            rules.Add(new LifecycleRule(Objects, true, "")
            {
                Expiration = wanted.Expiration,
                Noncurrent = wanted.Noncurrent,
                AbandonedUploads = wanted.AbandonedUploads,
                Moves = [.. new[] { (wanted.ToInfrequentAccess, "STANDARD_IA"), (wanted.ToGlacier, "GLACIER") }
                    .Where(static m => m.Item1 is not null).Select(static m => new LifecycleMove(m.Item1!.Value, m.Item2))],
            });
        }

        if (intent.NeedsVersions(bucket))
        {
            rules.Add(new LifecycleRule(Canaries, true, intent.CanaryPrefix) { Expiration = 1, Noncurrent = 1, AbandonedUploads = 1 });
        }

        return rules;
    }

    /// <summary>The prefixes of a path that are within none of the others. Canaries hold nobody's data, and go every way.</summary>
    private static IEnumerable<string> Prefixes(StoragePath path, string canaries)
    {
        if (path.Prefixes.Count == 0)
        {
            return [""];
        }

        var all = path.Prefixes.Append(canaries).Distinct(StringComparer.Ordinal).ToList();
        return all.Where(p => !all.Exists(other => other != p && p.StartsWith(other, StringComparison.Ordinal)));
    }

    private static ReplicationRule Rule(StoragePath path, string prefix, int priority) =>
        new(IdOf(path.Destination, prefix), priority, true, path.Destination, prefix)
        {
            StorageClass = path.StorageClass,
            DeleteMarkers = true,
            TimeMinutes = path.TimeControl ? TimeControlMinutes : null,
            Metrics = path.TimeControl,
        };

    // A prefix may be longer than an id, and hold what an id may not.
    private static string IdOf(string destination, string prefix) => string.Create(CultureInfo.InvariantCulture,
        $"{Mark}to-{destination}{(prefix.Length == 0 ? "" : "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prefix)).AsSpan(0, 4)))}");
}
