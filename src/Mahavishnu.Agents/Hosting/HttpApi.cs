using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Hosting;

/// <summary>The HTTP interface. Health and metrics are open; everything else needs a bearer token with a scope.</summary>
internal sealed class HttpApi(AgentParts parts, AccessGate gate, AgentMetrics metrics, Readiness readiness, OperatorApi operators)
{
    private static readonly string[] s_reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Hangs every route into the application.</summary>
    public void Map(WebApplication app)
    {
        Map(app, "/metrics", s_reading, MetricsAsync);
        Map(app, "/health/live", s_reading, context => Live().WriteAsync(context));
        Map(app, "/health/ready", s_reading, context => Health(readiness.Ready(), "ready", "not_ready").WriteAsync(context));
        Map(app, "/v1/status", s_reading, context => ReadAsync(context, () => StatusDocument.Status(parts)));
        Map(app, "/v1/explain", s_reading, context => ReadAsync(context, () => StatusDocument.Explain(parts)));
        Map(app, "/v1/maintenance", [.. s_reading, HttpMethods.Post], context =>
            HttpMethods.IsPost(context.Request.Method) ? operators.MaintenanceAsync(context) : ReadAsync(context, () => StatusDocument.Maintenance(parts)));
        Map(app, "/v1/failover", [HttpMethods.Post], operators.FailoverAsync);
        Map(app, "/v1/failback", [HttpMethods.Post], operators.FailbackAsync);
        app.MapFallback("{**path}", static context => HttpAnswer.Problem(StatusCodes.Status404NotFound, "not_found", $"{context.Request.Path} does not exist here.").WriteAsync(context));
    }

    /// <summary>A route that answers other methods with 405 and those that it has.</summary>
    private static void Map(WebApplication app, string path, string[] methods, RequestDelegate handler) => app.Map(path, context =>
    {
        if (methods.Contains(context.Request.Method))
        {
            return handler(context);
        }

        context.Response.Headers.Allow = string.Join(", ", methods);
        return HttpAnswer.Problem(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", $"{path} answers {string.Join(", ", methods)} only.").WriteAsync(context);
    });

    /// <summary>With the time, by which other agents set their picture of this one's clock.</summary>
    private HttpAnswer Live() => readiness.Live() is { } problem
        ? HttpAnswer.Problem(StatusCodes.Status503ServiceUnavailable, "stuck", problem)
        : HttpAnswer.Of(new { status = "live", process = parts.Votes.Process, unixMicroseconds = (parts.Clock.Wall - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond });

    private static HttpAnswer Health(string? problem, string good, string bad) =>
        problem is null ? HttpAnswer.Of(new { status = good }) : HttpAnswer.Problem(StatusCodes.Status503ServiceUnavailable, bad, problem);

    /// <summary>States are taken at the moment of the scrape, so that an agent that runs no failover shows them too.</summary>
    private async Task MetricsAsync(HttpContext context)
    {
        metrics.Show(parts.Health.Snapshot());
        var standing = parts.Leadership.Standing;
        metrics.Show(parts.Options.Region, standing, standing.ValidUntil - parts.Clock.Now, parts.Votes.Agreed(), parts.Audit.Written);
        metrics.Show(parts.Options.Region, parts.Data.Views());
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await metrics.Registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task ReadAsync(HttpContext context, Func<object> document)
    {
        if (await gate.AdmitAsync(context, AccessScope.Read) is { })
        {
            await HttpAnswer.Of(document()).WriteAsync(context);
        }
    }
}
