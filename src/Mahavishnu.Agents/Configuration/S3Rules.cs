using System.Text.RegularExpressions;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of S3.</summary>
internal static partial class S3Rules
{
    private static readonly ConfigPath S3 = ConfigPath.Of("storage.s3");
    private static readonly ConfigPath Rules = S3.Key("replication").Key("rules");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        if (context.Options.Storage.S3 is not { } s3)
        {
            return;
        }

        CheckBuckets(context, s3);
        CheckStore(context, s3);
        foreach (var (index, rule) in s3.Replication.Rules.Index())
        {
            CheckRule(context, s3, rule, Rules.Item(index));
        }

        context.RequireDistinct(
            s3.Replication.Rules.SelectMany(static (r, i) => r.Destinations.Select((d, j) => ((string?)$"{r.Source} to {d}", Rules.Item(i).Key("destinations").Item(j)))),
            "each path once");
        if (s3.Lifecycle is { } lifecycle)
        {
            CheckLifecycle(context, lifecycle);
        }
    }

    private static void CheckBuckets(RuleContext context, S3StorageOptions s3)
    {
        var buckets = S3.Key("buckets");
        foreach (var (key, bucket) in s3.Buckets)
        {
            context.RequireRegion(buckets.Key(key).Key("region"), bucket.Region);
            if (!BucketName().IsMatch(bucket.Name))
            {
                context.Error(buckets.Key(key).Key("name"), $"is {Shown.Quoted(bucket.Name)}; expected the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens");
            }

            if (bucket.Endpoint is { PathAndQuery: not "/" })
            {
                context.Error(buckets.Key(key).Key("endpoint"), "has a path; expected the base URL of the store, such as https://s3.example:9000");
            }
        }

        context.RequireDistinct(s3.Buckets.Select(b => ((string?)b.Value.Name, buckets.Key(b.Key).Key("name"))), "a name that no other bucket has");
    }

    private static void CheckStore(RuleContext context, S3StorageOptions s3)
    {
        if (s3.AccessKey is null != s3.SecretKey is null)
        {
            context.Error(S3.Key(s3.AccessKey is null ? "secret_key" : "access_key"), "stands alone; expected access_key and secret_key, or neither of them");
        }

        if (s3.Canary.Prefix.StartsWith('/') || !s3.Canary.Prefix.EndsWith('/'))
        {
            context.Error(S3.Key("canary").Key("prefix"), $"is {Shown.Quoted(s3.Canary.Prefix)}; expected one that ends in / and does not begin with it, such as _canary/");
        }

        if (s3.Canary.Timeout < s3.Canary.Interval || s3.Canary.Timeout < s3.Canary.Poll)
        {
            context.Error(S3.Key("canary").Key("timeout"), "is less than interval or poll of canaries; expected more, or none is ever seen in time");
        }

        if (s3.Role is null && s3.Replication is { Enabled: true, Rules.Count: > 0 } && s3.Buckets.Values.Any(static b => b.Endpoint is null))
        {
            context.Warning(S3.Key("replication"), "has rules for buckets of AWS, which takes none without a role; expected storage.s3.role, unless the buckets have one already");
        }
    }

    private static void CheckRule(RuleContext context, S3StorageOptions s3, S3ReplicationRuleOptions rule, ConfigPath path)
    {
        var source = Bucket(context, s3, rule.Source, path.Key("source"));
        if (rule.Destinations.Count == 0)
        {
            context.Error(path.Key("destinations"), "is an empty list; expected the name of at least one bucket");
        }

        if (rule.ReplicationTime is { } time && time != TimeSpan.FromMinutes(15))
        {
            context.Error(path.Key("replication_time"), $"is {Core.Configuration.DurationText.Format(time)}; expected 15m, the only time that S3 promises, or no such key");
        }

        foreach (var (index, prefix) in rule.Prefixes.Index().Where(static p => p.Item.StartsWith('/')))
        {
            context.Error(path.Key("prefixes").Item(index), $"is {Shown.Quoted(prefix)}; expected one without / at its beginning, which keys do not have");
        }

        foreach (var (index, name) in rule.Destinations.Index())
        {
            var at = path.Key("destinations").Item(index);
            if (name == rule.Source)
            {
                context.Error(at, $"is {Shown.Quoted(name)}, which is the source as well; expected another bucket");
            }
            else if (Bucket(context, s3, name, at) is { } destination && source is not null)
            {
                CheckPath(context, s3, (source, destination), rule, at);
            }
        }
    }

    private static void CheckPath(RuleContext context, S3StorageOptions s3, (S3BucketOptions Source, S3BucketOptions Destination) ends, S3ReplicationRuleOptions rule, ConfigPath path)
    {
        var (from, to) = (ends.Source.Region, ends.Destination.Region);
        if (IsChina(from) != IsChina(to))
        {
            context.Error(path, $"copies {from} to {to}, which are in different partitions of AWS; expected both in China or neither, for S3 copies nothing between them");
        }
        else if (s3.Replication.Enabled && rule.Prefixes.Count == 0 && from != to && context.Options.ResidencyObjection(from, to) is { } objection)
        {
            context.Warning(path, $"copies every object of {from} to {to}: {objection}; expected prefixes on the rule that keep that class out of the copy, or another region");
        }
    }

    private static S3BucketOptions? Bucket(RuleContext context, S3StorageOptions s3, string name, ConfigPath path)
    {
        if (s3.Buckets.Values.FirstOrDefault(b => b.Name == name) is { } bucket)
        {
            return bucket;
        }

        var known = s3.Buckets.Values.Select(static b => b.Name).Order(StringComparer.Ordinal).ToList();
        context.Error(path, $"is {Shown.Quoted(name)}, which is no bucket of storage.s3.buckets; expected one of {(known.Count == 0 ? "none" : Shown.Listed(known))}{Shown.DidYouMean(name, known)}");
        return null;
    }

    private static void CheckLifecycle(RuleContext context, S3LifecycleOptions lifecycle)
    {
        const int BetweenClasses = 30; // S3 keeps objects so many days in STANDARD_IA before it moves them on.
        var path = S3.Key("lifecycle");
        if (lifecycle is { TransitionToIaDays: { } ia, TransitionToGlacierDays: { } glacier } && glacier < ia + BetweenClasses)
        {
            context.Error(path.Key("transition_to_glacier_days"), $"is {glacier}; expected at least 30 more than transition_to_ia_days, which is {ia}");
        }

        var last = Math.Max(lifecycle.TransitionToIaDays ?? 0, lifecycle.TransitionToGlacierDays ?? 0);
        if (lifecycle.ExpirationDays is { } end && end <= last)
        {
            context.Error(path.Key("expiration_days"), $"is {end}; expected more than the days of the last transition, {last}");
        }
    }

    private static bool IsChina(RegionId region) => region.Value?.StartsWith("cn-", StringComparison.Ordinal) == true;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();
}
