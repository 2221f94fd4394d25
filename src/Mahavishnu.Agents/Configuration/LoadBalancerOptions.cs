using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>Load balancers that decide which region users reach. Bound from <c>load_balancer</c>.</summary>
[AcceptsUnused("type", "scheme", "ip_address_type", "subnets", "security_groups", "attributes", "listeners", "target_groups", "stickiness")]
internal sealed class LoadBalancerOptions
{
    /// <summary>HAProxy processes, driven over their runtime API.</summary>
    public IReadOnlyList<HaproxyOptions> Haproxy { get; init; } = [];

    /// <summary>Edges of this project, which check epochs.</summary>
    public IReadOnlyList<EdgeOptions> Edge { get; init; } = [];
}

/// <summary>An HAProxy process. Bound from <c>load_balancer.haproxy[]</c>.</summary>
internal sealed class HaproxyOptions
{
    /// <summary>Its name in plans and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Its runtime API: <c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
    [Schemes("unix", "tcp")]
    public required Uri Address { get; init; }

    /// <summary>For each audience, the backend that its users reach.</summary>
    public required IReadOnlyDictionary<RegionId, HaproxyRouteOptions> Routes { get; init; }
}

/// <summary>The backend of one audience. Bound from <c>load_balancer.haproxy[].routes.{region}</c>.</summary>
internal sealed class HaproxyRouteOptions
{
    /// <summary>The backend.</summary>
    public required string Backend { get; init; }

    /// <summary>For each serving region, the server in the backend.</summary>
    public required IReadOnlyDictionary<RegionId, string> Servers { get; init; }
}

/// <summary>An edge of this project. Bound from <c>load_balancer.edge[]</c>.</summary>
internal sealed class EdgeOptions
{
    /// <summary>Its name in plans and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is controlled.</summary>
    [Schemes("http", "https")]
    public required Uri Url { get; init; }

    /// <summary>The bearer token that it asks for; required.</summary>
    public Secret? Token { get; init; }
}
