using Mahavishnu.Agents.Adapters.Traffic.HaProxy;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold for the targets that carry traffic by audience.</summary>
internal static class TrafficRules
{
    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context)
    {
        if (context.Options.Dns.Powerdns is { } powerdns)
        {
            foreach (var (audience, route) in powerdns.Routes)
            {
                var routes = ConfigPath.Of("dns.powerdns.routes");
                CheckRoute(context, routes, audience, "records", route.Records);
                CheckRecords(context, routes.Key(audience.Value), route.ToRoute(powerdns.Zone));
            }
        }

        var balancers = context.Options.LoadBalancer;
        var path = ConfigPath.Of("load_balancer");
        foreach (var (index, haproxy) in balancers.Haproxy.Index())
        {
            foreach (var (audience, route) in haproxy.Routes)
            {
                var routes = path.Key("haproxy").Item(index).Key("routes");
                CheckRoute(context, routes, audience, "servers", route.Servers);
                if (route.Servers.Values.Prepend(route.Backend).FirstOrDefault(static name => !HaProxyTrafficTarget.IsName(name)) is { } odd)
                {
                    context.Error(routes.Key(audience.Value), $"has {Shown.Quoted(odd)}, which is no name of HAProxy's; expected letters, digits and . _ : -");
                }
            }
        }

        foreach (var index in balancers.Edge.Index().Where(static edge => edge.Item.Token is null).Select(static edge => edge.Index))
        {
            context.Error(path.Key("edge").Item(index), "has no token, and an edge takes no orders without one; expected token");
        }

        context.RequireDistinct(
            balancers.Haproxy.Select((haproxy, i) => ((string?)haproxy.Name, path.Key("haproxy").Item(i).Key("name"))), "a name that no other has");
        context.RequireDistinct(
            balancers.Edge.Select((edge, i) => ((string?)edge.Name, path.Key("edge").Item(i).Key("name"))), "a name that no other has");
    }

    private static void CheckRecords(RuleContext context, ConfigPath path, PowerDnsRoute route)
    {
        if (!PowerDnsTrafficTarget.IsName(route.Name))
        {
            context.Error(path.Key("name"), $"is {Shown.Quoted(route.Name)} in full; expected a host name of letters, digits, hyphens and underscores");
        }

        var records = path.Key("records");
        foreach (var (region, content) in route.Records.Where(record => !PowerDnsTrafficTarget.Fits(route.Type, record.Value)))
        {
            context.Error(records.Key(region.Value), $"is {Shown.Quoted(content)}; expected {(route.Type == "CNAME" ? "a host name with its trailing dot" : $"an address of type {route.Type}")}");
        }

        context.RequireDistinct(route.Records.Select(record => ((string?)record.Value, records.Key(record.Key.Value))), "a content of its own for each region");
    }

    private static void CheckRoute(
        RuleContext context, ConfigPath routes, RegionId audience, string key, IReadOnlyDictionary<RegionId, string> serving)
    {
        var path = routes.Key(audience.Value);
        if (!context.Options.Regions.ContainsKey(audience))
        {
            context.RequireRegion(path, audience);
            return;
        }

        foreach (var region in serving.Keys)
        {
            context.RequireRegion(path.Key(key).Key(region.Value), region);
        }

        if (!serving.ContainsKey(audience))
        {
            context.Error(path.Key(key), $"has nothing for {audience} itself, so its users could never come home; expected an entry for it");
        }
    }
}
