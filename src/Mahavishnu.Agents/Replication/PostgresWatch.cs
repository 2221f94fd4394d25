using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Once in each interval reads the region's own server, writes its heartbeat if it is a primary, and judges how far it is
/// behind every other region by the heartbeats that have arrived in it.
/// </summary>
internal sealed partial class PostgresWatch : StoreWatch
{
    /// <summary>The store's name in votes, metrics and claims.</summary>
    public const string Name = StoreNames.Postgresql;

    private static readonly StoreGauge LagBytes = new("replication_lag_bytes", "Log that this region's server has written and a follower is not known to have replayed, by the follower's name.", "store", "follower");
    private static readonly StoreGauge Writable = new("database_writable", "1 while this region's server is a primary that lets the application in. Absent while it does not answer.", "store");
    private static readonly StoreGauge SlotRetained = new("postgresql_slot_retained_bytes", "Log that a replication slot of this region's server keeps.", "slot", "wal_status");
    private static readonly StoreGauge ApplyErrors = new("postgresql_subscription_apply_errors", "Changes of another region that could not be applied, conflicts among them, since the server's counters were reset. Absent before PostgreSQL 15, and for pglogical.", "subscription");

    private static readonly StoreGauge DiskUsed = new("postgresql_disk_used_ratio", "Database and log of this region's server against its configured capacity. Absent without one, or when the server does not tell.");

    private readonly RegionId _region;
    private readonly PostgresqlOptions _options;
    private readonly PostgresNode _node;
    private readonly string _process;
    private readonly Func<string, PeerClock?> _clockOf;
    private readonly ILogger<PostgresWatch> _logger;
    private readonly TimeSpan _freshness;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<RegionId, HeartbeatTrack> _tracks = [];
    private readonly RateEstimator _written = new(TimeSpan.FromMinutes(5));
    private Seen _seen = new(null, null, "not asked yet", [], null);
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
    public PostgresWatch(RegionId region, PostgresqlOptions options, PostgresNode node, string process, Func<string, PeerClock?> clockOf, AgentClock clock, TimeSpan freshness, ILogger<PostgresWatch> logger)
        : base(Name, options.Interval, clock, logger) =>
        (_region, _options, _node, _process, _clockOf, _freshness, _logger) = (region, options, node, process, clockOf, freshness, logger);

    /// <summary>What the server said last; null while it does not answer.</summary>
    public PostgresReading? Reading => Volatile.Read(ref _seen).Reading;

    /// <summary>What is not as it should be with its following.</summary>
    public Func<IEnumerable<StoreFinding>> Following { get; set; } = static () => [];

    /// <summary>Whether heartbeats may be written into a primary.</summary>
    public Func<bool> MayBeat { get; set; } = static () => true;

    /// <inheritdoc />
    public override StoreView View()
    {
        var seen = Volatile.Read(ref _seen);
        return new StoreView(Store, Clock.Now - seen.At, seen.Problem, PostgresDocument.Of(seen.Reading))
        {
            Lag = Lag(),
            Position = seen.Reading is { InRecovery: true } standby ? PositionOf(standby) : null,
            Windows = seen.Windows,
            Findings = [.. Findings(seen)],
            Values = seen.Reading is { } server ? Values(server) : [],
        };
    }

    /// <summary>What a standby has received it applies before it is promoted.</summary>
    private static long? PositionOf(PostgresReading standby) =>
        new[] { standby.Received, standby.Replayed }.Max(static l => l?.Value) is { } value and <= long.MaxValue ? (long)value : null;

    /// <summary>The lag behind each other region whose heartbeat has arrived here.</summary>
    private Dictionary<RegionId, LagReading> Lag()
    {
        lock (_gate)
        {
            return _tracks.ToDictionary(static t => t.Key, t => t.Value.Judge(Clock.Now));
        }
    }

    private long? Capacity => _options.PrimaryRegions.FirstOrDefault(s => s.Region == _region)?.CapacityGb is { } gigabytes ? (long)(gigabytes * 1e9) : null;

    private double? Used(PostgresReading? server) => server is null ? null : DiskFill.Share(server.DatabaseBytes, server.WalBytes, Capacity);

    private IEnumerable<StoreFinding> Findings(Seen seen)
    {
        if (seen.Beats is not null)
        {
            yield return new StoreFinding("P-01", FindingSeverity.Critical, $"heartbeat: could not be written: {seen.Beats}");
        }

        if (DiskFill.Finding("P-05", Used(seen.Reading), Capacity) is { } full)
        {
            yield return full;
        }

        foreach (var finding in Following())
        {
            yield return finding;
        }
    }

    private List<StoreValue> Values(PostgresReading server) =>
    [
        Writable.Of(server is { InRecovery: false, Fence: null or { Fenced: false } } ? 1 : 0, Name),
        .. server.Senders.Where(static s => s.BytesBehind is not null).Select(static s => LagBytes.Of(s.BytesBehind!.Value, Name, s.Name)),
        .. server.Slots.Where(static s => s.RetainedBytes is not null).Select(static s => SlotRetained.Of(s.RetainedBytes!.Value, s.Name, s.WalStatus ?? "unknown")),
        .. Used(server) is { } used ? new[] { DiskUsed.Of(used) } : [],
        .. server.Subscriptions.Where(static s => s.ApplyErrors is not null).Select(static s => ApplyErrors.Of(s.ApplyErrors!.Value, s.Name)),
    ];

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        var answer = await _node.ReadAsync(_options.Timeout, cancellationToken);
        var reading = (answer as DataAnswer<PostgresReading>.Ok)?.Value;
        if (reading is not null)
        {
            Follow(at, reading);
        }

        var beats = reading is { InRecovery: false, Fence: not null } && MayBeat() ? await BeatAsync(cancellationToken) : null;
        var seen = new Seen(at, reading, answer.Problem, reading is null ? [] : Windows(at, reading), beats);
        if (Told(seen) != Told(_seen))
        {
            LogSeen(Told(seen));
        }

        Volatile.Write(ref _seen, seen);
    }

    private static string Told(Seen seen) => seen.Problem ?? seen.Beats ?? (seen.Reading switch
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

        return [.. reading.Slots.Select(s => TimeToIrrecoverable.ForPostgresSlot(s.Name, s.Active, s.WalStatus, s.SafeWalSize, s.RetainedBytes ?? 0, _written.BytesPerSecond(at)) with { Target = TargetOf(s.Name) })];
    }

    /// <summary>A standby's slot has its region's name, with the dashes that a slot's name may not have replaced.</summary>
    private RegionId? TargetOf(string slot) =>
        _options.PrimaryRegions.Where(s => s.Region != _region && s.Region.Value.Replace('-', '_') == slot).Select(static s => (RegionId?)s.Region).FirstOrDefault();

    private async Task<string?> BeatAsync(CancellationToken cancellationToken)
    {
        // Stamped before it is sent: what was acknowledged before the stamp lies before the heartbeat in the log.
        var beat = new PostgresBeat(_process, ++_sequence, Clock.Wall);
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

    /// <summary>What the server was last seen to be.</summary>
    /// <param name="At">When the read began, on the monotonic clock; null before the first.</param>
    /// <param name="Reading">What it said; null while it does not answer.</param>
    /// <param name="Problem">Why not; null when it did.</param>
    /// <param name="Windows">How long each replication slot can still be served.</param>
    /// <param name="Beats">Why the last heartbeat could not be written; null when it was, or when the server is a standby.</param>
    private sealed record Seen(TimeSpan? At, PostgresReading? Reading, string? Problem, IReadOnlyList<RecoveryWindow> Windows, string? Beats);
}
