using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between regions, and between them and the catalogue of data classes.</summary>
internal static class RegionRules
{
    private static readonly ConfigPath Regions = ConfigPath.Of("regions");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        var options = context.Options;
        if (options.Regions.GetValueOrDefault(context.Region) is not { } own)
        {
            context.RequireRegion(ConfigPath.Of("region"), context.Region);
        }
        else
        {
            RequireAgreement(context, "provider", options.Provider, own.Provider);
            RequireAgreement(context, "data_residency", options.DataResidency, own.DataResidency);
        }

        var ordered = options.Regions.OrderBy(static region => region.Key).ToList();
        context.RequireDistinct(
            ordered.Select(region => (region.Value.Endpoint?.AbsoluteUri, Regions.Key(region.Key.Value).Key("endpoint"))),
            "regions that do not overlap: an endpoint of its own for each");
        context.RequireDistinct(
            ordered.Select(region => (region.Value.Consul?.AbsoluteUri, Regions.Key(region.Key.Value).Key("consul"))),
            "regions that do not overlap: a store of its own for each");
        foreach (var (id, region) in ordered)
        {
            CheckDataClasses(context, id, region);
            if (region.Endpoint is { } endpoint && (endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0))
            {
                context.Error(Regions.Key(id.Value).Key("endpoint"), $"is {Shown.Quoted(endpoint.OriginalString)}; expected no query and no fragment, since the paths of the checks follow it");
            }

            if (region.Endpoint is null && context.Runs(AgentModule.Health) && options.HealthChecks.Regional.Enabled)
            {
                context.Warning(Regions.Key(id.Value), "has no endpoint, so it cannot be probed, stays unknown and is never failed over to; expected an endpoint");
            }
        }

        CheckCatalogue(context);
    }

    private static void RequireAgreement(RuleContext context, string key, string? top, string? regional)
    {
        if (top is not null && regional is not null && top != regional)
        {
            var other = Regions.Key(context.Region.Value).Key(key);
            context.Error(ConfigPath.Of(key), $"is {Shown.Quoted(top)}, but {other} at {context.Tree.OriginOf(other)} is {Shown.Quoted(regional)}; expected the same");
        }
    }

    private static void CheckDataClasses(RuleContext context, RegionId id, RegionOptions region)
    {
        var path = Regions.Key(id.Value).Key("data_classes");
        var catalogue = context.Options.DataClasses.Keys;
        foreach (var (index, name) in (region.DataClasses ?? []).Index().Where(held => !catalogue.Contains(held.Item)))
        {
            context.Error(path.Item(index), $"is {Shown.Quoted(name)}, which data_classes does not have; expected "
                + (catalogue.Any() ? $"one of {Shown.Listed(catalogue)}" : "an entry there") + Shown.DidYouMean(name, catalogue));
        }
    }

    private static void CheckCatalogue(RuleContext context)
    {
        foreach (var (name, rule) in context.Options.DataClasses)
        {
            if (rule.Anywhere == true && rule.MayMove is not null)
            {
                context.Error(ConfigPath.Of("data_classes").Key(name), "may lie anywhere and only where may_move says; expected one of the two");
            }
            else if (rule.Anywhere != true && rule.MayMove is null)
            {
                context.Error(ConfigPath.Of("data_classes").Key(name),
                    "does not say where it may lie; expected `anywhere: true`, or `may_move` with the residencies that it may move to, such as {eu: [eu]}");
            }
        }
    }
}
