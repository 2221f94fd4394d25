using System.Security.Cryptography;
using Mahavishnu.Agents.Lab.Consul.State;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary><c>/v1/session/...</c>.</summary>
internal sealed partial class SessionEndpoints(EndpointContext context)
{
    /// <summary>The endpoints.</summary>
    public IEnumerable<Route> Routes =>
    [
        new Route("/v1/session/create", ["PUT"], RouteKind.Datacenter, CreateAsync),
        Route.Of("PUT", "/v1/session/renew/", RouteKind.Datacenter, Renew),
        Route.Of("PUT", "/v1/session/destroy/", RouteKind.Datacenter, Destroy),
        new Route("/v1/session/info/", ["GET"], RouteKind.Datacenter, InfoAsync),
        new Route("/v1/session/list", ["GET"], RouteKind.Datacenter, request => ListAsync(request, null)),
        new Route("/v1/session/node/", ["GET"], RouteKind.Datacenter, NodeAsync),
    ];

    private async Task<ConsulResponse> CreateAsync(ConsulRequest request)
    {
        var body = new SessionCreateBody();
        if (request.AnnouncedLength > 0 || (request.Chunked && context.Options.ReadChunkedSessionBodies))
        {
            body = ConsulJson.Read<SessionCreateBody>(await request.ReadBodyAsync(EndpointContext.MaxBody), strict: false);
        }
        else if (request.Chunked)
        {
            LogChunkedBody(context.Options.Logger);
        }

        var session = body.ToSession(NewId(), context.Options.NodeName, context.Options.SessionTtlMin);
        context.Access.DemandSessions(request, "session:write", session.Node);
        context.Write(new ConsulCommand.CreateSession(session));
        return ConsulResponse.Json(new { ID = session.Id }, request);
    }

    private ConsulResponse Renew(ConsulRequest request)
    {
        var id = RequireId(request);
        context.Access.DemandSessions(request, "session:write", context.Options.NodeName);
        return context.Store.Renew(id) is { } session
            ? ConsulResponse.Json(new[] { session }, request)
            : ConsulResponse.Text(404, $"Session id '{id}' not found");
    }

    private ConsulResponse Destroy(ConsulRequest request)
    {
        var id = RequireId(request);
        context.Access.DemandSessions(request, "session:write", context.Options.NodeName);
        context.Write(new ConsulCommand.DestroySession(id));
        return ConsulResponse.Bool(true);
    }

    private async Task<ConsulResponse> InfoAsync(ConsulRequest request)
    {
        var id = RequireId(request);
        context.Access.DemandSessions(request, "session:read", context.Options.NodeName);
        var answer = await context.Reads.RunAsync(request, new WatchScope.Session(id), state =>
            new ReadAnswer(state.Sessions.Find(id) is { } session ? new[] { session } : [], state.Sessions.LastIndex));
        return context.WithMeta(ConsulResponse.Json(answer.Body, request), answer.Index);
    }

    private Task<ConsulResponse> NodeAsync(ConsulRequest request) =>
        request.Rest.Length == 0 ? throw new RequestRefusedException(400, "Missing node name") : ListAsync(request, request.Rest);

    private async Task<ConsulResponse> ListAsync(ConsulRequest request, string? node)
    {
        context.Access.DemandSessions(request, "session:read", node ?? context.Options.NodeName);
        var answer = await context.Reads.RunAsync(request, new WatchScope.Sessions(node), state =>
            new ReadAnswer(node is null ? state.Sessions.Entries.Values : state.Sessions.OfNode(node), state.Sessions.LastIndex));
        return context.WithMeta(ConsulResponse.Json(answer.Body, request), answer.Index);
    }

    private static string RequireId(ConsulRequest request) =>
        request.Rest.Length == 0 ? throw new RequestRefusedException(400, "Missing session") : request.Rest;

    private static string NewId()
    {
        var hex = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    [LoggerMessage(EventId = 9002, Level = LogLevel.Warning, Message = "A session was made of defaults: its body was chunked, and Consul reads only bodies that announce their length.")]
    private static partial void LogChunkedBody(ILogger logger);
}
