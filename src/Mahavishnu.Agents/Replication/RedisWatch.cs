using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>What the region's Redis was last seen to be.</summary>
/// <param name="At">When it was looked at, on the monotonic clock; null before the first time.</param>
/// <param name="Reading">What its servers said; null while none answers.</param>
/// <param name="Findings">What is not as configured, worst first.</param>
/// <param name="Windows">How long each replica may be cut off and go on from its master's backlog.</param>
/// <param name="Problem">Why there is no reading; null when there is.</param>
internal sealed record RedisSeen(TimeSpan? At, RedisReading? Reading, IReadOnlyList<RedisFinding> Findings, IReadOnlyList<RecoveryWindow> Windows, string? Problem);

/// <summary>
/// Looks at the region's own Redis once in each interval, and holds it against what is configured. Open-source Redis replicates
/// nothing between regions, so there is no lag to measure: what other regions need travels over Kafka.
/// </summary>
internal sealed partial class RedisWatch : BackgroundService
{
    private readonly RedisNode _node;
    private readonly RedisExpectation _expected;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _timeout;
    private readonly AgentClock _clock;
    private readonly ILogger<RedisWatch> _logger;
    private readonly Dictionary<string, RateEstimator> _rates = new(StringComparer.Ordinal);
    private readonly WindowAlarm _alarm;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private RedisSeen _seen = new(null, null, [], [], "not asked yet");

    /// <summary>Prepares the loop.</summary>
    public RedisWatch(RedisNode node, RedisExpectation expected, TimeSpan interval, TimeSpan timeout, AgentClock clock, ILogger<RedisWatch> logger) =>
        (_node, _expected, _interval, _timeout, _clock, _logger, _alarm) = (node, expected, interval, timeout, clock, logger, new WindowAlarm(logger));

    /// <summary>What was last seen.</summary>
    public RedisSeen Seen => Volatile.Read(ref _seen);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, _clock.Time);
        try
        {
            do
            {
                await RunOnceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    /// <summary>One look.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var at = _clock.Now;
        var answer = await _node.ReadAsync(_timeout, cancellationToken);
        var reading = (answer as DataAnswer<RedisReading>.Ok)?.Value;
        List<RedisFinding> findings = reading is null ? [] : [.. RedisHealth.Findings(reading, _expected).OrderByDescending(static f => f.Severity)];
        List<RecoveryWindow> windows = reading is null ? [] : [.. reading.Servers.Where(static s => s.Master is not null).SelectMany(s => Windows(at, s))];
        Volatile.Write(ref _seen, new RedisSeen(at, reading, findings, windows, answer.Problem));
        _alarm.Look(windows);
        Tell(answer.Problem, findings);
    }

    private IEnumerable<RecoveryWindow> Windows(TimeSpan at, RedisServerReading master)
    {
        if (!_rates.TryGetValue(master.Endpoint, out var rate))
        {
            _rates[master.Endpoint] = rate = new RateEstimator(TimeSpan.FromMinutes(5));
        }

        rate.Observe(at, master.OffsetBytes);
        return master.Master!.Replicas.Select(r => TimeToIrrecoverable.ForRedisBacklog(
            r.Endpoint, master.Master.Backlog.SizeBytes, master.Master.Backlog.HistoryBytes, r.BytesBehind ?? -1, rate.BytesPerSecond(at)));
    }

    /// <summary>A finding is told once when it comes, by its rule and server, and once when it is gone.</summary>
    private void Tell(string? problem, IReadOnlyList<RedisFinding> findings)
    {
        var now = findings.Select(static f => (Key: $"{f.Rule} {f.Sentence.Split(": ")[0]}", f.Sentence)).DistinctBy(static f => f.Key).ToDictionary(static f => f.Key, static f => f.Sentence);
        if (problem is not null)
        {
            now["silence"] = problem;
        }

        foreach (var (key, sentence) in now.Where(n => _told.Add(n.Key)))
        {
            LogFound(key, sentence);
        }

        foreach (var gone in _told.Where(t => !now.ContainsKey(t)).ToList())
        {
            _told.Remove(gone);
            LogGone(gone);
        }
    }

    [LoggerMessage(1621, LogLevel.Warning, "Redis of this region, {Finding}: {Sentence}")]
    private partial void LogFound(string finding, string sentence);

    [LoggerMessage(1622, LogLevel.Information, "Redis of this region, {Finding}: is over")]
    private partial void LogGone(string finding);
}
