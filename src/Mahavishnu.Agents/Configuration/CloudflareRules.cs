namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold between the values of Cloudflare's load balancing.</summary>
internal static class CloudflareRules
{
    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        if (context.Options.Dns.Cloudflare is not { } cloudflare)
        {
            return;
        }

        var path = ConfigPath.Of("dns.cloudflare");
        if (cloudflare.AccountId is null || cloudflare.ApiToken is null)
        {
            context.Warning(path, "has no account_id or no api_token, so the agent cannot change it; expected both");
        }

        foreach (var (index, record) in cloudflare.Records.Index())
        {
            CheckRecord(context, record, path.Key("records").Item(index));
        }
    }

    private static void CheckRecord(RuleContext context, CloudflareRecordOptions record, ConfigPath path)
    {
        var pools = record.Pools.Select(static pool => pool.Name).ToList();
        context.RequireDistinct(pools.Select((name, i) => ((string?)name, path.Key("pools").Item(i).Key("name"))), "a name that no other pool has");
        if (record.FallbackPool is { } fallback && !pools.Contains(fallback))
        {
            context.Error(path.Key("fallback_pool"),
                $"is {Shown.Quoted(fallback)}, which is no pool of the record; expected {(pools.Count == 0 ? "a pool" : $"one of {Shown.Listed(pools)}")}{Shown.DidYouMean(fallback, pools)}");
        }

        if (record.LoadBalancing && pools.Count == 0)
        {
            context.Error(path.Key("pools"), "lists no pool, but the record is a load balancer; expected at least one");
        }

        foreach (var (index, pool) in record.Pools.Index())
        {
            CheckPool(context, pool, path.Key("pools").Item(index));
        }

        if (record.SteeringPolicy is not (null or SteeringPolicy.Geo) && record.Pools.Any(static pool => pool.Regions.Count > 0))
        {
            context.Note(path.Key("pools"), "name regions, which Cloudflare looks at only when the steering_policy is geo");
        }
    }

    private static void CheckPool(RuleContext context, CloudflarePoolOptions pool, ConfigPath path)
    {
        foreach (var (index, name) in pool.Regions.Index())
        {
            var codes = CloudflareRegions.Codes(name);
            if (codes.Count == 0)
            {
                context.Error(path.Key("regions").Item(index),
                    $"is {Shown.Quoted(name)}, which is no region of Cloudflare's; expected one of {string.Join(", ", CloudflareRegions.Known)}{Shown.DidYouMean(name, CloudflareRegions.Known)}");
            }
            else if (codes[0] != name)
            {
                context.Note(path.Key("regions").Item(index), $"is {name}, which means {string.Join(" and ", codes)} in Cloudflare's codes");
            }
        }

        foreach (var (index, origin) in pool.Origins.Index())
        {
            context.RequireRegion(path.Key("origins").Item(index).Key("name"), origin.Name);
        }
    }
}
