using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>
/// What users' requests go through. <c>GET /u/{audience}/…</c> is forwarded to the region that serves that audience, once:
/// 502 when it is dead, 504 when it is silent, 503 when nobody serves the audience. <c>GET</c> and <c>PUT /control/routes</c>
/// show and set the routing; a PUT needs the bearer token and is refused with 409 when its epoch is stale. <c>GET /control/effects</c>
/// shows every PUT so far and what became of it.
/// </summary>
public sealed class EdgeServer : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<RegionId, Uri> _origins;
    private readonly HashSet<RegionId> _regions;
    private readonly byte[] _credential;
    private readonly Dictionary<RegionId, Counter> _requests;
    private readonly HttpMessageInvoker _client;
    private readonly ForwarderRequestConfig _forwarding = new() { ActivityTimeout = TimeSpan.FromSeconds(1), Version = HttpVersion.Version11 };
    private IHttpForwarder? _forwarder;
    private WebApplication? _web;

    private EdgeServer(IReadOnlyDictionary<RegionId, Uri> origins, string token, TimeProvider time)
    {
        (_origins, _regions) = (origins, [.. origins.Keys.Order()]);
        _credential = Encoding.UTF8.GetBytes($"Bearer {token}");
        _requests = _regions.ToDictionary(static r => r, static _ => new Counter());
        Control = new EdgeControl(RoutingTable.Home(_regions), time);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(1),
        });
    }

    /// <summary>The routing in force and the record of its changes.</summary>
    public EdgeControl Control { get; }

    /// <summary>Where the edge listens.</summary>
    public Uri Address => EmbeddedWeb.AddressOf(_web!);

    /// <summary>Starts an edge in which every region serves its own users; it answers when the task ends.</summary>
    /// <param name="origins">Where the service of each region listens.</param>
    /// <param name="token">What a PUT must show as bearer token.</param>
    /// <param name="address">Where to listen; port 0 is any free one.</param>
    /// <param name="time">Times the record of effects.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="LabException">The address cannot be used.</exception>
    public static async Task<EdgeServer> StartAsync(
        IReadOnlyDictionary<RegionId, Uri> origins, string token, IPEndPoint address, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(origins);
        var edge = new EdgeServer(origins, token, time);
        edge._web = await EmbeddedWeb.StartAsync(
            address,
            static services => services.AddHttpForwarder(),
            services =>
            {
                edge._forwarder = services.GetRequiredService<IHttpForwarder>();
                return edge.HandleAsync;
            },
            cancellationToken);
        return edge;
    }

    /// <summary>Closes all connections and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        _client.Dispose();
    }

    private Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path;
        return path.StartsWithSegments("/u", out var rest) && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsPost(context.Request.Method)) ? ForwardAsync(context, rest.Value ?? "")
            : path == "/control/effects" && HttpMethods.IsGet(context.Request.Method) ? AnswerAsync(context, StatusCodes.Status200OK, RoutingJson.Write(Control.History))
            : path != "/control/routes" ? ErrorAsync(context, StatusCodes.Status404NotFound, "not_found")
            : HttpMethods.IsGet(context.Request.Method) ? AnswerAsync(context, StatusCodes.Status200OK, RoutingJson.Write(Control.Current))
            : HttpMethods.IsPut(context.Request.Method) ? ChangeAsync(context)
            : ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, "method_not_allowed");
    }

    private async Task ForwardAsync(HttpContext context, string rest)
    {
        var end = rest.Length > 1 ? rest.IndexOf('/', 1) : -1;
        var audience = new RegionId(end < 0 ? rest.TrimStart('/') : rest[1..end]);
        if (!_requests.TryGetValue(audience, out var counter))
        {
            await ErrorAsync(context, StatusCodes.Status404NotFound, "unknown_audience");
        }
        else if (WeightedChoice.Pick(Control.Current.Routes.Shares(audience), counter.Next()) is not { } serving)
        {
            await ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "drained");
        }
        else
        {
            context.Request.Path = end < 0 ? "/" : rest[end..];
            await _forwarder!.SendAsync(context, _origins[serving].ToString(), _client, _forwarding, HttpTransformer.Default);
        }
    }

    private async Task ChangeAsync(HttpContext context)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()), _credential))
        {
            Control.Refuse(EffectOutcome.Unauthorized);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ErrorAsync(context, StatusCodes.Status401Unauthorized, "unauthorized");
            return;
        }

        var (command, problem) = await ReadAsync(context);
        if (command is null)
        {
            Control.Refuse(EffectOutcome.Malformed);
            await ErrorAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        var outcome = Control.Apply(command);
        var now = Control.Current;
        await (outcome == EffectOutcome.Accepted
            ? AnswerAsync(context, StatusCodes.Status200OK, RoutingJson.Write(now))
            : AnswerAsync(context, StatusCodes.Status409Conflict, new JsonObject { ["error"] = "stale_epoch", ["epoch"] = now.Epoch }.ToJsonString()));
    }

    private async Task<(RoutingCommand? Command, string Problem)> ReadAsync(HttpContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 8 }, context.RequestAborted);
            return RoutingJson.TryRead(body.RootElement, _regions, out var command, out var problem) ? (command, "") : (null, problem);
        }
        catch (JsonException malformed)
        {
            return (null, $"the body is not JSON: {malformed.Message}");
        }
        catch (BadHttpRequestException unreadable)
        {
            return (null, $"the body cannot be read: {unreadable.Message}");
        }
    }

    private static Task ErrorAsync(HttpContext context, int status, string error) =>
        AnswerAsync(context, status, new JsonObject { ["error"] = error }.ToJsonString());

    private static async Task AnswerAsync(HttpContext context, int status, string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Numbers the requests of one audience.</summary>
    private sealed class Counter
    {
        private long _count = -1;

        public long Next() => Interlocked.Increment(ref _count);
    }
}
