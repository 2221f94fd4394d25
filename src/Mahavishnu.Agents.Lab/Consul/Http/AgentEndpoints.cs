using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/v1/agent/...</c>: services and checks of the server's own node.</summary>
internal sealed class AgentEndpoints(EndpointContext context)
{
    private const int MaxOutput = 4096;

    private string Node => context.Options.NodeName;

    private string[] Verbs => context.Options.LenientVerbs ? ["PUT", "GET"] : ["PUT"];

    /// <summary>The endpoints.</summary>
    public IEnumerable<Route> Routes =>
    [
        new Route("/v1/agent/service/register", ["PUT"], RouteKind.Agent, RegisterServiceAsync),
        Put("/v1/agent/service/deregister/", DeregisterService),
        new Route("/v1/agent/check/register", ["PUT"], RouteKind.Agent, RegisterCheckAsync),
        Put("/v1/agent/check/deregister/", DeregisterCheck),
        Put("/v1/agent/check/pass/", request => Update(request, CatalogCheck.Passing, request.Value("note") ?? "")),
        Put("/v1/agent/check/warn/", request => Update(request, "warning", request.Value("note") ?? "")),
        Put("/v1/agent/check/fail/", request => Update(request, CatalogCheck.Critical, request.Value("note") ?? "")),
        new Route("/v1/agent/check/update/", ["PUT"], RouteKind.Agent, UpdateAsync),
        Route.Of("GET", "/v1/agent/services", RouteKind.Agent, Services),
        Route.Of("GET", "/v1/agent/checks", RouteKind.Agent, Checks),
        Route.Of("GET", "/v1/agent/health/service/id/", RouteKind.Agent, Health),
    ];

    private Route Put(string pattern, Func<ConsulRequest, ConsulResponse> handle) => new(pattern, Verbs, RouteKind.Agent, request => Task.FromResult(handle(request)));

    private async Task<ConsulResponse> RegisterServiceAsync(ConsulRequest request)
    {
        var body = ConsulJson.Read<ServiceBody>(await request.ReadBodyAsync(EndpointContext.MaxBody), strict: true);
        var service = body.ToService();
        context.Access.DemandServices(request, service.Name);
        context.Store.Write(state => new ConsulCommand.Register(
            OwnNode(state), service, body.ToChecks(Node, service, state), request.Has("replace-existing-checks")));
        return ConsulResponse.Empty();
    }

    private async Task<ConsulResponse> RegisterCheckAsync(ConsulRequest request)
    {
        var body = ConsulJson.Read<CheckBody>(await request.ReadBodyAsync(EndpointContext.MaxBody), strict: true);
        if (string.IsNullOrEmpty(body.Name))
        {
            throw new RequestRefusedException(400, "Missing check name");
        }

        context.Access.DemandServices(request, body.Name);
        var id = body.Id is { Length: > 0 } ? body.Id : body.Name;
        var outcome = context.Store.Write(state => new ConsulCommand.Register(
            OwnNode(state), null, [body.ToCheck(Node, id, body.Name, state.Catalog.Checks.GetValueOrDefault((Node, id)))]));
        return outcome!.Error is null ? ConsulResponse.Empty() : ConsulResponse.Text(404, $"ServiceID \"{body.ServiceId}\" does not exist");
    }

    private ConsulResponse DeregisterService(ConsulRequest request)
    {
        context.Access.DemandServices(request, request.Rest);
        if (!context.Store.State.Catalog.Services.ContainsKey((Node, request.Rest)))
        {
            throw new RequestRefusedException(404, $"Unknown service ID \"{request.Rest}\". Ensure that the service ID is passed, not the service name.");
        }

        context.Write(new ConsulCommand.Deregister(Node, ServiceId: request.Rest));
        return ConsulResponse.Empty();
    }

    private ConsulResponse DeregisterCheck(ConsulRequest request)
    {
        context.Access.DemandServices(request, request.Rest);
        Require(context.Store.State, request.Rest);
        context.Write(new ConsulCommand.Deregister(Node, CheckId: request.Rest));
        return ConsulResponse.Empty();
    }

    private async Task<ConsulResponse> UpdateAsync(ConsulRequest request)
    {
        var body = ConsulJson.Read<UpdateBody>(await request.ReadBodyAsync(EndpointContext.MaxBody), strict: false);
        return body.Status is CatalogCheck.Passing or "warning" or CatalogCheck.Critical
            ? Update(request, body.Status, body.Output ?? "")
            : throw new RequestRefusedException(400, $"Invalid check status: '{body.Status}'");
    }

    private ConsulResponse Update(ConsulRequest request, string status, string output)
    {
        var id = request.Rest;
        context.Access.DemandServices(request, id);
        var updated = Require(context.Store.State, id);
        context.Store.Write(state =>
        {
            updated = Require(state, id) with { Status = status, Output = output.Length > MaxOutput ? output[..MaxOutput] : output };
            return new ConsulCommand.Register(OwnNode(state), null, [updated]);
        });
        context.Store.Heard(updated);
        return ConsulResponse.Empty();
    }

    private CatalogCheck Require(ConsulState state, string id)
    {
        if (state.Catalog.Checks.GetValueOrDefault((Node, id)) is not { } check)
        {
            throw new RequestRefusedException(404, $"Unknown check ID \"{id}\". Ensure that the check ID is passed, not the check name.");
        }

        return check.Definition.Ttl.Length > 0 ? check : throw new RequestRefusedException(500, $"CheckID \"{id}\" does not have associated TTL");
    }

    /// <summary>The agent's node, also after somebody removed it from the catalog: an agent puts itself back with its next registration.</summary>
    private CatalogNode OwnNode(ConsulState state) =>
        state.Catalog.Nodes.GetValueOrDefault(Node) ?? new CatalogNode("", Node, "127.0.0.1", context.Options.Datacenter);

    private ConsulResponse Services(ConsulRequest request) => ConsulResponse.Json(
        context.Access.MaySeeServices(request) ? context.Store.State.Catalog.ServicesOf(Node).ToDictionary(static service => service.Id) : [], request);

    private ConsulResponse Checks(ConsulRequest request)
    {
        var own = context.Store.State.Catalog.Checks.Where(check => check.Key.Node == Node && check.Value.Type.Length > 0);
        return ConsulResponse.Json(context.Access.MaySeeServices(request) ? own.ToDictionary(static check => check.Key.Id, static check => check.Value) : [], request);
    }

    private ConsulResponse Health(ConsulRequest request)
    {
        var catalog = context.Store.State.Catalog;
        context.Access.DemandServices(request, request.Rest);
        if (catalog.Services.GetValueOrDefault((Node, request.Rest)) is not { } service)
        {
            return ConsulResponse.Text(404, $"ServiceId {request.Rest} not found");
        }

        var checks = catalog.HealthOf(Node, service.Id);
        var (status, word) = checks.Any(static check => check.Status == CatalogCheck.Critical) ? (503, CatalogCheck.Critical)
            : checks.Any(static check => check.Status == "warning") ? (429, "warning")
            : (200, CatalogCheck.Passing);
        return ConsulResponse.Json(new { AggregatedStatus = word, Service = service, Checks = checks }, request, status);
    }

    /// <summary>What a check update carries.</summary>
    private sealed class UpdateBody
    {
        public string? Status { get; set; }

        public string? Output { get; set; }
    }
}
