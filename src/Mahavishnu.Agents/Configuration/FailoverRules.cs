using System.Globalization;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of failover and failback.</summary>
internal static class FailoverRules
{
    private static readonly ConfigPath Steps = ConfigPath.Of("failback.steps");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        CheckThresholds(context);
        CheckStores(context);
        var steps = context.Options.Failback.Steps;
        context.RequireDistinct(steps.Select((step, i) => ((string?)step.Name, Steps.Item(i).Key("name"))), "a name that no other step has");
        foreach (var (index, step) in steps.Index())
        {
            CheckStep(context, step, Steps.Item(index));
        }
    }

    private static void CheckThresholds(RuleContext context)
    {
        var (thresholds, path) = (context.Options.Failover.Thresholds, ConfigPath.Of("failover.thresholds"));
        if (thresholds.Immediate >= thresholds.Graceful)
        {
            context.Error(path.Key("immediate"),
                string.Create(CultureInfo.InvariantCulture, $"is {thresholds.Immediate}, and graceful is {thresholds.Graceful}; expected immediate < graceful"));
        }

        if (thresholds.Graceful > thresholds.Target)
        {
            context.Error(path.Key("target"),
                string.Create(CultureInfo.InvariantCulture, $"is {thresholds.Target}, and graceful is {thresholds.Graceful}; expected graceful <= target, or a target would itself be failed over"));
        }
    }

    private static void CheckStores(RuleContext context)
    {
        var path = ConfigPath.Of("failover.data_loss_stores");
        foreach (var (index, store) in (context.Options.Failover.DataLossStores ?? []).Index().Where(s => !context.Options.MeasuredStores().Contains(s.Item)))
        {
            context.Error(path.Item(index), $"is {Shown.Quoted(store.ToString().ToLowerInvariant())}, whose lag is not measured; expected one that is configured");
        }
    }

    private static void CheckStep(RuleContext context, FailbackStepOptions step, ConfigPath path)
    {
        string[] needed = step.Type switch
        {
            FailbackStepType.HealthCheck => ["target_region"],
            FailbackStepType.DataSync => ["source_region", "target_region"],
            _ => ["region"],
        };
        foreach (var (key, named) in new[] { ("region", step.Region), ("source_region", step.SourceRegion), ("target_region", step.TargetRegion) })
        {
            if (named is null && needed.Contains(key))
            {
                context.Error(path.Key(key), $"is missing; a step of type {OptionSchema.SnakeCase(step.Type.ToString())} needs it");
            }
            else if (named is not (null or FailbackStepOptions.OriginalRegion or FailbackStepOptions.FailoverRegion))
            {
                context.RequireRegion(path.Key(key), new RegionId(named));
            }
        }

        if (step.Type == FailbackStepType.DataSync && step.SourceRegion is not null && step.SourceRegion == step.TargetRegion)
        {
            context.Error(path.Key("target_region"), $"is {Shown.Quoted(step.SourceRegion)}, as is source_region; expected another region");
        }
    }
}
