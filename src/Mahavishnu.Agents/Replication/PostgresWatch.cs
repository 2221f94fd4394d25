using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>What the region's own server of PostgreSQL was last seen to be.</summary>
/// <param name="At">When the read began, on the monotonic clock; null before the first.</param>
/// <param name="Reading">What it said; null while it does not answer.</param>
/// <param name="Problem">Why not; null when it did.</param>
/// <param name="Windows">How long each replication slot can still be served.</param>
/// <param name="Beats">Why the last heartbeat could not be written; null when it was, or when the server is a standby.</param>
internal sealed record PostgresSeen(TimeSpan? At, PostgresReading? Reading, string? Problem, IReadOnlyList<RecoveryWindow> Windows, string? Beats);

/// <summary>
/// Once in each interval reads the region's own server, writes its heartbeat if it is a primary, and judges how far it is
/// behind every other region by the heartbeats that have arrived in it.
/// </summary>
internal sealed partial class PostgresWatch : BackgroundService
{
    /// <summary>The store's name in votes, metrics and claims.</summary>
    public const string Store = "postgresql";

    private readonly RegionId _region;
    private readonly PostgresqlOptions _options;
    private readonly PostgresNode _node;
    private readonly string _process;
    private readonly Func<string, PeerClock?> _clockOf;
    private readonly AgentClock _clock;
    private readonly ILogger<PostgresWatch> _logger;
    private readonly TimeSpan _freshness;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<RegionId, HeartbeatTrack> _tracks = [];
    private PostgresSeen _seen = new(null, null, "not asked yet", [], null);
    private readonly RateEstimator _written = new(TimeSpan.FromMinutes(5));
    private readonly WindowAlarm _alarm;
    private long _sequence;

    /// <summary>Prepares the loop.</summary>
    /// <param name="region">The region of the server, and of this agent.</param>
    /// <param name="options">The intervals.</param>
    /// <param name="node">The server, with connections of its own.</param>
    /// <param name="process">This process, as its votes name it.</param>
    /// <param name="clockOf">The clock of a process.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="freshness">How long a reading counts.</param>
    /// <param name="logger">Where changes are told.</param>
    public PostgresWatch(RegionId region, PostgresqlOptions options, PostgresNode node, string process, Func<string, PeerClock?> clockOf, AgentClock clock, TimeSpan freshness, ILogger<PostgresWatch> logger) =>
        (_region, _options, _node, _process, _clockOf, _clock, _freshness, _logger, _alarm) = (region, options, node, process, clockOf, clock, freshness, logger, new WindowAlarm(logger));

    /// <summary>Whether heartbeats may be written into a primary.</summary>
    public Func<bool> MayBeat { get; set; } = static () => true;

    /// <summary>What was last seen.</summary>
    public PostgresSeen Seen => Volatile.Read(ref _seen);

    /// <summary>The lag behind each other region whose heartbeat has arrived here.</summary>
    public IReadOnlyDictionary<RegionId, LagReading> Lag()
    {
        lock (_gate)
        {
            return _tracks.ToDictionary(static t => t.Key, t => t.Value.Judge(_clock.Now));
        }
    }

    /// <summary>What the vote says of it.</summary>
    public IReadOnlyList<LagVote> Votes() =>
        [.. Lag().Where(static l => l.Value.AtMost is not null).OrderBy(static l => l.Key).Select(static l => new LagVote(Store, l.Key, l.Value.AtMost!.Value, l.Value.Age))];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.Interval, _clock.Time);
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
        var answer = await _node.ReadAsync(_options.Timeout, cancellationToken);
        var reading = (answer as DataAnswer<PostgresReading>.Ok)?.Value;
        if (reading is not null)
        {
            Follow(at, reading);
        }

        var beats = reading is { InRecovery: false, Fence: not null } && MayBeat() ? await BeatAsync(cancellationToken) : null;
        var seen = new PostgresSeen(at, reading, answer.Problem, reading is null ? [] : Windows(at, reading), beats);
        _alarm.Look(seen.Windows);
        if (Told(seen) != Told(_seen))
        {
            LogSeen(Told(seen));
        }

        Volatile.Write(ref _seen, seen);
    }

    private static string Told(PostgresSeen seen) => seen.Problem ?? seen.Beats ?? (seen.Reading switch
    {
        { Fence: null } => "it answers, but the schema mahavishnu is not installed: run `mahavishnu-agent postgres install`",
        { InRecovery: true } => "it is a standby",
        { Fence.Fenced: true } => "it is a primary, and fenced",
        _ => "it is a primary, and open",
    });

    private List<RecoveryWindow> Windows(TimeSpan at, PostgresReading reading)
    {
        if (reading.Written is { } written)
        {
            _written.Observe(at, (long)written.Value);
        }

        return [.. reading.Slots.Select(s => TimeToIrrecoverable.ForPostgresSlot(s.Name, s.Active, s.WalStatus, s.SafeWalSize, s.RetainedBytes ?? 0, _written.BytesPerSecond(at)))];
    }

    private async Task<string?> BeatAsync(CancellationToken cancellationToken)
    {
        // Stamped before it is sent: what was acknowledged before the stamp lies before the heartbeat in the log.
        var beat = new PostgresBeat(_process, ++_sequence, _clock.Wall);
        return (await _node.BeatAsync(beat, _options.Timeout, cancellationToken)).Problem;
    }

    private void Follow(TimeSpan at, PostgresReading reading)
    {
        lock (_gate)
        {
            foreach (var heartbeat in reading.Heartbeats.Where(h => h.Region != _region))
            {
                if (!_tracks.TryGetValue(heartbeat.Region, out var track))
                {
                    _tracks[heartbeat.Region] = track = new HeartbeatTrack(_options.Interval, _freshness);
                }

                track.Observe(at, new StoredHeartbeat(heartbeat.Process, heartbeat.Sequence, heartbeat.Stamp), _clockOf(heartbeat.Process));
            }
        }
    }

    [LoggerMessage(1601, LogLevel.Information, "PostgreSQL of this region: {Seen}")]
    private partial void LogSeen(string seen);
}
