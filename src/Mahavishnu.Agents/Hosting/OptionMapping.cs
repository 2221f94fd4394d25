using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Registration;
using Mahavishnu.Agents.Voting;
using ConsulClient = Mahavishnu.Agents.Adapters.Consul.ConsulClient;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Turns the bound configuration into what each part of the agent is made from.</summary>
internal static class OptionMapping
{
    /// <summary>A client of a store, with connections of its own.</summary>
    /// <exception cref="InvalidOperationException">The store's token cannot be read.</exception>
    public static ConsulClient ToClient(this StoreAddress store, LeadershipTiming timing, TimeProvider time)
    {
        var token = store.Token is null ? null : Reveal.Required(store.Token, $"regions.{store.Region}.consul_token");
        return new ConsulClient(
            new Adapters.Consul.ConsulOptions { Address = store.Url, Datacenter = store.Datacenter, Token = token is null ? null : () => token, CaFile = store.CaFile, ConnectTimeout = timing.RequestTimeout },
            time);
    }

    /// <summary>Every check of every region, and the dependencies of the agent's own.</summary>
    public static IReadOnlyList<CheckDefinition> ToChecks(this AgentOptions options, TimeProvider time)
    {
        var regional = options.HealthChecks.Regional;
        var checks = !regional.Enabled ? [] : options.Regions
            .Where(static r => r.Value.Endpoint is not null)
            .SelectMany(r => regional.Endpoints.Select(e => Check(r.Key, e.CheckName, Probe(r.Value.Endpoint!, e, regional, time), e.Weight, e.Critical)));
        var dependencies = options.HealthChecks.Dependencies.Where(static d => d.CanBeChecked)
            .Select(d => Check(options.Region, d.Service, ProbeFactory.Create(Dependency(d.Endpoint, regional.Timeout), time), 1, critical: false));
        return [.. checks, .. dependencies];

        CheckDefinition Check(RegionId region, string name, IProbe probe, double weight, bool critical) =>
            new(region, name, probe, weight, critical, regional.Interval, regional.FailureThreshold, regional.SuccessThreshold);
    }

    /// <summary>What the votes rest on.</summary>
    public static VoteSettings ToVoteSettings(this AgentOptions options, LeadershipTiming timing) => new()
    {
        Agent = options.AgentName,
        Region = options.Region,
        Address = options.Agent.AdvertisedUrl.ToString().TrimEnd('/'),
        Prefix = options.SplitBrainPrevention.Consul.ControlPrefix,
        Observers = options.SplitBrainPrevention.Quorum.Regions,
        Regions = [.. options.Regions.Keys],
        Interval = options.HealthChecks.Regional.Interval,
        RequestTimeout = timing.RequestTimeout,
    };

    /// <summary>As what the agent stands in its region's Consul.</summary>
    public static RegistrationSettings ToRegistrationSettings(this AgentOptions options) => new()
    {
        Agent = options.AgentName,
        Region = options.Region,
        Advertised = options.Agent.AdvertisedUrl,
        ProbeInterval = options.HealthChecks.Regional.Interval,
    };

    /// <summary>What decisions and sagas rest on.</summary>
    public static FailoverSettings ToFailoverSettings(this AgentOptions options, LeadershipTiming timing) => new()
    {
        Region = options.Region,
        Regions = options.Regions.ToDictionary(static r => r.Key, static r => Facts(r.Key, r.Value)),
        Observers = options.SplitBrainPrevention.Quorum.Regions,
        Residency = options.ToResidency(),
        Thresholds = new DecisionThresholds(options.Failover.Thresholds.Immediate, options.Failover.Thresholds.Graceful, options.Failover.Thresholds.Target, options.Failover.Cooldown)
        {
            Settle = options.HealthChecks.Regional.Interval,
            LossLimit = options.LossStores().Count > 0 && !options.Failover.AcceptDataLoss ? options.Failover.MaxDataLoss : null,
        },
        Stores = options.LossStores(),
        Saga = options.ToSagaSettings(timing),
        Timing = timing,
        Automatic = options.Failover.Automatic,
        AutoFailback = options.Failback is { Enabled: true, AutoFailback: true },
        FailbackWindow = options.Failback.HealthCheckDuration,
        Interval = timing.HeartbeatInterval / 5,
    };

