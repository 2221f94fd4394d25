using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>Takes requests from the web server: decodes the target once, lets faults act, finds the endpoint, writes the answer.</summary>
internal sealed class ConsulFrontend(EndpointContext context, ConsulFaults faults, IReadOnlyList<Route> routes, CancellationToken stopping)
{
    private readonly Dictionary<string, ConsulFrontend> _federation = new(StringComparer.Ordinal);

    /// <summary>Makes requests with <c>?dc=</c> of this name go to another server of this process.</summary>
    public void Federate(string datacenter, ConsulFrontend other)
    {
        lock (_federation)
        {
            _federation[datacenter] = other;
        }
    }

    /// <summary>Answers one exchange.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            var request = new ConsulRequest(http, DecodePath(http), cancelled.Token);
            var response = await MeetFaultsAsync(request);
            if (response is null)
            {
                http.Abort();
                return;
            }

            await SendAsync(http, response, cancelled.Token);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // The client went or the server stops: there is nobody to answer.
            http.Abort();
        }
    }

    private static string DecodePath(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.StartsWith('/') ? target.Split('?', 2)[0] : http.Request.Path.Value ?? "/";
        return Uri.UnescapeDataString(path);
    }

    /// <summary>The answer, or null when the connection is to be closed without one.</summary>
    private async Task<ConsulResponse?> MeetFaultsAsync(ConsulRequest request)
    {
        if (context.Options.FaultEndpoint && FaultEndpoint.Serves(request.Path))
        {
            return await FaultEndpoint.HandleAsync(request, faults);
        }

        switch (faults.Take(request.Path))
        {
            case Fault.Drop:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Options.Time, request.Cancelled);
                return null;
            case Fault.Refuse:
                return null;
            case Fault.LoseReply:
                await AnswerAsync(request);
                return null;
            case Fault.Delay { AfterApplying: false } delay:
                await Task.Delay(delay.By, context.Options.Time, request.Cancelled);
                return await AnswerAsync(request);
            case Fault.Delay late:
                var response = await AnswerAsync(request);
                await Task.Delay(late.By, context.Options.Time, request.Cancelled);
                return response;
            case Fault.Answer answer:
                return ConsulResponse.Text(answer.Status, answer.Body);
            default:
                return await AnswerAsync(request);
        }
    }

    private async Task<ConsulResponse> AnswerAsync(ConsulRequest request)
    {
        ConsulResponse response;
        try
        {
            response = await RouteAsync(request);
        }
        catch (RequestRefusedException refused)
        {
            response = ConsulResponse.Text(refused.Status, refused.Message);
        }
        catch (WriteLogException unwritten)
        {
            response = ConsulResponse.Text(500, "raft apply failed: " + unwritten.Message);
        }

        return response.With("X-Consul-Default-ACL-Policy", context.Access.DefaultPolicy);
    }

    private Task<ConsulResponse> RouteAsync(ConsulRequest request)
    {
        if (request.Path.Any(static c => char.IsControl(c)))
        {
            throw new RequestRefusedException(400, "Bad request: the path has characters that cannot be printed");
        }

        if (routes.FirstOrDefault(route => route.Matches(request.Path)) is not { } route)
        {
            throw new RequestRefusedException(404, $"Invalid URL path: {request.Path} is not a recognized HTTP API endpoint");
        }

        if (!route.Methods.Contains(request.Method))
        {
            var allow = string.Join(',', route.Methods.Prepend("OPTIONS"));
            return Task.FromResult((request.Method == "OPTIONS" ? ConsulResponse.Empty() : ConsulResponse.Text(405, $"method {request.Method} not allowed")).With("Allow", allow));
        }

        if (request.Has("stale") && request.Has("consistent"))
        {
            throw new RequestRefusedException(400, "Cannot specify ?stale with ?consistent, conflicting semantics.");
        }

        request.Rest = route.Pattern.EndsWith('/') ? request.Path[route.Pattern.Length..] : "";
        return request.Datacenter is { } datacenter && datacenter != context.Options.Datacenter
            ? Remote(datacenter).ServeAsync(request, request.Path)
            : ServeAsync(request, route);
    }

    private ConsulFrontend Remote(string datacenter)
    {
        lock (_federation)
        {
            return faults.CutReason(datacenter) is { } reason ? throw new RequestRefusedException(500, reason)
                : _federation.GetValueOrDefault(datacenter) ?? throw new RequestRefusedException(500, "No path to datacenter");
        }
    }

    private Task<ConsulResponse> ServeAsync(ConsulRequest request, string path) => ServeAsync(request, routes.First(route => route.Matches(path)));

    private async Task<ConsulResponse> ServeAsync(ConsulRequest request, Route route)
    {
        var staleRead = request.Method == "GET" && request.Stale;
        if (route.Kind == RouteKind.Datacenter && !staleRead && !await context.Leader.HoldAsync(request.Cancelled))
        {
            throw new RequestRefusedException(500, "No cluster leader");
        }

        return await route.Handle(request);
    }

    private static async Task SendAsync(HttpContext http, ConsulResponse response, CancellationToken cancelled)
    {
        http.Response.StatusCode = response.Status;
        http.Response.ContentType = response.ContentType;
        http.Response.ContentLength = response.Body.Length;
        foreach (var (name, value) in response.Headers)
        {
            http.Response.Headers[name] = value;
        }

        await http.Response.Body.WriteAsync(response.Body, cancelled);
    }
}
