using System.Text.Json.Serialization;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/v1/catalog/register</c>, <c>/v1/catalog/deregister</c> and <c>/v1/health/service/...</c>.</summary>
internal sealed class CatalogEndpoints(EndpointContext context)
{
    /// <summary>The endpoints.</summary>
    public IEnumerable<Route> Routes =>
    [
        new Route("/v1/catalog/register", ["PUT"], RouteKind.Datacenter, RegisterAsync),
        new Route("/v1/catalog/deregister", ["PUT"], RouteKind.Datacenter, DeregisterAsync),
        new Route("/v1/health/service/", ["GET"], RouteKind.Datacenter, HealthAsync),
    ];

    private async Task<ConsulResponse> RegisterAsync(ConsulRequest request)
    {
        var body = ConsulJson.Read<RegisterBody>(await request.ReadBodyAsync(EndpointContext.MaxBody), strict: false);
        if (string.IsNullOrEmpty(body.Node) || string.IsNullOrEmpty(body.Address))
        {
            throw new RequestRefusedException(400, "Must provide node and address");
        }

        context.Access.DemandServices(request, body.Node);
        RegisterCheck[] checks = [.. body.Check is null ? [] : new[] { body.Check }, .. ConsulJson.Elements(body.Checks, nameof(body.Checks))];
        context.Write(new ConsulCommand.Register(
            new CatalogNode(body.Id ?? "", body.Node, body.Address, context.Options.Datacenter),
            body.Service?.ToService(),
            [.. checks.Select(check => check.ToCheck(body.Node))]));
        return ConsulResponse.Bool(true);
    }

    private async Task<ConsulResponse> DeregisterAsync(ConsulRequest request)
    {
        var body = ConsulJson.Read<DeregisterBody>(await request.ReadBodyAsync(EndpointContext.MaxBody), strict: false);
        if (string.IsNullOrEmpty(body.Node))
        {
            throw new RequestRefusedException(400, "Must provide node");
        }

        context.Access.DemandServices(request, body.Node);
        context.Write(new ConsulCommand.Deregister(body.Node, NullIfEmpty(body.ServiceId), NullIfEmpty(body.CheckId)));
        return ConsulResponse.Bool(true);
    }

    private async Task<ConsulResponse> HealthAsync(ConsulRequest request)
    {
        var name = request.Rest;
        if (name.Length == 0)
        {
            throw new RequestRefusedException(400, "Missing service name");
        }

        var onlyPassing = request.Has("passing") && Passing(request.Value("passing") ?? "");
        var tag = request.Value("tag");
        var visible = context.Access.MaySeeServices(request);
        var answer = await context.Reads.RunAsync(request, new WatchScope.Service(name), state =>
        {
            var catalog = state.Catalog;
            var instances = catalog.Services
                .Where(entry => visible && entry.Value.Name == name && (tag is null || entry.Value.Tags.Contains(tag)))
                .Select(entry => new { Node = catalog.Nodes[entry.Key.Node], Service = entry.Value, Checks = catalog.HealthOf(entry.Key.Node, entry.Key.Id) })
                .Where(instance => !onlyPassing || instance.Checks.All(static check => check.Status == CatalogCheck.Passing));
            return new ReadAnswer(instances.ToArray(), catalog.ServiceIndexes.GetValueOrDefault(name));
        });
        var consistency = request.Stale ? "stale" : request.Has("consistent") ? "consistent" : "leader";
        return context.WithMeta(ConsulResponse.Json(answer.Body, request), answer.Index).With("X-Consul-Effective-Consistency", consistency);
    }

    private static bool Passing(string text) => text.Length == 0 || (text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new RequestRefusedException(400, "Invalid value for ?passing"),
    });

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private sealed class RegisterBody
    {
        [JsonPropertyName("ID")]
        public string? Id { get; set; }

        public string? Node { get; set; }

        public string? Address { get; set; }

        public RegisterService? Service { get; set; }

        public RegisterCheck? Check { get; set; }

        public IReadOnlyList<RegisterCheck>? Checks { get; set; }
    }

    private sealed class RegisterService
    {
        [JsonPropertyName("ID")]
        public string? Id { get; set; }

        [JsonPropertyName("Service")]
        public string? Name { get; set; }

        public IReadOnlyList<string>? Tags { get; set; }

        public string? Address { get; set; }

        public int Port { get; set; }

        public CatalogService ToService() => new ServiceBody { Id = Id, Name = Name, Tags = Tags, Address = Address, Port = Port }.ToService();
    }

    private sealed class RegisterCheck
    {
        [JsonPropertyName("CheckID")]
        public string? Id { get; set; }

        public string? Name { get; set; }

        public string? Status { get; set; }

        public string? Output { get; set; }

        [JsonPropertyName("ServiceID")]
        public string? ServiceId { get; set; }

        public CatalogCheck ToCheck(string node)
        {
            var id = Id is { Length: > 0 } ? Id : Name ?? "";
            return new CatalogCheck(node, id, Name ?? id, Status is { Length: > 0 } ? Status : CatalogCheck.Critical, "", Output ?? "", ServiceId ?? "", "", [], "", new CatalogCheckDefinition());
        }
    }

    private sealed class DeregisterBody
    {
        public string? Node { get; set; }

        [JsonPropertyName("ServiceID")]
        public string? ServiceId { get; set; }

        [JsonPropertyName("CheckID")]
        public string? CheckId { get; set; }
    }
}
