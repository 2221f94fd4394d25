using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.TestKit.Servers.OpenSearch;

/// <summary>An answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
public sealed record DoubleReply(int Status, string Body)
{
    /// <summary>Success, with JSON.</summary>
    public static DoubleReply Ok(JsonObject body) => new(200, body.ToJsonString());

    /// <summary>Success without anything to tell.</summary>
    public static DoubleReply Acknowledged { get; } = Ok(new JsonObject { ["acknowledged"] = true });

    /// <summary>An error as OpenSearch tells it.</summary>
    public static DoubleReply Error(int status, string type, string reason) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["type"] = type, ["reason"] = reason }, ["status"] = status }.ToJsonString());
}

/// <summary>One cluster of an <see cref="OpenSearchDouble"/>.</summary>
public sealed class ClusterDouble : IAsyncDisposable
{
    private readonly OpenSearchDouble _world;
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<string> _calls = new();

    private ClusterDouble(OpenSearchDouble world, string name)
    {
        (_world, Name) = (world, name);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(HandleAsync);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its REST interface.</summary>
    public Uri Url => new(_server.Urls.First());

    /// <summary>Its indices by name.</summary>
    public SortedDictionary<string, IndexDouble> Indices { get; } = new(StringComparer.Ordinal);

    /// <summary>The names under which it knows other clusters.</summary>
    public Dictionary<string, string> Remotes { get; } = [];

    /// <summary>The auto-follow rules: name and pattern.</summary>
    public Dictionary<string, string> Rules { get; } = [];

    /// <summary>Whether it answers nobody, neither clients nor clusters.</summary>
    public bool Down { get; set; }

    /// <summary>Whether its followers stand still, as with a link that is cut.</summary>
    public bool HoldsPulls { get; set; }

    /// <summary>Its health.</summary>
    public string Health { get; set; } = "green";

    /// <summary>User and password with a colon between; null when it asks for none.</summary>
    public string? Credentials { get; set; }

    /// <summary>Answers in place of the cluster: for faults. The text is method and path; null lets the cluster answer.</summary>
    public Func<string, DoubleReply?> Fault { get; set; } = static _ => null;

    /// <summary>Held-up requests: those for which this is true are never answered, though they may be carried out.</summary>
    public Func<string, bool> Mute { get; set; } = static _ => false;

    /// <summary>Whether a stop stays where it has closed the index, until <see cref="EndStops"/>.</summary>
    public bool HoldsStops { get; set; }

    /// <summary>Method and path of every request so far.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Reads or changes it between requests.</summary>
    public T With<T>(Func<ClusterDouble, T> look)
    {
        ArgumentNullException.ThrowIfNull(look);
        lock (_world.Gate)
        {
            return look(this);
        }
    }

    /// <summary>Stops that stand still go on to their end.</summary>
    public void EndStops()
    {
        lock (_world.Gate)
        {
            HoldsStops = false;
            foreach (var index in Indices.Values.Where(static i => i.Following?.State == "STOPPED"))
            {
                (index.Following, index.Closed) = (null, false);
            }
        }
    }

    internal static async Task<ClusterDouble> StartAsync(OpenSearchDouble world, string name, CancellationToken cancellationToken)
    {
        var cluster = new ClusterDouble(world, name);
        await cluster._server.StartAsync(cancellationToken);
        return cluster;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var text = await reader.ReadToEndAsync(http.RequestAborted);
        var call = $"{http.Request.Method} {http.Request.Path}";
        _calls.Enqueue(call);
        if (Down)
        {
            http.Abort();
            return;
        }

        var reply = Fault(call) ?? Authorized(http) ?? Answer(http.Request.Method, http.Request.Path.Value!.Trim('/').Split('/'), text);
        if (Mute(call))
        {
            var never = new TaskCompletionSource();
            await using var aborted = http.RequestAborted.Register(never.SetResult);
            await never.Task;
            return;
        }

        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(reply.Body, http.RequestAborted);
    }

    private DoubleReply? Authorized(HttpContext http)
    {
        if (Credentials is not { } expected)
        {
            return null;
        }

        var given = http.Request.Headers.Authorization.ToString();
        return given == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(expected)) ? null : new DoubleReply(401, "Unauthorized");
    }

    private DoubleReply Answer(string method, string[] path, string text)
    {
        var body = text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
        lock (_world.Gate)
        {
            _world.PullAll();
            return (method, path) switch
            {
                ("GET", ["_cluster", "health", ..]) => HealthOf(path.ElementAtOrDefault(2)),
                ("GET", ["_remote", "info"]) => DoubleReply.Ok(new JsonObject(Remotes.Select(r => KeyValuePair.Create<string, JsonNode?>(r.Key, new JsonObject { ["connected"] = _world.Reachable(r.Value) is not null, ["mode"] = "sniff" })))),
                ("PUT", ["_cluster", "settings"]) => Register(body!),
                (_, ["_plugins", "_replication", .. var rest]) => ReplicationDouble.Answer(_world, this, method, rest, body),
                (_, [var index, .. var rest]) => IndexCalls.Answer(Indices, method, index, rest, body),
                _ => DoubleReply.Error(400, "illegal_argument_exception", "no handler found"),
            };
        }
    }

    private DoubleReply HealthOf(string? index)
    {
        // The wait for an index that is not there, or has no copy, ends without it.
        var missing = index is not null && !Indices.ContainsKey(index);
        var body = new JsonObject { ["cluster_name"] = Name, ["status"] = missing ? "red" : Health, ["timed_out"] = missing, ["number_of_nodes"] = 3, ["number_of_data_nodes"] = 3 };
        return new DoubleReply(missing ? 408 : 200, body.ToJsonString());
    }

    private DoubleReply Register(JsonObject body)
    {
        foreach (var (key, seeds) in body["persistent"]!.AsObject())
        {
            var parts = key.Split('.');
            if (parts is ["cluster", "remote", var alias, "seeds"])
            {
                Remotes[alias] = ((string?)seeds!.AsArray().First())!.Split(':')[0];
            }
        }

        return DoubleReply.Acknowledged;
    }
}
