namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/v1/status/...</c> and <c>/v1/agent/self</c>: who am I, who leads.</summary>
internal sealed class StatusEndpoints(EndpointContext context)
{
    /// <summary>The version whose behaviour is followed.</summary>
    private const string Version = "1.22.0";

    /// <summary>The endpoints.</summary>
    public IEnumerable<Route> Routes =>
    [
        Route.Of("GET", "/v1/status/leader", RouteKind.Agent, Leader),
        Route.Of("GET", "/v1/status/peers", RouteKind.Agent, static request => ConsulResponse.Json(new[] { EndpointContext.LeaderAddress }, request)),
        Route.Of("GET", "/v1/agent/self", RouteKind.Agent, Self),
    ];

    private ConsulResponse Leader(ConsulRequest request) =>
        ConsulResponse.Json(context.Leader.HasLeader ? EndpointContext.LeaderAddress : "", request);

    private ConsulResponse Self(ConsulRequest request) => ConsulResponse.Json(
        new
        {
            Config = new
            {
                context.Options.Datacenter,
                PrimaryDatacenter = context.Options.Datacenter,
                context.Options.NodeName,
                NodeID = "",
                Server = true,
                Version,
            },
            DebugConfig = new { SessionTTLMin = $"{context.Options.SessionTtlMin.TotalMilliseconds:0}ms" },
            Member = new { Name = context.Options.NodeName, Addr = "127.0.0.1", Status = 1 },
            Meta = new { },
        },
        request);
}
