using System.Net;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>The wire of our edge's control interface and its epoch rule, without the edge.</summary>
internal sealed class EdgeWorld : TargetWorld
{
    private readonly WebApplication _server;

    private EdgeWorld()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(HandleAsync);
    }

    public override bool NamesMembers => false;

    /// <summary>What it answers.</summary>
    public string State { get; set; } = """{"epoch":1,"agent":"nobody","routes":{}}""";

    /// <summary>The PUT requests that arrived whole.</summary>
    public int Puts { get; private set; }

    /// <summary>The epoch to be seen between a client's reading and writing.</summary>
    public long? EpochThatSlipsIn { get; set; }

    public static async Task<EdgeWorld> StartAsync()
    {
        var world = new EdgeWorld();
        await world._server.StartAsync(TestContext.Current.CancellationToken);
        return world;
    }

    public override ITrafficTarget Target() => New(Port, Credential, TimeSpan.FromSeconds(5));

    public override ITrafficTarget Distrusted() => New(Port, WrongCredential, TimeSpan.FromSeconds(5));

    public override ITrafficTarget At(int port, TimeSpan timeout) => New(port, Credential, timeout);

    public override Task<string> StateAsync() => Task.FromResult(State);

    public override Task<string> ForeignAsync() => Task.FromResult("");

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    private int Port => new Uri(_server.Urls.First()).Port;

    private static EdgeTrafficTarget New(int port, string token, TimeSpan timeout) => new(
        new EdgeOptions { Name = "edge-1", Url = new Uri($"http://127.0.0.1:{port}"), Token = token, Timeout = timeout }, TimeProvider.System);

    private async Task HandleAsync(HttpContext http)
    {
        if (http.Request.Path != "/control/routes")
        {
            http.Response.StatusCode = 404;
            return;
        }

        if (http.Request.Method == "PUT")
        {
            using var reader = new StreamReader(http.Request.Body);
            http.Response.StatusCode = Put(http.Request.Headers.Authorization!, await reader.ReadToEndAsync(http.RequestAborted));
        }

        var seen = Epoch(State);
        await http.Response.WriteAsync(http.Response.StatusCode switch
        {
            401 => "no",
            409 => $$"""{"error":"stale_epoch","epoch":{{seen}}}""",
            _ => State,
        });
    }

    private int Put(string authorization, string body)
    {
        Puts++;
        if (authorization != $"Bearer {Credential}")
        {
            return 401;
        }

        var seen = EpochThatSlipsIn ?? Epoch(State);
        if (Epoch(body) < seen)
        {
            State = JsonNode.Parse(State)!.AsObject().Where(static f => f.Key != "epoch").Aggregate(
                new JsonObject { ["epoch"] = seen }, static (state, field) => { state[field.Key] = field.Value?.DeepClone(); return state; }).ToJsonString();
            return 409;
        }

        State = body;
        return 200;
    }

    private static long Epoch(string json) => JsonNode.Parse(json)!["epoch"]!.GetValue<long>();
}
