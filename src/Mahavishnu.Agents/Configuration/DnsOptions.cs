using System.Text.Json.Serialization;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>DNS zones that decide which region users reach. Bound from <c>dns</c>.</summary>
internal sealed class DnsOptions
{
    /// <summary>Load balancing at Cloudflare.</summary>
    public CloudflareOptions? Cloudflare { get; init; }

    /// <summary>A zone in a PowerDNS authoritative server.</summary>
    public PowerDnsOptions? Powerdns { get; init; }
}

/// <summary>Load balancing at Cloudflare. Bound from <c>dns.cloudflare</c>.</summary>
internal sealed class CloudflareOptions
{
    /// <summary>The zone.</summary>
    public required string Zone { get; init; }

    /// <summary>The account that owns the pools.</summary>
    public string? AccountId { get; init; }

    /// <summary>A token of the API.</summary>
    public Secret? ApiToken { get; init; }

    /// <summary>Where the API is.</summary>
    /// <value>Default Cloudflare's own.</value>
    [Schemes("http", "https")]
    public Uri ApiUrl { get; init; } = new("https://api.cloudflare.com/client/v4");

    /// <summary>The records of the zone that the agent owns.</summary>
    public IReadOnlyList<CloudflareRecordOptions> Records { get; init; } = [];
}

/// <summary>A record of the zone. Bound from <c>dns.cloudflare.records[]</c>.</summary>
internal sealed class CloudflareRecordOptions
{
    /// <summary>Its name below the zone.</summary>
    public required string Name { get; init; }

    /// <summary>Its type.</summary>
    /// <value>Default CNAME.</value>
    public string Type { get; init; } = "CNAME";

    /// <summary>Whether users reach it through Cloudflare.</summary>
    public bool Proxied { get; init; }

    /// <summary>Time to live in seconds; 1 leaves it to Cloudflare.</summary>
    /// <value>Default 1; from 1 to 86400.</value>
    [Limits("1", "86400")]
    public int Ttl { get; init; } = 1;

    /// <summary>Whether it is a load balancer.</summary>
    public bool LoadBalancing { get; init; }

    /// <summary>Its pools, in order of preference.</summary>
    public IReadOnlyList<CloudflarePoolOptions> Pools { get; init; } = [];

    /// <summary>How Cloudflare picks a pool; null leaves it to Cloudflare.</summary>
    public SteeringPolicy? SteeringPolicy { get; init; }

    /// <summary>The pool that is used when none is well; one of <see cref="Pools"/>.</summary>
    public string? FallbackPool { get; init; }
}

/// <summary>A pool of origins. Bound from <c>dns.cloudflare.records[].pools[]</c>.</summary>
internal sealed class CloudflarePoolOptions
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The parts of the world that it serves, as written; see <see cref="RegionCodes"/>.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Its origins.</summary>
    public IReadOnlyList<CloudflareOriginOptions> Origins { get; init; } = [];

    /// <summary><see cref="Regions"/> in Cloudflare's own codes.</summary>
    public IReadOnlyList<string> RegionCodes => [.. Regions.SelectMany(CloudflareRegions.Codes).Distinct()];
}

/// <summary>An origin in a pool. Bound from <c>dns.cloudflare.records[].pools[].origins[]</c>.</summary>
internal sealed class CloudflareOriginOptions
{
    /// <summary>The region that it leads to.</summary>
    public required RegionId Name { get; init; }

    /// <summary>Its host name or address.</summary>
    public required string Address { get; init; }

    /// <summary>Whether Cloudflare checks it.</summary>
    public bool HealthCheck { get; init; }
}

/// <summary>How Cloudflare picks a pool.</summary>
internal enum SteeringPolicy
{
    /// <summary>The first pool that is well.</summary>
    Off = 0,

    /// <summary>By the part of the world that the user is in.</summary>
    Geo,

    /// <summary>By weight.</summary>
    Random,

    /// <summary>By measured latency.</summary>
    DynamicLatency,

    /// <summary>By distance.</summary>
    Proximity,

    /// <summary>By open requests.</summary>
    LeastOutstandingRequests,

    /// <summary>By open connections.</summary>
    LeastConnections,
}

/// <summary>A zone in a PowerDNS authoritative server. Bound from <c>dns.powerdns</c>.</summary>
internal sealed class PowerDnsOptions
{
    /// <summary>Where its API is.</summary>
    [Schemes("http", "https")]
    public required Uri Url { get; init; }

    /// <summary>The key of its API.</summary>
    public required Secret ApiKey { get; init; }

    /// <summary>Its name in the API.</summary>
    /// <value>Default <c>localhost</c>.</value>
    public string ServerId { get; init; } = "localhost";

    /// <summary>The zone.</summary>
    public required string Zone { get; init; }

    /// <summary>Time to live of the records, in seconds.</summary>
    /// <value>Default 30; from 1 to 86400.</value>
    [Limits("1", "86400")]
    public int Ttl { get; init; } = 30;

    /// <summary>For each audience, the record that its users ask for.</summary>
    public IReadOnlyDictionary<RegionId, PowerDnsRouteOptions> Routes { get; init; } = new Dictionary<RegionId, PowerDnsRouteOptions>();
}

/// <summary>The record of one audience. Bound from <c>dns.powerdns.routes.{region}</c>.</summary>
internal sealed class PowerDnsRouteOptions
{
    /// <summary>Its name, below the zone or absolute.</summary>
    public required string Name { get; init; }

    /// <summary>Its type.</summary>
    /// <value>Default A.</value>
    public DnsRecordType Type { get; init; }

    /// <summary>For each serving region, the content of the record.</summary>
    public required IReadOnlyDictionary<RegionId, string> Records { get; init; }

    /// <summary>The route as the adapter takes it, its name absolute.</summary>
    public PowerDnsRoute ToRoute(string zone) =>
        new(Name.EndsWith('.') ? Name : $"{Name}.{zone.TrimEnd('.')}.", Type.ToString().ToUpperInvariant(), Records);
}

/// <summary>The types of record that lead to a region.</summary>
internal enum DnsRecordType
{
    /// <summary>An IPv4 address.</summary>
    [JsonStringEnumMemberName("A")]
    A = 0,

    /// <summary>An IPv6 address.</summary>
    [JsonStringEnumMemberName("AAAA")]
    Aaaa,

    /// <summary>Another name.</summary>
    [JsonStringEnumMemberName("CNAME")]
    Cname,
}
