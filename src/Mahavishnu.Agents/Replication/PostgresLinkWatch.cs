using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Looks at the exchange of this region's server with the others that write, and does the two things there that cannot wait for a
/// saga: it keeps the application out while the journal says that the region was failed over, and drops a slot that nobody uses
/// before the log that it keeps fills the disk.
/// </summary>
internal sealed partial class PostgresLinkWatch : StoreWatch
{
    /// <summary>The name under which it is shown.</summary>
    public const string Name = "postgresql_links";

    private static readonly StoreGauge Running = new("postgresql_link_running", "1 while this region's subscription to another runs, 0 while it does not.", "link", "source");
    private static readonly StoreGauge Down = new("postgresql_link_down_seconds", "How long a subscription has not run; 0 while it does.", "link", "source");
    private static readonly StoreGauge Dropped = new("postgresql_slots_dropped_total", "Slots that this process has dropped because of what they kept.");

    private readonly PostgresMaster _own;
    private readonly IReadOnlyDictionary<RegionId, string> _others;
    private readonly TimeSpan _timeout;
    private readonly long? _slotLimit;
    private readonly TimeSpan _slotIdle;
    private readonly Func<JournalRecord?> _record;
    private readonly AuditLog _audit;
    private readonly ILogger<PostgresLinkWatch> _logger;
    private readonly Dictionary<string, TimeSpan> _downSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _idleSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _dropped = new(StringComparer.Ordinal);
    private Seen _seen = new(null, null, "not asked yet", [], []);
    private string? _guardTold;
    private long _drops;

    /// <summary>Prepares the loop.</summary>
    /// <param name="own">This region's server, with connections of its own.</param>
    /// <param name="others">The nodes of the other regions that write.</param>
    /// <param name="interval">How often it is looked.</param>
    /// <param name="timeout">For one request.</param>
    /// <param name="slotLimitBytes">How much an idle slot may keep; null when it is not limited.</param>
    /// <param name="slotIdle">For how long nobody may have streamed from it; a receiver that starts again is not idle.</param>
    /// <param name="record">The newest record of the journal that this agent knows.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="audit">Where what it does is kept.</param>
    /// <param name="logger">Where it is told.</param>
    public PostgresLinkWatch(
        PostgresMaster own, IReadOnlyDictionary<RegionId, string> others, TimeSpan interval, TimeSpan timeout, long? slotLimitBytes, TimeSpan slotIdle, Func<JournalRecord?> record, AgentClock clock, AuditLog audit, ILogger<PostgresLinkWatch> logger)
        : base(Name, interval, clock, logger) =>
        (_own, _others, _timeout, _slotLimit, _slotIdle, _record, _audit, _logger) = (own, others, timeout, slotLimitBytes, slotIdle, record, audit, logger);

    /// <inheritdoc />
    public override StoreView View()
    {
        var seen = Volatile.Read(ref _seen);
        return new StoreView(Store, Clock.Now - seen.At, seen.Problem, Document(seen.Reading))
        {
            Findings = seen.Findings,
            Values = [Dropped.Of(Interlocked.Read(ref _drops)), .. seen.Values],
        };
    }

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        var (reading, problem) = await _own.ReadAsync(_timeout, cancellationToken);
        if (reading is null)
        {
            Volatile.Write(ref _seen, new Seen(at, null, problem, [], []));
            return;
        }

