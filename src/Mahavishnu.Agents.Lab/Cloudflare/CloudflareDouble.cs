using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>A stand-in for Cloudflare's load balancing pools, over HTTP on 127.0.0.1.</summary>
/// <remarks>
/// It keeps Cloudflare's envelope, paging, array replacement, validation, time stamps and rate limit as its public documentation and
/// client libraries state them. Error codes other than their presence are not to be relied on.
/// </remarks>
public sealed class CloudflareDouble : IAsyncDisposable
{
    private const string BasePath = "/client/v4";

    private readonly CloudflareDoubleOptions _options;
    private readonly TimeProvider _time;
    private readonly CloudflarePoolStore _pools;
    private readonly CloudflareQuota _quota;
    private readonly ConcurrentQueue<CloudflareCall> _calls = new();
    private readonly WebApplication _server;

    private CloudflareDouble(CloudflareDoubleOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _pools = new CloudflarePoolStore(time);
        _quota = new CloudflareQuota(options.CallsInWindow, options.Window, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(HandleAsync);
    }

    /// <summary>The base address, to be used as the API's.</summary>
    public Uri ApiUrl => new(_server.Urls.First() + BasePath);

    /// <summary>What goes wrong.</summary>
    public CloudflareFaults Faults { get; } = new();

    /// <summary>The calls so far, in the order of their arrival, refused ones included.</summary>
    public IReadOnlyList<CloudflareCall> Calls => [.. _calls];

    /// <summary>Starts it on a free port.</summary>
    /// <param name="options">Account, token and limit.</param>
    /// <param name="time">The clock of time stamps, delays and the limit.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public static async Task<CloudflareDouble> StartAsync(CloudflareDoubleOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var started = new CloudflareDouble(options, time);
        await started._server.StartAsync(cancellationToken);
        return started;
    }

    /// <summary>Creates a pool as a client would.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="ArgumentException">The body is not a valid pool.</exception>
    public string AddPool(JsonObject body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var answer = _pools.Create(body);
        return answer.Envelope["result"]?["id"]?.ToString() ?? throw new ArgumentException(answer.Envelope.ToJsonString(), nameof(body));
    }

    /// <summary>A copy of a pool as it is now.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name or id.</exception>
    public JsonObject Pool(string nameOrId) => _pools.Copy(nameOrId);

    /// <summary>Changes a pool as somebody else would; its time stamp changes too.</summary>
    /// <param name="nameOrId">Which pool.</param>
    /// <param name="change">What to do to it; nothing is validated.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name or id.</exception>
    public void EditPool(string nameOrId, Action<JsonObject> change) => _pools.Edit(nameOrId, change);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var call = new CloudflareCall(http.Request.Method, http.Request.Path + http.Request.QueryString.Value, body);
        _calls.Enqueue(call);
        if (Faults.Delay > TimeSpan.Zero)
        {
            await Task.Delay(Faults.Delay, _time, http.RequestAborted);
        }

        var (allowed, remaining, left) = _quota.Take();
        var seconds = Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["Ratelimit"] = $"\"default\";r={remaining};t={seconds}";
        http.Response.Headers["Ratelimit-Policy"] = $"\"default\";q={_options.CallsInWindow};w={_options.Window.TotalSeconds:0}";
        if (!allowed)
        {
            http.Response.Headers.RetryAfter = seconds;
            await WriteAsync(http, CloudflareAnswer.Failure(429, 971, "Please wait and consider throttling your request speed"));
            return;
        }

        if (Faults.TakeFailure() is { } status)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("upstream error", http.RequestAborted);
            return;
        }

        await AnswerAsync(http, call);
    }

    private async Task AnswerAsync(HttpContext http, CloudflareCall call)
    {
        if (call.IsChange && Faults.TakeQuietRefusal())
        {
            await WriteAsync(http, CloudflareAnswer.Failure(200, 1003, "could not be saved"));
            return;
        }

        var answer = Answer(http.Request, call);
        if (call.IsChange && Faults.TakeLostReply())
        {
            http.Abort();
            return;
        }

        await WriteAsync(http, answer);
    }

    private CloudflareAnswer Answer(HttpRequest request, CloudflareCall call)
    {
        var root = $"{BasePath}/accounts/{_options.AccountId}/load_balancers/pools";
        if (request.Headers.Authorization != $"Bearer {_options.ApiToken}")
        {
            return CloudflareAnswer.Failure(403, 10000, "Authentication error");
        }

        if (!request.Path.StartsWithSegments(root, out var rest))
        {
            return CloudflareAnswer.Failure(404, 7003, "Could not route to the path");
        }

        var id = rest.Value?.Trim('/') ?? "";
        if (!call.IsChange)
        {
            return id.Length > 0 ? _pools.Get(id) : _pools.List(Number(request, "page", 1), Number(request, "per_page", 25));
        }

        return (call.Method, Parse(call.Body)) switch
        {
            (_, null) => CloudflareAnswer.Failure(400, 1002, "the body must be a JSON object"),
            ("POST", { } created) when id.Length == 0 => _pools.Create(created),
            ("PATCH", { } patch) when id.Length > 0 => _pools.Patch(id, patch),
            ("PUT", { } whole) when id.Length > 0 => _pools.Put(id, whole),
            _ => CloudflareAnswer.Failure(405, 7001, "Method not allowed"),
        };
    }

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // The caller answers 400 for it.
        }
    }

    private static int Number(HttpRequest request, string key, int otherwise) =>
        int.TryParse(request.Query[key], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1000 ? number : otherwise;

    private static async Task WriteAsync(HttpContext http, CloudflareAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.Envelope.ToJsonString(), http.RequestAborted);
    }
}
