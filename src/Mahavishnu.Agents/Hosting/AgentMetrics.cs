using System.Reflection;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Replication;
using Prometheus;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Everything that <c>/metrics</c> shows. Names and labels are listed in the README.</summary>
internal sealed class AgentMetrics
{
    private const string Prefix = "mahavishnu_agent_";
    private readonly MetricFactory _factory;
    private readonly Gauge _regionScore;
    private readonly Gauge _regionCondition;
    private readonly Gauge _advisory;
    private readonly Gauge _checkUp;
    private readonly Histogram _checkDuration;
    private readonly Counter _probes;
    private readonly Gauge _leader;
    private readonly Gauge _epoch;
    private readonly Gauge _lease;
    private readonly Counter _failovers;
    private readonly Histogram _stepDuration;
    private readonly Counter _audit;
    private readonly Counter _alerts;
    private readonly Counter _flightLost;
    private readonly Gauge _lag;
    private readonly Gauge _lagAge;
    private readonly Gauge _lagKnown;
    private readonly Gauge _lagBytes;
    private readonly Gauge _databaseOpen;
    private readonly Gauge _slotRetained;
    private readonly Gauge _timeLeft;
    private readonly Gauge _linkLost;
    private readonly Gauge _redisUp;
    private readonly Gauge _redisFindings;