        var record = _record();
        await GuardAsync(record, reading, cancellationToken);
        await DropAsync(at, reading, cancellationToken);
        var down = Follow(at, reading);
        var fenced = _others.Where(o => MultiMasterFence.Reason(record, o.Key) is not null).Select(static o => o.Value).ToHashSet();
        var findings = PostgresLinkHealth.Findings(reading, _own.Name, [.. _others.Values], fenced, down, _slotLimit);
        Volatile.Write(ref _seen, new Seen(at, reading, null, [.. _dropped.Select(static d => Fallen(d.Key, d.Value)), .. findings], Values(reading, down)));
    }

    private static StoreFinding Fallen(string slot, long kept) => new("L-10", FindingSeverity.Critical, FormattableString.Invariant(
        $"{slot}: the slot was dropped, since it kept {kept} bytes of log and nobody took them; whoever held it must be copied anew, and its subscription made again"));

    private static object Document(PostgresLinkReading? reading) => new
    {
        node = reading?.Node,
        written = reading?.Written.ToString(),
        fenced = reading?.Fence?.Fenced,
        links = reading?.Links.Select(static l => new { kind = l.Kind, name = l.Name, provider = l.Provider, slot = l.Slot, enabled = l.Enabled, status = l.Status, applied = l.Applied?.ToString(), pendingBytes = l.PendingBytes }),
        slots = reading?.Slots.Select(static s => new { name = s.Name, active = s.Active, retainedBytes = s.RetainedBytes, confirmed = s.Confirmed?.ToString(), lost = s.Lost }),
    };

    /// <summary>Since when each subscription that should run does not.</summary>
    private Dictionary<string, TimeSpan> Follow(TimeSpan at, PostgresLinkReading reading)
    {
        foreach (var link in reading.Links)
        {
            if (link.Running || !link.Enabled)
            {
                _downSince.Remove(link.Name);
            }
            else
            {
                _downSince.TryAdd(link.Name, at);
            }
        }

        return reading.Links.Where(l => _downSince.ContainsKey(l.Name)).ToDictionary(static l => l.Name, l => at - _downSince[l.Name]);
    }

    private List<StoreValue> Values(PostgresLinkReading reading, Dictionary<string, TimeSpan> down) =>
    [
        .. from link in reading.Links
           from other in _others
           where link.IsFrom(other.Value)
           from value in new[] { Running.Of(link.Running ? 1 : 0, link.Name, other.Key.Value), Down.Of(down.GetValueOrDefault(link.Name).TotalSeconds, link.Name, other.Key.Value) }
           select value,
    ];

    /// <summary>Enforces a fence that no leader could set while this server was away.</summary>
    private async Task GuardAsync(JournalRecord? record, PostgresLinkReading reading, CancellationToken cancellationToken)
    {
        // An agent that has seen an old record only has an old token, which the server refuses.
        if (reading.Fence is not { Fenced: false } || MultiMasterFence.Reason(record, _own.Region) is not { } reason)
        {
            _guardTold = null;
            return;
        }

        var answer = await _own.Node.FenceAsync(MultiMasterFence.TokenOf(record!), _timeout, cancellationToken);
        var outcome = answer.Problem ?? "done";
        if (outcome != _guardTold)
        {
            _guardTold = outcome;
            LogFenced(reason, outcome);
            _audit.Write("agent", "database.fence", "postgresql", answer.Problem is null ? "done" : "failed", new { region = _own.Region.Value, reason, outcome });
        }
    }

    private async Task DropAsync(TimeSpan at, PostgresLinkReading reading, CancellationToken cancellationToken)
    {
        var idle = reading.Slots.Where(static s => s is { Active: false, Lost: false }).ToList();
        foreach (var gone in _idleSince.Keys.Where(k => idle.TrueForAll(s => s.Name != k)).ToList())
        {
            _idleSince.Remove(gone);
        }

        foreach (var made in reading.Slots.Where(s => _dropped.ContainsKey(s.Name)))
        {
            _dropped.Remove(made.Name); // Whoever held it was copied anew.
        }

        foreach (var slot in idle)
        {
            _idleSince.TryAdd(slot.Name, at);
            if (slot.RetainedBytes > _slotLimit && at - _idleSince[slot.Name] >= _slotIdle && await _own.Links.DropIdleSlotAsync(slot.Name, _slotLimit!.Value, _timeout, cancellationToken) is DataAnswer<long>.Ok { Value: var kept })
            {
                _dropped[slot.Name] = kept;
                Interlocked.Increment(ref _drops);
                LogDropped(slot.Name, kept);
                _audit.Write("agent", "database.slot.drop", slot.Name, "done", new { region = _own.Region.Value, keptBytes = kept, limitBytes = _slotLimit, consequence = "whoever held it must be copied anew" });
            }
        }
    }

    [LoggerMessage(1651, LogLevel.Warning, "PostgreSQL of this region is fenced, because {Reason}: {Outcome}")]
    private partial void LogFenced(string reason, string outcome);

    [LoggerMessage(1652, LogLevel.Error, "Slot {Slot} was dropped, since it kept {Bytes} bytes of log and nobody took them: whoever held it must be copied anew")]
    private partial void LogDropped(string slot, long bytes);

    /// <summary>What was last seen.</summary>
    private sealed record Seen(TimeSpan? At, PostgresLinkReading? Reading, string? Problem, IReadOnlyList<StoreFinding> Findings, IReadOnlyList<StoreValue> Values);
}
