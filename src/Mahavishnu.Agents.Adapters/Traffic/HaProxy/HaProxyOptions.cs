using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Traffic.HaProxy;

/// <summary>One HAProxy process and what of it is ours.</summary>
public sealed class HaProxyOptions
{
    /// <summary>Its name among the load balancers, e.g. <c>edge-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The stats socket, <c>level admin</c>: <c>unix:///run/haproxy/admin.sock</c> or <c>tcp://127.0.0.1:9999</c>.</summary>
    /// <remarks>The TCP form has no authentication: it must be reachable for the agent only.</remarks>
    public required Uri Address { get; init; }

    /// <summary>Longest time for one command.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The backend that carries each audience.</summary>
    public required IReadOnlyDictionary<RegionId, HaProxyBackend> Routes { get; init; }
}

/// <summary>A backend that carries one audience, with one server for each region that can serve it.</summary>
/// <param name="Backend">Its name in HAProxy's configuration.</param>
/// <param name="Servers">The name of its server for each serving region. Other servers of the backend are never touched.</param>
public sealed record HaProxyBackend(string Backend, IReadOnlyDictionary<RegionId, string> Servers);
