using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mahavishnu.Agents.Lab.Service;

/// <summary>
/// Stands for the Mahavishnu service of one region: <c>GET /health</c>, <c>/api/v1/ping</c> and <c>/api/v1/workflows</c>,
/// with databases <c>POST /api/v1/rows/{uuid}</c>, for users as they stand, and for the probes of an observer below <c>/from/{observer}</c>.
/// </summary>
/// <remarks>
/// Faults: <c>PUT</c> or <c>DELETE /lab/deny/{observer}</c> aborts that observer's connections or serves it again;
/// <c>PUT /lab/health/healthy</c> or <c>/lab/health/unhealthy</c> makes <c>/health</c> answer 200 or 503.
/// </remarks>
public sealed class SampleService : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _denied = new(StringComparer.Ordinal);
    private readonly RegionId _region;
    private WebApplication? _web;
    private volatile bool _unhealthy;

    private readonly ServiceRows? _rows;

    private SampleService(RegionId region, ServiceRows? rows) => (_region, _rows) = (region, rows);

    /// <summary>Where the service listens.</summary>
    public Uri Address => EmbeddedWeb.AddressOf(_web!);

    /// <summary>Starts a service; it answers when the task ends.</summary>
    /// <param name="region">The region that it says it is in.</param>
    /// <param name="address">Where to listen; port 0 is any free one.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <param name="databases">The ports of the servers of PostgreSQL that it writes rows to; null for none.</param>
    /// <exception cref="LabException">The address cannot be used.</exception>
    public static async Task<SampleService> StartAsync(RegionId region, IPEndPoint address, CancellationToken cancellationToken, IReadOnlyList<int>? databases = null)
    {
        var service = new SampleService(region, databases is null ? null : new ServiceRows(databases));
        service._web = await EmbeddedWeb.StartAsync(address, static _ => { }, _ => service.HandleAsync, cancellationToken);
        return service;
    }

    /// <summary>Closes all connections and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        if (_rows is not null)
        {
            await _rows.DisposeAsync();
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        var segments = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments is ["from", var observer, .. var rest])
        {
            if (_denied.ContainsKey(observer))
            {
                context.Abort();
                return Task.CompletedTask;
            }

            segments = rest;
        }

        return (context.Request.Method, segments) switch
        {
            ("GET", ["health"]) => _unhealthy
                ? AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, new JsonObject { ["status"] = "unhealthy" })
                : AnswerAsync(context, StatusCodes.Status200OK, new JsonObject { ["status"] = "healthy" }),
            ("GET", ["api", "v1", "ping" or "workflows"]) =>
                AnswerAsync(context, StatusCodes.Status200OK, new JsonObject { ["region"] = _region.Value, ["pid"] = Environment.ProcessId }),
            ("POST", ["api", "v1", "rows", var request]) when _rows is not null && Guid.TryParse(request, out var row) => WriteAsync(context, _rows, row),
            ("PUT", ["lab", "deny", var denied]) => SwitchAsync(context, () => _denied[denied] = true),
            ("DELETE", ["lab", "deny", var denied]) => SwitchAsync(context, () => _denied.TryRemove(denied, out _)),
            ("PUT", ["lab", "health", "healthy"]) => SwitchAsync(context, () => _unhealthy = false),
            ("PUT", ["lab", "health", "unhealthy"]) => SwitchAsync(context, () => _unhealthy = true),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, new JsonObject { ["error"] = "not_found" }),
        };
    }

    private static async Task WriteAsync(HttpContext context, ServiceRows rows, Guid request) => await (await rows.WriteAsync(request, context.RequestAborted) is { } port
        ? AnswerAsync(context, StatusCodes.Status201Created, new JsonObject { ["port"] = port })
        : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, new JsonObject { ["error"] = "no_database" }));

    private static Task SwitchAsync(HttpContext context, Action set)
    {
        set();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task AnswerAsync(HttpContext context, int status, JsonObject body)
    {
        var text = body.ToJsonString();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = text.Length;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
