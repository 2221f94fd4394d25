using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Kafka;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Looks at the region's own cluster of Kafka: topics and brokers, the heartbeats of every region that have arrived in it, which
/// are the canaries of MirrorMaker's pipelines too, and how far consumer groups are.
/// </summary>
internal sealed class KafkaWatch : StoreWatch
{
    private static readonly TimeSpan TopicsEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GroupsEvery = TimeSpan.FromSeconds(5);
    private static readonly StoreGauge AckSeconds = new("kafka_ack_seconds", "How long the last heartbeat took until every copy in sync had it. Absent when it was not acknowledged.");
    private static readonly StoreGauge Lost = new("kafka_canary_lost", "Heartbeats of a region that never arrived here, by their numbers.", "source");
    private static readonly StoreGauge Duplicated = new("kafka_canary_duplicated", "Heartbeats of a region that arrived more than once.", "source");
    private static readonly StoreGauge MirrorAge = new("kafka_mirror_heartbeat_age_seconds", "Age of MirrorMaker's newest own heartbeat of a source, by clocks that are not compared. Absent when there is none.", "source");
    private static readonly StoreGauge GroupLag = new("kafka_consumer_lag", "Messages that a group has not taken. Absent while any partition is unknown.", "group", "topic");

    private readonly RegionId _region;
    private readonly KafkaMessagingOptions _options;
    private readonly KafkaNode _node;
    private readonly string _process;
    private readonly Func<string, PeerClock?> _clockOf;
    private readonly MirrorPolicy _policy;
    private readonly IReadOnlyList<WantedTopic> _wanted;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<RegionId, KafkaSource> _sources = [];
    private IReadOnlyList<KafkaGroupSeen> _groups = [];
    private KafkaReading? _reading;
    private TimeSpan? _topicsAt;
    private TimeSpan? _groupsAt;
    private Seen _seen = new(null, "not asked yet", null);
    private long _sequence;

    /// <summary>Prepares the loop.</summary>
    /// <param name="region">The region of the cluster, and of this agent.</param>
    /// <param name="options">What there should be.</param>
    /// <param name="node">The cluster.</param>
    /// <param name="process">This process, as its votes name it.</param>
    /// <param name="clockOf">The clock of a process.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="freshness">How long a reading counts.</param>
    /// <param name="logger">Where findings are told.</param>
    public KafkaWatch(RegionId region, KafkaMessagingOptions options, KafkaNode node, string process, Func<string, PeerClock?> clockOf, AgentClock clock, TimeSpan freshness, ILogger<KafkaWatch> logger)
        : base(StoreNames.Kafka, options.Interval, clock, logger)
    {
        (_region, _options, _node, _process, _clockOf) = (region, options, node, process, clockOf);
        (_policy, _wanted) = (new MirrorPolicy(options.MirrorMaker.Separator), options.ToTopics());
        foreach (var source in options.Regions.Where(_ => options.HeartbeatTopic is not null))
        {
            _sources[source] = new KafkaSource(new HeartbeatTrack(options.Interval, freshness));
        }
    }

    /// <inheritdoc />
    public override StoreView View()
    {
        lock (_gate)
        {
            var (seen, reading) = (_seen, _reading);
            var lag = _sources.Where(s => s.Key != _region).ToDictionary(static s => s.Key, s => s.Value.Track.Judge(Clock.Now));
            return new StoreView(Store, Clock.Now - seen.At, seen.Problem, new
            {
                brokers = reading?.Brokers,
                topics = reading?.Topics.Count,
                partitions = reading?.Topics.Sum(static t => t.Partitions.Count),
                heartbeat = seen.Beat?.Problem,
                groups = _groups.Select(static g => new { group = g.Group, topic = g.Topic, lag = g.Lag, problem = g.Problem }),
            })
            {
                Lag = lag,
                Windows = _options.MirrorMaker.Enabled ? [.. lag.SelectMany(l => Windows(l.Key, l.Value))] : [],
                Findings = [.. Findings(seen, reading).OrderByDescending(static f => f.Severity).ThenBy(static f => f.Rule, StringComparer.Ordinal)],
                Values = [.. Values(seen)],
            };
        }
    }

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        if (_topicsAt is not { } topicsAt || at - topicsAt >= TopicsEvery || _seen.Problem is not null)
        {
            var topics = await _node.ReadAsync(_options.Timeout, cancellationToken);
            (_reading, _topicsAt) = ((topics as DataAnswer<KafkaReading>.Ok)?.Value, at);
            if (topics.Problem is { } problem)
            {
                Volatile.Write(ref _seen, new Seen(at, problem, null));
                return;
            }
        }

        var names = _reading!.Topics.Select(static t => t.Name).ToHashSet(StringComparer.Ordinal);
        var beat = _options.HeartbeatTopic is { } topic && names.Contains(topic) ? await BeatAsync(topic, cancellationToken) : null;
        var followed = Followed().Where(f => names.Contains(f.Topic)).ToList();
        var read = Clock.Now;
        var tail = await _node.ReadTailAsync([.. followed.Select(static f => f.Topic)], _options.Timeout, cancellationToken);
        if (tail is DataAnswer<IReadOnlyList<KafkaMessage>>.Ok { Value: var messages })
        {
            Take(read, followed, messages);
        }

        if (_groupsAt is not { } groupsAt || at - groupsAt >= GroupsEvery)
        {
            (_groups, _groupsAt) = (await ReadGroupsAsync(cancellationToken), at);
        }