    /// <summary>Registers every metric; series with known labels start at 0.</summary>
    public AgentMetrics()
    {
        Registry = Metrics.NewCustomRegistry();
        _factory = Metrics.WithCustomRegistry(Registry);
        _regionScore = Gauge("region_health_score", "Agreed score of the region, 0 to 1: a majority of observers says that it is at most this. Absent while unknown.", "region");
        _regionCondition = Gauge("region_condition", "1 for the agreed condition of the region, 0 for the others.", "region", "condition");
        _advisory = Gauge("region_advisory", "1 while only a minority of observers sees the region down.", "region");
        _checkUp = Gauge("check_up", "1 while the check passes as this observer sees it.", "region", "check");
        _checkDuration = _factory.CreateHistogram(
            Prefix + "check_duration_seconds", "Time that a probe took.", ["region", "check"], new HistogramConfiguration { Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });
        _probes = Counter("probes_total", "Probes by outcome.", "region", "check", "outcome");
        _leader = Gauge("leader", "1 while this agent leads, by its region.", "region");
        _epoch = Gauge("leadership_epoch", "Fencing epoch of this agent's term; 0 while it has none.");
        _lease = Gauge("lease_remaining_seconds", "How long this agent's lease lasts unless it is proved again; 0 while it does not lead.");
        _failovers = Counter("failovers_total", "Sagas that ended, by kind of end.", "source", "target", "outcome");
        _stepDuration = _factory.CreateHistogram(
            Prefix + "failover_step_duration_seconds", "Time that a step of a saga took.", ["step"], new HistogramConfiguration { Buckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] });
        _audit = Counter("audit_events_total", "Audit lines written.");
        _alerts = Counter("alerts_total", "Alerts by channel and outcome.", "channel", "outcome");
        _alerts.WithLabels("log", "sent").IncTo(0);
        _flightLost = Counter("flight_inputs_lost_total", "Inputs of decisions that could not be recorded.");
        _lag = Gauge("replication_lag_seconds", "What was written in the source longer ago than this is in the target: read end to end, with the error of the clocks. Absent while unknown.", "store", "source", "target");
        _lagAge = Gauge("replication_lag_age_seconds", "How long ago the target was read for its lag.", "store", "source", "target");
        _lagKnown = Gauge("replication_lag_known", "1 while the lag is known, 0 while it is not.", "store", "source", "target");
        _lagBytes = Gauge("replication_lag_bytes", "Log that this region's server has written and a follower is not known to have replayed, by the follower's name.", "store", "follower");
        _databaseOpen = Gauge("database_writable", "1 while this region's server is a primary that lets the application in. Absent while it does not answer.", "store");
        _slotRetained = Gauge("postgresql_slot_retained_bytes", "Log that a replication slot of this region's server keeps.", "slot", "wal_status");
        _timeLeft = Gauge("time_to_irrecoverable_seconds", "How long a link may stand still before its target needs a full copy. Absent without a limit, and while unknown.", "store", "link");
        _linkLost = Gauge("link_irrecoverable", "1 when a link's target needs a full copy.", "store", "link");
        _redisUp = Gauge("redis_up", "1 while a server of this region's Redis answers.");
        _redisFindings = Gauge("redis_findings", "What is not as configured at this region's Redis.", "severity");
        Gauge("build_info", "1, with the build as labels.", "version", "commit").WithLabels(Version, Commit).Set(1);
    }

    /// <summary>The version of this build.</summary>
    public static string Version { get; } = Build.Split('+')[0];

    /// <summary>The commit of this build, or <c>unknown</c>.</summary>
    public static string Commit { get; } = Build.Split('+') is [_, var commit, ..] ? commit : "unknown";

    /// <summary>What is scraped.</summary>
    public CollectorRegistry Registry { get; }

    /// <summary>Version and, where it is known, <c>+</c> and commit.</summary>
    public static string Build =>
        typeof(AgentMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>A probe has ended.</summary>
    public void Probed(CheckDefinition check, ProbeOutcome outcome)
    {
        _checkDuration.WithLabels(check.Region.Value, check.Name).Observe(outcome.Duration.TotalSeconds);
        _probes.WithLabels(check.Region.Value, check.Name, outcome.Answer.ToString().ToLowerInvariant()).Inc();
    }

    /// <summary>The observer's own checks, as they stand.</summary>
    public void Show(HealthSnapshot health)
    {
        foreach (var check in health.Checks)
        {
            _checkUp.WithLabels(check.Region.Value, check.Name).Set(check.State.Standing == CheckStanding.Passing ? 1 : 0);
        }
    }

    /// <summary>Leadership and the agreed view, as they stand.</summary>
    public void Show(RegionId own, Standing standing, TimeSpan lease, AgreedView view, long auditLines)
    {
        _leader.WithLabels(own.Value).Set(standing.Role == Role.Leader ? 1 : 0);
        _epoch.Set(standing.Epoch);
        _lease.Set(Math.Max(0, lease.TotalSeconds));
        _audit.IncTo(auditLines);
        foreach (var region in view.Regions.Values)
        {
            _advisory.WithLabels(region.Region.Value).Set(region.Advisory is null ? 0 : 1);
            foreach (var condition in Enum.GetValues<RegionCondition>())
            {
                _regionCondition.WithLabels(region.Region.Value, condition.ToString().ToLowerInvariant()).Set(region.Condition == condition ? 1 : 0);
            }

            if (region.AtMost is { } score)
            {
                _regionScore.WithLabels(region.Region.Value).Set(score);
            }
            else
            {
                _regionScore.RemoveLabelled(region.Region.Value);
            }
        }
    }

    /// <summary>What is known of the region's own server of PostgreSQL, and of its lag behind the others.</summary>
    public void Show(RegionId own, PostgresSeen seen, IReadOnlyDictionary<RegionId, LagReading> lag)
    {
        foreach (var (source, reading) in lag)
        {
            string[] labels = [PostgresWatch.Store, source.Value, own.Value];
            _lagAge.WithLabels(labels).Set(reading.Age.TotalSeconds);
            _lagKnown.WithLabels(labels).Set(reading.AtMost is null ? 0 : 1);
            if (reading.AtMost is { } atMost)
            {
                _lag.WithLabels(labels).Set(atMost.TotalSeconds);
            }
            else
            {
                _lag.RemoveLabelled(labels);
            }
        }

        foreach (var gauge in new[] { _lagBytes, _slotRetained, _databaseOpen })
        {
            foreach (var labels in gauge.GetAllLabelValues().ToList())
            {
                gauge.RemoveLabelled(labels); // Followers and slots come and go.
            }
        }

        if (seen.Reading is { } server)
        {
            _databaseOpen.WithLabels(PostgresWatch.Store).Set(server is { InRecovery: false, Fence: null or { Fenced: false } } ? 1 : 0);
            foreach (var follower in server.Senders.Where(static s => s.BytesBehind is not null))
            {
                _lagBytes.WithLabels(PostgresWatch.Store, follower.Name).Set(follower.BytesBehind!.Value);
            }

            foreach (var slot in server.Slots.Where(static s => s.RetainedBytes is not null))
            {
                _slotRetained.WithLabels(slot.Name, slot.WalStatus ?? "unknown").Set(slot.RetainedBytes!.Value);
            }
        }
    }

    /// <summary>How long the links of the region's stores can still catch up.</summary>
    public void Show(IReadOnlyCollection<RecoveryWindow> windows)
    {
        foreach (var gauge in new[] { _timeLeft, _linkLost })
        {
            foreach (var labels in gauge.GetAllLabelValues().ToList())
            {
                gauge.RemoveLabelled(labels);
            }
        }

        foreach (var window in windows)
        {
            _linkLost.WithLabels(window.Store, window.Link).Set(window.State == RecoveryState.Lost ? 1 : 0);
            if (window.Left is { } left)
            {
                _timeLeft.WithLabels(window.Store, window.Link).Set(left.TotalSeconds);
            }
        }
    }

    /// <summary>What is known of the region's Redis.</summary>
    public void Show(RedisSeen seen)
    {
        _redisUp.Set(seen.Reading is null ? 0 : 1);
        foreach (var severity in Enum.GetValues<RedisSeverity>())
        {
            _redisFindings.WithLabels(severity.ToString().ToLowerInvariant()).Set(seen.Findings.Count(f => f.Severity == severity));
        }
    }

    /// <summary>A step of a saga has ended.</summary>
    public void StepFinished(SagaStep step, TimeSpan duration) => _stepDuration.WithLabels(step.ToString()).Observe(duration.TotalSeconds);

    /// <summary>A saga has ended.</summary>
    public void SagaEnded(JournalRecord record) =>
        _failovers.WithLabels(record.Source.Value, record.Target.Value, $"{record.Kind}_{record.Phase}".ToLowerInvariant()).Inc();

    /// <summary>A person was called.</summary>
    public void Paged() => _alerts.WithLabels("log", "sent").Inc();

    /// <summary>An input of a decision could not be recorded.</summary>
    public void FlightInputLost() => _flightLost.Inc();

    private Gauge Gauge(string name, string help, params string[] labels) => _factory.CreateGauge(Prefix + name, help, labels);

    private Counter Counter(string name, string help, params string[] labels) => _factory.CreateCounter(Prefix + name, help, labels);
}
