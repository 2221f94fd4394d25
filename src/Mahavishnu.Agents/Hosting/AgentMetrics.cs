using System.Reflection;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Replication;
using Prometheus;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Everything that <c>/metrics</c> shows. Names and labels are listed in the README.</summary>
internal sealed class AgentMetrics
{
    public const string Prefix = "mahavishnu_agent_";
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
    private readonly Counter _jobs;
    private readonly Histogram _jobDuration;
    private readonly StoreMetrics _stores;

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
        _jobs = Counter("job_runs_total", "Runs of scheduled jobs by outcome.", "job", "outcome");
        _jobDuration = _factory.CreateHistogram(
            Prefix + "job_duration_seconds", "Time that a run of a scheduled job took.", ["job"], new HistogramConfiguration { Buckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60] });
        _stores = new StoreMetrics(_factory);
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

    /// <summary>What is known of this region's stores of data.</summary>
    public void Show(RegionId own, IReadOnlyList<StoreView> stores) => _stores.Show(own, stores);

    /// <summary>A step of a saga has ended.</summary>
    public void StepFinished(SagaStep step, TimeSpan duration) => _stepDuration.WithLabels(step.ToString()).Observe(duration.TotalSeconds);

    /// <summary>A saga has ended.</summary>
    public void SagaEnded(JournalRecord record) =>
        _failovers.WithLabels(record.Source.Value, record.Target.Value, $"{record.Kind}_{record.Phase}".ToLowerInvariant()).Inc();

    /// <summary>A person was called.</summary>
    public void Paged() => _alerts.WithLabels("log", "sent").Inc();

    /// <summary>An input of a decision could not be recorded.</summary>
    public void FlightInputLost() => _flightLost.Inc();

    /// <summary>A run of a scheduled job has ended.</summary>
    public void JobEnded(string job, string outcome, TimeSpan duration)
    {
        _jobs.WithLabels(job, outcome).Inc();
        _jobDuration.WithLabels(job).Observe(duration.TotalSeconds);
    }

    private Gauge Gauge(string name, string help, params string[] labels) => _factory.CreateGauge(Prefix + name, help, labels);

    private Counter Counter(string name, string help, params string[] labels) => _factory.CreateCounter(Prefix + name, help, labels);
}