        Volatile.Write(ref _seen, new Seen(at, tail.Problem, beat));
    }

    private IEnumerable<(string Topic, RegionId Source, bool Mirror)> Followed() => _options.HeartbeatTopic is not { } topic ? [] :
        _options.Regions.SelectMany(r => r == _region
            ? new[] { (topic, r, false) }
            : [(_policy.Remote(r.Value, topic), r, false), (_policy.Remote(r.Value, "heartbeats"), r, true)]);

    private async Task<DataAnswer<TimeSpan>> BeatAsync(string topic, CancellationToken cancellationToken)
    {
        // Stamped before it is sent: what was acknowledged before the stamp lies before the heartbeat in the log.
        var beat = new StoredHeartbeat(_process, ++_sequence, Clock.Wall);
        return await _node.WriteAsync(topic, System.Text.Encoding.UTF8.GetBytes(_process), KafkaBeat.Write(beat), cancellationToken);
    }

    private void Take(TimeSpan at, IReadOnlyList<(string Topic, RegionId Source, bool Mirror)> followed, IReadOnlyList<KafkaMessage> messages)
    {
        var byTopic = messages.ToLookup(static m => m.Topic, StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var (topic, region, mirror) in followed)
            {
                _sources[region].Take(at, byTopic[topic], mirror, _clockOf);
            }
        }
    }

    private async Task<IReadOnlyList<KafkaGroupSeen>> ReadGroupsAsync(CancellationToken cancellationToken)
    {
        var wanted = _reading!.Topics.Where(t => _options.Topics.Any(w => w.Name == t.Name)).ToList();
        List<KafkaGroupSeen> seen = [];
        foreach (var group in _options.Groups.Where(_ => wanted.Count > 0))
        {
            var answer = await _node.ReadGroupAsync(group, wanted, _options.Timeout, cancellationToken);
            seen.AddRange(answer is DataAnswer<IReadOnlyList<KafkaGroupLag>>.Ok { Value: var lags }
                ? lags.GroupBy(static l => l.Topic).Select(g => new KafkaGroupSeen(group, g.Key, g.Any(static l => l.Lag is null) ? null : g.Sum(static l => l.Lag), g.Count(static l => l.Lag is null), null))
                : [new KafkaGroupSeen(group, "", null, 0, answer.Problem)]);
        }

        return seen;
    }

    private IEnumerable<RecoveryWindow> Windows(RegionId source, LagReading lag) => _options.MirrorMaker.Topics
        .Select(t => TimeToIrrecoverable.ForKafkaRetention($"{source} {t}", _wanted.FirstOrDefault(w => w.Name == t)?.Retention, lag.AtMost));

    private List<StoreFinding> Findings(Seen seen, KafkaReading? reading)
    {
        if (reading is null)
        {
            return [];
        }

        List<StoreFinding> findings = [.. KafkaHealth.Findings(reading.Brokers.Count, reading.Topics, _wanted)];
        if (seen.Beat?.Problem is { } problem)
        {
            findings.Add(new StoreFinding("K-10", FindingSeverity.Critical, $"heartbeat: could not be written: {problem}"));
        }
        else if (_options.HeartbeatTopic is { } topic && reading.Topics.All(t => t.Name != topic))
        {
            findings.Add(new StoreFinding("K-11", FindingSeverity.Critical, $"{topic}: does not exist, so that lag is not measured; `mahavishnu-agent messaging apply` makes it"));
        }

        findings.AddRange(_sources.Where(static s => s.Value.Numbers.Lost > 0).Select(static s => new StoreFinding("K-12", FindingSeverity.Critical, $"{s.Key}: {s.Value.Numbers.Lost} of its heartbeats never arrived here")));
        findings.AddRange(_sources.Where(static s => s.Value.Foreign is not null).Select(static s => new StoreFinding("K-13", FindingSeverity.Warning, $"{s.Key}: a record of MirrorMaker could not be read: {s.Value.Foreign}")));
        findings.AddRange(_groups.Where(static g => g.Problem is not null).Select(static g => new StoreFinding("K-14", FindingSeverity.Warning, $"{g.Group}: its lag is not known: {g.Problem}")));
        findings.AddRange(_groups.Where(static g => g.Unknown > 0).Select(static g => new StoreFinding("K-15", FindingSeverity.Warning, $"{g.Group} {g.Topic}: it has committed nothing in {g.Unknown} partitions")));
        return findings;
    }

    private IEnumerable<StoreValue> Values(Seen seen) =>
    [
        .. seen.Beat is DataAnswer<TimeSpan>.Ok acknowledged ? new[] { AckSeconds.Of(acknowledged.Value.TotalSeconds) } : [],
        .. _sources.Select(static s => Lost.Of(s.Value.Numbers.Lost, s.Key.Value)),
        .. _sources.Select(static s => Duplicated.Of(s.Value.Numbers.Duplicated, s.Key.Value)),
        .. _sources.Where(static s => s.Value.MirrorStamp is not null).Select(s => MirrorAge.Of((Clock.Wall - s.Value.MirrorStamp!.Value).TotalSeconds, s.Key.Value)),
        .. _groups.Where(static g => g.Lag is not null).Select(static g => GroupLag.Of(g.Lag!.Value, g.Group, g.Topic)),
    ];

    private sealed record Seen(TimeSpan? At, string? Problem, DataAnswer<TimeSpan>? Beat);

    private sealed record KafkaGroupSeen(string Group, string Topic, long? Lag, int Unknown, string? Problem);
}
