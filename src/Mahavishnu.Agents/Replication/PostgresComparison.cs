using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Proves that two servers hold the same in every replicated table, by row counts and checksums, while one of them is written to. It
/// may take long, so it runs beside the saga, which asks from time to time.
/// </summary>
/// <param name="timeout">For one table.</param>
/// <param name="clock">The clock.</param>
internal sealed class PostgresComparison(TimeSpan timeout, AgentClock clock) : IAsyncDisposable
{
    /// <summary>Ranges of keys that are proven one by one: more than there are changes under way at one moment.</summary>
    private const int Buckets = 4096;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly CancellationTokenSource _end = new();
    private (string Plan, Task<(EffectResult Result, string Detail)> Work)? _running;
    private string _doing = "";

    /// <summary>How far the comparison of a plan has come; begins it when it does not run. Done and Refused are told once: asked again, it begins anew.</summary>
    public (EffectResult Result, string Detail) Look(string plan, PostgresMaster home, PostgresMaster serving)
    {
        if (_running is { } old && old.Plan == plan)
        {
            if (!old.Work.IsCompleted)
            {
                return (EffectResult.Unknown, $"{home.Region} is compared with {serving.Region}: {Volatile.Read(ref _doing)}");
            }

            _running = null;
            return old.Work.GetAwaiter().GetResult();
        }

        if (_running is { Work.IsCompleted: false })
        {
            return (EffectResult.Unknown, "the comparison for an earlier plan still runs");
        }

        Volatile.Write(ref _doing, "it begins");
        _running = (plan, Task.Run(() => CompareAsync(home, serving, _end.Token)));
        return (EffectResult.Unknown, $"{home.Region} is compared with {serving.Region}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await (_running?.Work ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task<(EffectResult, string)> CompareAsync(PostgresMaster home, PostgresMaster serving, CancellationToken cancellationToken)
    {
        var listed = await Task.WhenAll(home.Links.TablesAsync(timeout, cancellationToken), serving.Links.TablesAsync(timeout, cancellationToken));
        if (listed is not [DataAnswer<IReadOnlyList<PostgresTable>>.Ok { Value: var here }, DataAnswer<IReadOnlyList<PostgresTable>>.Ok { Value: var there }])
        {
            return (EffectResult.Unknown, listed.First(static l => l.Problem is not null).Problem!);
        }

        if (here.Except(there).Concat(there.Except(here)).ToList() is [_, ..] single)
        {
            return (EffectResult.Refused, $"{string.Join(", ", single)} is replicated by one of {home.Region} and {serving.Region} and not by the other; add it to both publications or replication sets");
        }

        var details = new List<string>();
        foreach (var table in there)
        {
            var (result, detail) = await CompareAsync(table, home, serving, cancellationToken);
            if (result != EffectResult.Done)
            {
                return (result, detail);
            }

            details.Add(detail);
        }

        return (EffectResult.Done, there.Count == 0 ? "no table is replicated" : string.Join("; ", details));
    }

    private async Task<(EffectResult, string)> CompareAsync(PostgresTable table, PostgresMaster home, PostgresMaster serving, CancellationToken cancellationToken)
    {
        var comparison = new TableComparison(table.ToString());
        var until = clock.Now + timeout;
        while (true)
        {
            Volatile.Write(ref _doing, comparison.Detail);
            var read = await Task.WhenAll(home.Links.DigestAsync(table, Buckets, timeout, cancellationToken), serving.Links.DigestAsync(table, Buckets, timeout, cancellationToken));
            if (read is not [DataAnswer<IReadOnlyDictionary<int, BucketDigest>>.Ok { Value: var here }, DataAnswer<IReadOnlyDictionary<int, BucketDigest>>.Ok { Value: var there }])
            {
                var failed = read.First(static r => r.Problem is not null);
                return (failed is DataAnswer<IReadOnlyDictionary<int, BucketDigest>>.Refused ? EffectResult.Refused : EffectResult.Unknown, failed.Problem!);
            }

            comparison.Look(here, there);
            if (comparison.Proven || clock.Now >= until)
            {
                return comparison.Proven ? (EffectResult.Done, comparison.Detail) : (EffectResult.Refused, $"{comparison.Detail} in {home.Region} and {serving.Region}: compare them and make them the same; the failback goes on by itself");
            }

            await Task.Delay(Pause, clock.Time, cancellationToken);
        }
    }
}
