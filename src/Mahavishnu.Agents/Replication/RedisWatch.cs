using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Looks at the region's own Redis once in each interval, and holds it against what is configured. Open-source Redis replicates
/// nothing between regions, so there is no lag to measure: what other regions need travels over Kafka.
/// </summary>
internal sealed class RedisWatch(RedisNode node, RedisExpectation expected, TimeSpan interval, TimeSpan timeout, AgentClock clock, ILogger<RedisWatch> logger)
    : StoreWatch(StoreNames.Redis, interval, clock, logger)
{
    private readonly Dictionary<string, RateEstimator> _rates = new(StringComparer.Ordinal);
    private Seen _seen = new(null, null, [], "not asked yet");

    /// <inheritdoc />
    public override StoreView View()
    {
        var seen = Volatile.Read(ref _seen);
        return new StoreView(Store, Clock.Now - seen.At, seen.Problem, new
        {
            mode = seen.Reading?.Mode.ToString(),
            version = seen.Reading?.Version,
            servers = seen.Reading?.Servers.Select(static s => new { endpoint = s.Endpoint, role = s.Role.ToString(), usedBytes = s.Memory.UsedBytes, evictedKeys = s.EvictedKeys }),
        })
        {
            Windows = seen.Windows,
            Findings = seen.Reading is null ? [] : RedisHealth.Findings(seen.Reading, expected),
        };
    }

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        var answer = await node.ReadAsync(timeout, cancellationToken);
        var reading = (answer as DataAnswer<RedisReading>.Ok)?.Value;
        List<RecoveryWindow> windows = reading is null ? [] : [.. reading.Servers.Where(static s => s.Master is not null).SelectMany(s => Windows(at, s))];
        Volatile.Write(ref _seen, new Seen(at, reading, windows, answer.Problem));
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

    private sealed record Seen(TimeSpan? At, RedisReading? Reading, IReadOnlyList<RecoveryWindow> Windows, string? Problem);
}
