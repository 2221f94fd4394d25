using System.Text.Encodings.Web;
using System.Text.Json;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Hosting;

/// <summary>
/// The HTTP interface. Health and metrics are open; everything else needs a bearer token with a scope, and every
/// mutation leaves an audit line, refused ones too.
/// </summary>
internal sealed class HttpApi(AgentParts parts, AccessTokens tokens, AgentMetrics metrics, Readiness readiness)
{
    /// <summary>Largest request body that is read.</summary>
    public const int BodyLimitBytes = 16 * 1024;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_strict = new(s_json) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Hangs every route into the application.</summary>
    public void Map(WebApplication app)
    {
        app.MapGet("/metrics", MetricsAsync);
        app.MapGet("/health/live", context => readiness.Live() is { } stuck ? Problem(context, 503, "stuck", stuck) : Json(context, 200, new { status = "live" }));
        app.MapGet("/health/ready", context => readiness.Ready() is { } missing ? Problem(context, 503, "not_ready", missing) : Json(context, 200, new { status = "ready" }));
        app.MapGet("/v1/status", context => Read(context, () => StatusDocument.Status(parts)));
        app.MapGet("/v1/explain", context => Read(context, () => StatusDocument.Explain(parts)));
        app.MapGet("/v1/maintenance", context => Read(context, () => StatusDocument.Maintenance(parts)));
        app.MapPost("/v1/maintenance", MaintenanceAsync);
        app.MapPost("/v1/failover", context => OperateAsync<FailoverBody>(context, AccessScope.Operate, SagaKind.Failover));
        app.MapPost("/v1/failback", context => OperateAsync<FailbackBody>(context, AccessScope.Approve, SagaKind.Failback));
        app.MapFallback(context => Problem(context, 404, "not_found", $"{context.Request.Path} does not exist here."));
    }

    private async Task MetricsAsync(HttpContext context)
    {
        metrics.Show(parts.Health.Snapshot());
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await metrics.Registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
    }

    private Task Read(HttpContext context, Func<object> document) =>
        Authorize(context, AccessScope.Read) is { } ? Json(context, 200, document()) : Task.CompletedTask;

    private async Task MaintenanceAsync(HttpContext context)
    {
        if (Authorize(context, AccessScope.Operate) is not { } caller || await BodyAsync<MaintenanceBody>(context) is not { } body)
        {
            return;
        }

        if (body.On is not { } on || string.IsNullOrWhiteSpace(body.Reason))
        {
            await Problem(context, 400, "bad_request", "Expected {\"on\": true|false, \"reason\": \"TEXT\"}; both are needed.");
            return;
        }

        var (majority, detail) = await parts.Maintenance.SetAsync(on, body.Reason, caller, context.RequestAborted);
        parts.Audit.Write(caller, "maintenance.set", on ? "on" : "off", majority ? "done" : "failed", new { body.Reason, detail, from = From(context) });
        await (majority ? Json(context, 200, new { on, reason = body.Reason, by = caller, detail }) : Problem(context, 503, "no_majority", $"Maintenance could not be set: {detail}."));
    }

    private async Task OperateAsync<T>(HttpContext context, AccessScope scope, SagaKind kind)
        where T : class, IOperatorBody
    {
        if (Authorize(context, scope) is not { } caller || await BodyAsync<T>(context) is not { } body)
        {
            return;
        }

        if (!RegionId.IsValid(body.Source) || (body.Target is not null && !RegionId.IsValid(body.Target)))
        {
            await Problem(context, 400, "bad_request", $"'{body.Source}'{(body.Target is null ? "" : $" or '{body.Target}'")} is not the name of a region.");
            return;
        }

        if (parts.Leadership.Standing.Role != Role.Leader)
        {
            await NotLeader(context);
            return;
        }

        var request = new OperatorRequest(kind, new RegionId(body.Source!), body.Target is { } to ? new RegionId(to) : null, body.Force, body.Reason, caller);
        var answer = await parts.Failover.AskAsync(request, body.DryRun, context.RequestAborted);
        parts.Audit.Write(caller, $"{kind.ToString().ToLowerInvariant()}.request", body.Source!, answer.Plan is null ? answer.Code : body.DryRun ? "dry_run" : "accepted", new { body.Target, body.Force, body.Reason, body.DryRun, answer.Message, from = From(context) });
        if (answer.Plan is { } plan)
        {
            await Json(context, body.DryRun ? 200 : 202, new { dryRun = body.DryRun, message = answer.Message, plan = StatusDocument.Saga(plan, parts.Failover.State) });
        }
        else if (answer.Code == "not_leader")
        {
            await NotLeader(context);
        }
        else
        {
            await Problem(context, answer.Code is "unknown_region" or "reason_missing" or "target_is_source" ? 400 : 409, answer.Code, answer.Message);
        }
    }

    private Task NotLeader(HttpContext context)
    {
        var leader = StatusDocument.Leader(parts);
        return Json(context, 421, new
        {
            error = "not_leader",
            message = leader is null ? "No agent leads now; try again shortly, and see `status`." : $"{leader.Agent} leads; ask it at {leader.Address}.",
            leader,
        });
    }

    /// <summary>The caller's name; null when the request was turned away, and answered.</summary>
    private string? Authorize(HttpContext context, AccessScope scope)
    {
        var found = tokens.Find(context.Request.Headers.Authorization, scope);
        if (found is { Allowed: true } caller)
        {
            return caller.Name;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            parts.Audit.Write(found?.Name ?? "unknown", "http.refused", context.Request.Path, found is null ? "unauthenticated" : "forbidden", new { from = From(context) });
        }

        // Written here so that the caller of this method only has to stop.
        var refusal = found is null
            ? Problem(context, 401, "unauthenticated", "A bearer token is needed: Authorization: Bearer TOKEN, one of agent.tokens.")
            : Problem(context, 403, "forbidden", $"The token {found.Value.Name} lacks the scope {scope.ToString().ToLowerInvariant()}.");
        refusal.GetAwaiter().GetResult();
        return null;
    }

    private static async Task<T?> BodyAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            if (await JsonSerializer.DeserializeAsync<T>(context.Request.Body, s_strict, context.RequestAborted) is { } body)
            {
                return body;
            }

            await Problem(context, 400, "bad_request", "The body is empty; expected a JSON object.");
        }
        catch (JsonException malformed)
        {
            await Problem(context, 400, "bad_request", $"The body is not what was expected: {malformed.Message}");
        }
        catch (BadHttpRequestException refused)
        {
            await Problem(context, refused.StatusCode, refused.StatusCode == 413 ? "too_large" : "bad_request", refused.StatusCode == 413 ? $"The body is larger than {BodyLimitBytes} bytes." : refused.Message);
        }

        return null;
    }

    private static string? From(HttpContext context) => context.Connection.RemoteIpAddress?.ToString();

    private static Task Problem(HttpContext context, int status, string error, string message) => Json(context, status, new { error, message });

    private static async Task Json(HttpContext context, int status, object document)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(document, s_json);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