    /// <summary>Where each class of data may lie.</summary>
    public static ResidencyCatalogue ToResidency(this AgentOptions options) =>
        new(options.DataClasses.ToDictionary(static c => c.Key, static c => c.Value.Anywhere == true ? null : c.Value.MayMove ?? new Dictionary<string, IReadOnlyList<string>>()));

    /// <summary>A region as decisions see it.</summary>
    public static RegionFacts Facts(RegionId region, RegionOptions options) =>
        new(region, options.DataResidency, options.DataClasses, options.Capacity, options.Preference, options.Role == RegionRole.Primary);

    private static SagaSettings ToSagaSettings(this AgentOptions options, LeadershipTiming timing)
    {
        var usual = new SagaSettings();
        var steps = options.Failback.Steps;
        return usual with
        {
            StepDeadline = options.Failover.StepDeadline,
            RetryInterval = timing.HeartbeatInterval,
            Watch = options.Failover.Watch,
            TargetScore = options.Failover.Thresholds.Target,
            FailingScore = options.Failover.Thresholds.Graceful,
            FailbackScore = steps.FirstOrDefault(static s => s is { Type: FailbackStepType.HealthCheck, Threshold: not null })?.Threshold ?? usual.FailbackScore,
            FinalScore = steps.LastOrDefault(static s => s is { Type: FailbackStepType.HealthCheck, Threshold: not null })?.Threshold ?? usual.FinalScore,
            FailbackDrain = steps.FirstOrDefault(static s => s.Type == FailbackStepType.DrainTraffic)?.Duration ?? usual.FailbackDrain,

            // Steps of stores that are not configured are skipped, and never intended.
            NothingConfigured = [.. SagaTable.Rows.Where(static r => r.Work == StepWork.Data).Select(static r => r.Step).Except(options.DataSteps())],
        };
    }

    /// <summary>The health of a cluster of OpenSearch is in the body: one that is red answers 200 all the same.</summary>
    private static ProbeOptions Dependency(Uri endpoint, TimeSpan timeout) =>
        new(endpoint, timeout) { BodyProblem = endpoint.Scheme is "http" or "https" && endpoint.AbsolutePath.StartsWith("/_cluster/health", StringComparison.Ordinal) ? OpenSearchHealth.Problem : null };

    private static IProbe Probe(Uri endpoint, EndpointCheckOptions check, RegionalCheckOptions regional, TimeProvider time)
    {
        var tcp = check.Type == CheckType.Tcp || endpoint.Scheme == "tcp";
        var url = tcp ? new Uri(FormattableString.Invariant($"tcp://{endpoint.Host}:{endpoint.Port}")) : new Uri(endpoint.ToString().TrimEnd('/') + check.Path);
        return ProbeFactory.Create(
            new ProbeOptions(url, regional.Timeout) { ExpectedStatus = check.ExpectedStatus, ExpectedBody = check.ExpectedBody, ExpectedHeaders = check.ExpectedHeaders },
            time);
    }

    /// <summary>Why what a region holds may not be copied to another; null when it may, or when what it holds is not configured.</summary>
    public static string? ResidencyObjection(this AgentOptions options, RegionId from, RegionId to)
    {
        if (options.Regions.GetValueOrDefault(from) is not { DataClasses: not null } source || options.Regions.GetValueOrDefault(to) is not { } target)
        {
            return null; // What is missing is reported where it is missing.
        }

        var answer = options.ToResidency().MayMove(Facts(from, source), Facts(to, target));
        return answer.Lawful ? null : answer.Reason;
    }
}
