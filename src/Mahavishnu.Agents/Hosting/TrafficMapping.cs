using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.Cloudflare;
using Mahavishnu.Agents.Adapters.Traffic.Edge;
using Mahavishnu.Agents.Adapters.Traffic.HaProxy;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Makes the traffic targets that the configuration names.</summary>
internal static class TrafficMapping
{
    /// <summary>Every target, in the order of the configuration.</summary>
    /// <exception cref="InvalidOperationException">A credential is missing or cannot be read.</exception>
    public static IReadOnlyList<ITrafficTarget> ToTrafficTargets(this AgentOptions options, LeadershipTiming timing, TimeProvider time)
    {
        var timeout = timing.EffectDeadline;
        List<ITrafficTarget> targets =
        [
            .. options.LoadBalancer.Edge.Select(e => new EdgeTrafficTarget(
                new Adapters.Traffic.Edge.EdgeOptions { Name = e.Name, Url = e.Url, Token = Reveal.Required(e.Token, $"load_balancer.edge: {e.Name}"), Timeout = timeout }, time)),
            .. options.LoadBalancer.Haproxy.Select(h => new HaProxyTrafficTarget(
                new HaProxyOptions { Name = h.Name, Address = h.Address, Timeout = timeout, Routes = h.Routes.ToDictionary(static r => r.Key, static r => new HaProxyBackend(r.Value.Backend, r.Value.Servers)) }, time)),
        ];
        if (options.Dns.Powerdns is { } powerdns)
        {
            targets.Add(new PowerDnsTrafficTarget(ToTarget(powerdns, timeout), time));
        }

        // Without an account and a token the block describes what somebody else changes; config check warns of it.
        if (options.Dns.Cloudflare is { AccountId: { } account, ApiToken: { } apiToken } cloudflare && ToPools(cloudflare) is { Count: > 0 } pools)
        {
            targets.Add(new CloudflareTrafficTarget(
                new Adapters.Traffic.Cloudflare.CloudflareOptions
                {
                    Name = cloudflare.Zone,
                    ApiUrl = cloudflare.ApiUrl,
                    AccountId = account,
                    ApiToken = Reveal.Required(apiToken, "dns.cloudflare.api_token"),
                    Timeout = timeout,
                    Pools = pools,
                },
                time));
        }

        return targets;
    }

    private static Adapters.Traffic.PowerDns.PowerDnsOptions ToTarget(Configuration.PowerDnsOptions options, TimeSpan timeout) => new()
    {
        Name = options.Zone.TrimEnd('.'),
        Url = options.Url,
        ApiKey = Reveal.Required(options.ApiKey, "dns.powerdns.api_key"),
        ServerId = options.ServerId,
        Zone = options.Zone,
        TtlSeconds = options.Ttl,
        Timeout = timeout,
        Routes = options.Routes.ToDictionary(static r => r.Key, r => r.Value.ToRoute(options.Zone)),
    };

    /// <summary>
    /// The pools of the reference's block: a pool carries the users of the region that its first origin is named after, and
    /// gets an origin for every other region whose address some pool gives.
    /// </summary>
    private static Dictionary<RegionId, CloudflareRoute> ToPools(Configuration.CloudflareOptions options)
    {
        var pools = options.Records.SelectMany(static r => r.Pools).Where(static p => p.Origins.Count > 0).ToList();
        var origins = pools.SelectMany(static p => p.Origins).DistinctBy(static o => o.Name).ToDictionary(static o => o.Name, static o => new CloudflareOrigin(o.Name.Value, o.Address));
        return pools.DistinctBy(static p => p.Origins[0].Name).ToDictionary(static p => p.Origins[0].Name, p => new CloudflareRoute(p.Name, origins));
    }
}
