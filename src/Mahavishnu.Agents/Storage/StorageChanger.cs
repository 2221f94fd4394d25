using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication.Storage;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Storage;

/// <summary>Reads how all buckets are set up, and makes them as they are configured.</summary>
/// <param name="intent">What is wanted.</param>
/// <param name="nodes">The clients of all buckets.</param>
/// <param name="timeout">How long one request may take.</param>
internal sealed class StorageChanger(StorageIntent intent, IReadOnlyDictionary<string, S3Node> nodes, TimeSpan timeout)
{
    /// <summary>How the buckets are, and why some could not be read.</summary>
    public async Task<StorageReading> ReadAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(intent.Buckets.Select(async b => (b.Name, Answer: await nodes[b.Name].ReadAsync(timeout, cancellationToken))));
        var states = answers.Where(static a => a.Answer is DataAnswer<BucketState>.Ok).ToDictionary(static a => a.Name, static a => ((DataAnswer<BucketState>.Ok)a.Answer).Value, StringComparer.Ordinal);
        return new StorageReading(states, StoragePlanner.Plan(intent, states), [.. answers.Select(static a => a.Answer.Problem).OfType<string>()]);
    }

    /// <summary>Makes every change of a plan, versions first: rules are put only when both ends of every path keep versions.</summary>
    /// <param name="before">The plan, and the buckets that it was made of.</param>
    /// <param name="audit">Told of every change.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public async Task<IReadOnlyList<StorageOutcome>> ApplyAsync(StorageReading before, AuditLog audit, CancellationToken cancellationToken)
    {
        var versioned = before.States.Where(static s => s.Value.Versioning == BucketVersioning.Enabled).Select(static s => s.Key).ToHashSet(StringComparer.Ordinal);
        var outcomes = new List<StorageOutcome>();
        foreach (var change in before.Plan.Changes)
        {
            var problem = await ApplyAsync(change, versioned, cancellationToken);
            if (problem is null && change is StorageChange.EnableVersioning)
            {
                versioned.Add(change.Bucket);
            }

            var what = NameOf(change);
            audit.Write("operator", $"storage.{what}", change.Bucket, problem is null ? "done" : "failed", new { reasons = change.Reasons, problem });
            outcomes.Add(new StorageOutcome(change.Bucket, what, problem));
        }

        return outcomes;
    }

    /// <summary>The change in a word.</summary>
    public static string NameOf(StorageChange change) => change switch
    {
        StorageChange.EnableVersioning => "versioning",
        StorageChange.PutReplication => "replication",
        _ => "lifecycle",
    };

    private async Task<string?> ApplyAsync(StorageChange change, HashSet<string> versioned, CancellationToken cancellationToken)
    {
        var node = nodes[change.Bucket];
        switch (change)
        {
            case StorageChange.EnableVersioning:
                var after = await node.EnableVersioningAsync(timeout, cancellationToken);
                return after is DataAnswer<BucketVersioning>.Ok { Value: not BucketVersioning.Enabled } ok ? $"{change.Bucket}: took it and still says that versioning is {ok.Value}." : after.Problem;
            case StorageChange.PutReplication put:
                var without = put.Rules.Select(static r => r.Destination).Append(put.Bucket).FirstOrDefault(b => put.Rules.Count > 0 && !versioned.Contains(b));
                return without is not null
                    ? $"{put.Bucket}: its rules wait until {without} is known to keep versions."
                    : (await node.PutReplicationAsync(put.Role, put.Rules, timeout, cancellationToken)).Problem;
            case StorageChange.PutLifecycle put:
                return (await node.PutLifecycleAsync(put.Rules, timeout, cancellationToken)).Problem;
            default:
                throw new InvalidOperationException($"{change} is no change that can be made.");
        }
    }
}

/// <summary>How buckets are.</summary>
/// <param name="States">Those that could be read.</param>
/// <param name="Plan">How they differ from what is configured.</param>
/// <param name="Problems">Why the others could not.</param>
internal sealed record StorageReading(IReadOnlyDictionary<string, BucketState> States, StoragePlan Plan, IReadOnlyList<string> Problems);

/// <summary>What became of a change.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Change">The change in a word.</param>
/// <param name="Problem">Why it was not made; null when it was.</param>
internal sealed record StorageOutcome(string Bucket, string Change, string? Problem);
