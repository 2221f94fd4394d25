using System.Globalization;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Configuration;

/// <summary>
/// A file with sections of the configuration that make policy, to be laid over recorded settings: read, merged, bound and
/// checked as any other layer.
/// </summary>
internal sealed class PolicyFile
{
    private static readonly ConfigOrigin Recorded = new(ConfigLayer.Global, "the recorded settings");
    private readonly ConfigProblems _problems = new();
    private readonly ConfigMap? _content;

    /// <summary>Reads the file.</summary>
    public PolicyFile(string path)
    {
        var file = new ConfigFile(ConfigLayer.Region, path, []);
        _content = file.Read(_problems);
        if (_content is null && !_problems.HasErrors)
        {
            _problems.Error(file.Origin, "does not exist; expected a file with any of the sections regions, data_classes, failover, failback");
        }
    }

    /// <summary>The recorded settings with the policy over them; on failure they are null and the errors say what is wrong.</summary>
    public (FailoverSettings? Settings, IReadOnlyList<ConfigProblem> Errors) Over(FailoverSettings recorded)
    {
        if (_content is null || _problems.HasErrors || YamlReader.ReadText(Text(recorded).ToJsonString(), Recorded, ConfigPath.Root, _problems) is not ConfigMap below)
        {
            return (null, _problems.Of(ConfigSeverity.Error));
        }

        var problems = new ConfigProblems();
        var merged = below.With(_content);
        var policy = new OptionBinder(problems, TimingProfile.Default).Bind<PolicyOptions>(merged);
        var options = new AgentOptions
        {
            Region = recorded.Region,
            Regions = policy.Regions.ToDictionary(static r => r.Key, static r => Whole(r.Value)),
            DataClasses = policy.DataClasses,
            Failover = policy.Failover,
            Failback = policy.Failback,
        };
        var context = new RuleContext(recorded.Region, options, new ConfigTree(merged, []), problems);
        RegionRules.Check(context);
        FailoverRules.Check(context);
        RequireRecordedRegions(recorded, merged, problems);
        return problems.HasErrors ? (null, problems.Of(ConfigSeverity.Error)) : (With(recorded, options.ToFailoverSettings(recorded.Timing)), []);
    }

    /// <summary>What is no policy stays as it was recorded: who observes, the timing of leadership, the steps that exist.</summary>
    private static FailoverSettings With(FailoverSettings recorded, FailoverSettings policy) => policy with
    {
        Observers = recorded.Observers,
        Interval = recorded.Interval,
        Stores = recorded.Stores,
        Thresholds = policy.Thresholds with { Settle = recorded.Thresholds.Settle, LossLimit = recorded.Thresholds.LossLimit },
        Saga = policy.Saga with { RetryInterval = recorded.Saga.RetryInterval, ReturnShares = recorded.Saga.ReturnShares, NothingConfigured = recorded.Saga.NothingConfigured },
    };

    /// <summary>Nobody voted about a region that was not there.</summary>
    private static void RequireRecordedRegions(FailoverSettings recorded, ConfigMap merged, ConfigProblems problems)
    {
        var known = recorded.Regions.Keys.Order().Select(static r => r.Value).ToList();
        foreach (var entry in (merged.Find("regions")?.Value as ConfigMap)?.Entries.Where(e => !known.Contains(e.Key)) ?? [])
        {
            problems.Error(entry.KeyOrigin, ConfigPath.Of("regions").Key(entry.Key), $"is a region that the recorded settings do not have; expected one of {Shown.Listed(known)}{Shown.DidYouMean(entry.Key, known)}");
        }
    }

    private static RegionOptions Whole(PolicyRegionOptions region) =>
        new() { Role = region.Role, DataResidency = region.DataResidency, DataClasses = region.DataClasses, Capacity = region.Capacity, Preference = region.Preference };

    /// <summary>Recorded settings as the configuration would say them.</summary>
    private static JsonObject Text(FailoverSettings recorded) => new()
    {
        ["regions"] = new JsonObject(recorded.Regions.Select(static r => KeyValuePair.Create(r.Key.Value, (JsonNode?)Text(r.Value)))),
        ["data_classes"] = new JsonObject(recorded.Residency.Classes.Select(static c => KeyValuePair.Create(c.Key, (JsonNode?)Text(c.Value)))),
        ["failover"] = new JsonObject
        {
            ["thresholds"] = new JsonObject { ["immediate"] = recorded.Thresholds.Immediate, ["graceful"] = recorded.Thresholds.Graceful, ["target"] = recorded.Thresholds.Target },
            ["cooldown"] = Text(recorded.Thresholds.Cooldown),
            ["watch"] = Text(recorded.Saga.Watch),
            ["step_deadline"] = Text(recorded.Saga.StepDeadline),
            ["automatic"] = recorded.Automatic,
        },
        ["failback"] = new JsonObject
        {
            ["auto_failback"] = recorded.AutoFailback,
            ["health_check_duration"] = Text(recorded.FailbackWindow),
            ["steps"] = new JsonArray(
                new JsonObject { ["name"] = "begin", ["type"] = "health_check", ["target_region"] = FailbackStepOptions.OriginalRegion, ["threshold"] = recorded.Saga.FailbackScore },
                new JsonObject { ["name"] = "drain", ["type"] = "drain_traffic", ["region"] = FailbackStepOptions.FailoverRegion, ["duration"] = Text(recorded.Saga.FailbackDrain) },
                new JsonObject { ["name"] = "end", ["type"] = "health_check", ["target_region"] = FailbackStepOptions.OriginalRegion, ["threshold"] = recorded.Saga.FinalScore }),
        },
    };

    private static JsonObject Text(RegionFacts region) => new()
    {
        ["role"] = region.IsPrimary ? "primary" : "backup",
        ["data_residency"] = region.Residency,
        ["data_classes"] = region.DataClasses is null ? null : List(region.DataClasses),
        ["capacity"] = region.Capacity,
        ["preference"] = region.Preference,
    };

    private static JsonObject Text(IReadOnlyDictionary<string, IReadOnlyList<string>>? mayMove) => mayMove is null
        ? new JsonObject { ["anywhere"] = true }
        : new JsonObject { ["may_move"] = new JsonObject(mayMove.Select(static m => KeyValuePair.Create(m.Key, (JsonNode?)List(m.Value)))) };

    private static string Text(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.Ticks / (decimal)TimeSpan.TicksPerSecond}s");

    private static JsonArray List(IEnumerable<string> items) => [.. items.Select(static i => JsonValue.Create(i))];
}
