using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Storage;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Jobs;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Holds this region's buckets against the configuration, and follows what is copied into them by canaries that it writes into
/// their sources itself: both ends are seen with one clock.
/// </summary>
internal sealed class S3Watch : StoreWatch
{
    /// <summary>The job that writes canaries.</summary>
    public const string Job = "s3_canary";

    private static readonly StoreGauge Waits = new("s3_canary_waiting_seconds", "Age of the oldest canary that has not arrived in the copy. Absent when all have.", "source", "target");
    private static readonly StoreGauge Moving = new("s3_path_moving", "1 while canaries arrive in time and unchanged, 0 while they do not. Absent while unknown.", "source", "target");

    private readonly StorageIntent _intent;
    private readonly S3StorageOptions _options;
    private readonly IReadOnlyList<S3Node> _own;
    private readonly IReadOnlyList<CanaryPath> _paths;
    private readonly IntervalJob _job;
    private Seen _seen = new(null, new StoragePlan([], [], []), "not asked yet", []);
    private IReadOnlyList<StoreFinding> _silent = [];
    private IReadOnlyList<StoreFinding> _unsent = [];

    /// <summary>Prepares the loop.</summary>
    /// <param name="own">This region.</param>
    /// <param name="agent">This agent's name, which no other has.</param>
    /// <param name="intent">What is wanted of buckets.</param>
    /// <param name="nodes">The clients of all buckets.</param>
    /// <param name="options">How often, and how patiently.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ended">Told of each run of the job.</param>
    /// <param name="logger">Told of findings.</param>
    public S3Watch(
        RegionId own, string agent, StorageIntent intent, IReadOnlyDictionary<string, S3Node> nodes, S3StorageOptions options, AgentClock clock,
        Action<string, string, TimeSpan> ended, ILogger<S3Watch> logger)
        : base(StoreNames.S3, options.Canary.Poll, clock, logger)
    {
        (_intent, _options) = (intent, options);
        _own = [.. intent.Buckets.Where(b => b.Region == own).Select(b => nodes[b.Name])];
        _paths =
        [
            .. intent.Paths.Where(_ => intent.Replicates)
                .Select(p => (Source: intent.Buckets.Single(b => b.Name == p.Source), Destination: intent.Buckets.Single(b => b.Name == p.Destination)))
                .Where(p => p.Destination.Region == own && p.Source.Region != own)
                .Select(p => new CanaryPath(
                    p.Source, p.Destination, (nodes[p.Source.Name], nodes[p.Destination.Name]), new CanaryTrack(options.Canary.Timeout),
                    $"{intent.CanaryPrefix}{p.Source.Region}/{agent}/{p.Destination.Name}/", options.Timeout, clock)),
        ];
        _job = new IntervalJob(Job, SendAsync, clock, ended);
    }

    /// <inheritdoc />
    public override StoreView View()
    {
        var seen = Volatile.Read(ref _seen);
        var judged = _paths.Select(static p => (Path: p, Reading: p.Judge())).ToList();
        return new StoreView(Store, Clock.Now - seen.At, seen.Problem, new
        {
            buckets = _own.Select(static n => n.Bucket),
            changes = seen.Plan.Changes.SelectMany(static c => c.Reasons),
            kept = seen.Plan.Kept,
            paths = judged.Select(static j => new { source = j.Path.Source.Name, target = j.Path.Destination.Name, state = j.Reading.State.ToString(), reason = j.Reading.Reason, waitingSeconds = j.Reading.Waits?.TotalSeconds }),
        })
        {
            Lag = judged.GroupBy(static j => j.Path.Source.Region).ToDictionary(static g => g.Key, static g => g.Select(static j => j.Reading.Lag).MaxBy(static l => l.AtMost ?? TimeSpan.MaxValue)!),
            Findings =
            [
                .. seen.Plan.Findings.Concat(seen.Silent).Concat(Volatile.Read(ref _silent)).Concat(Volatile.Read(ref _unsent))
                    .Concat(judged.Select(static j => j.Reading.Finding(j.Path.Link)).OfType<StoreFinding>()).OrderByDescending(static f => f.Severity),
            ],
            Values =
            [
                .. judged.Where(static j => j.Reading.Waits is not null).Select(static j => Waits.Of(j.Reading.Waits!.Value.TotalSeconds, j.Path.Source.Name, j.Path.Destination.Name)),
                .. judged.Where(static j => j.Reading.State != CanaryState.Unknown).Select(static j => Moving.Of(j.Reading.State == CanaryState.Moving ? 1 : 0, j.Path.Source.Name, j.Path.Destination.Name)),
            ],
        };
    }

    /// <summary>Writes a canary for each path into this region; false when any could not be written.</summary>
    internal async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(_paths.Select(async p => (Path: p, Problem: await p.SendAsync(cancellationToken))));
        Volatile.Write(ref _unsent, Silent("no canary can be written", answers));
        return _unsent.Count == 0;
    }

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var canaries = LookForCanariesAsync(cancellationToken);
        if (_seen.At is not { } at || Clock.Now - at >= _options.Interval || _seen.Problem is not null)
        {
            await ReadAsync(cancellationToken);
        }

        await canaries;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var schedule = _paths.Count > 0 ? await IntervalSchedule.StartAsync(_job, _options.Canary.Interval, Clock.Time, stoppingToken) : null;
        await base.ExecuteAsync(stoppingToken);
    }

    private async Task LookForCanariesAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(_paths.Select(async p => (Path: p, Problem: await p.LookAsync(cancellationToken))));
        Volatile.Write(ref _silent, Silent("canaries cannot be looked for", answers));
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        var answers = await Task.WhenAll(_own.Select(async n => (n.Bucket, Answer: await n.ReadAsync(_options.Timeout, cancellationToken))));
        var states = answers.Where(static a => a.Answer is DataAnswer<BucketState>.Ok).ToDictionary(static a => a.Bucket, static a => ((DataAnswer<BucketState>.Ok)a.Answer).Value, StringComparer.Ordinal);
        var silent = answers.Where(static a => a.Answer.Problem is not null).ToList();
        var problem = silent.Count > 0 && states.Count == 0 ? string.Join(" ", silent.Select(static a => a.Answer.Problem)) : null;
        Volatile.Write(ref _seen, new Seen(
            at, StoragePlanner.Plan(_intent, states), problem,
            problem is null ? [.. silent.Select(static a => new StoreFinding("S-13", FindingSeverity.Critical, $"{a.Bucket}: is not known: {a.Answer.Problem}"))] : []));
    }

    private static IReadOnlyList<StoreFinding> Silent(string what, IEnumerable<(CanaryPath Path, string? Problem)> answers) =>
        [.. answers.Where(static a => a.Problem is not null).Select(a => new StoreFinding("S-14", FindingSeverity.Warning, $"{a.Path.Link}: {what}: {a.Problem}"))];

    private sealed record Seen(TimeSpan? At, StoragePlan Plan, string? Problem, IReadOnlyList<StoreFinding> Silent);
}
