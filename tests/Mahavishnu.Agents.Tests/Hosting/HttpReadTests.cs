using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Reads of the HTTP interface: who may, what is there, and that a crowd of slow callers does not matter.</summary>
[Collection(RunningAgents.Name)]
public sealed class HttpReadTests(CalmWorld calm)
{
    private readonly AgentWorld _world = calm.World;

    [Theory]
    [InlineData("/health/live",  "live")]
    [InlineData("/health/ready", "ready")]
    public async Task Health_RunningAgent_Is200WithoutToken(string path, string status)
    {
        var reply = await _world.GetAsync(AgentWorld.Us, path, token: null);

        Assert.Equal(200, reply.Status);
        Assert.Equal(status, (string?)reply.Json["status"]);
    }

    [Theory]
    //          path              token                     status error
    [InlineData("/v1/status",      null,                     401, "unauthenticated")]
    [InlineData("/v1/explain",     null,                     401, "unauthenticated")]
    [InlineData("/v1/maintenance", null,                     401, "unauthenticated")]
    [InlineData("/v1/status",      "wrong",                  401, "unauthenticated")]
    [InlineData("/v1/status",      WorldTokens.Reader + "x", 401, "unauthenticated")]
    [InlineData("/v1/status",      WorldTokens.Operator,     403, "forbidden")]
    [InlineData("/v1/explain",     WorldTokens.Operator,     403, "forbidden")]
    public async Task Read_WithoutTheRight_IsRefusedAndTellsNothing(string path, string? token, int status, string error)
    {
        var reply = await _world.GetAsync(AgentWorld.Us, path, token);

        Assert.Equal((status, error), (reply.Status, reply.Error));
        Assert.DoesNotContain("us-west-2", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(token ?? WorldTokens.Reader, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/status")]
    [InlineData("/v1/explain")]
    [InlineData("/v1/maintenance")]
    public async Task Read_WithTheScope_IsOneJsonDocument(string path)
    {
        var reply = await _world.GetAsync(AgentWorld.Us, path, WorldTokens.Reader);

        Assert.Equal((200, "application/json"), (reply.Status, reply.ContentType));
        Assert.NotNull(reply.Json.AsObject());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1")]
    [InlineData("/v1/statuses")]
    [InlineData("/v1/status/more")]
    [InlineData("/etc/passwd.txt")]
    [InlineData("/health")]
    public async Task UnknownPath_IsA404ThatNamesIt(string path)
    {
        var reply = await _world.GetAsync(AgentWorld.Us, path);

        Assert.Equal((404, "not_found"), (reply.Status, reply.Error));
        Assert.Contains(path, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    //          method    path            allowed
    [InlineData("POST",   "/v1/status",   "GET, HEAD")]
    [InlineData("DELETE", "/v1/status",   "GET, HEAD")]
    [InlineData("PUT",    "/metrics",     "GET, HEAD")]
    [InlineData("POST",   "/health/live", "GET, HEAD")]
    [InlineData("GET",    "/v1/failover", "POST")]
    [InlineData("PUT",    "/v1/failback", "POST")]
    [InlineData("PATCH",  "/v1/maintenance", "GET, HEAD, POST")]
    [InlineData("OPTIONS", "/v1/failover", "POST")]
    public async Task WrongMethod_IsA405ThatSaysWhatIsAllowedAndChangesNothing(string method, string path, string allowed)
    {
        var before = await _world.FootprintAsync();

        var reply = await _world.SendAsync(AgentWorld.Us, new HttpMethod(method), path, method == "GET" ? null : """{"from":"us-east-1","force":true,"reason":"x","on":true}""");

        Assert.Equal((405, "method_not_allowed", allowed), (reply.Status, reply.Error, reply.Allow));
        Assert.Equal(before, await _world.FootprintAsync());
    }

    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/metrics",     200)]
    [InlineData("/v1/status",   200)]
    [InlineData("/v1/failover", 405)]
    public async Task Head_IsAnsweredWithoutABody(string path, int status)
    {
        var reply = await _world.SendAsync(AgentWorld.Us, HttpMethod.Head, path);

        Assert.Equal((status, ""), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Live_FiftySlowClients_AnswersAtOnce()
    {
        var clients = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                var client = new TcpClient();
                clients.Add(client);
                await client.ConnectAsync("127.0.0.1", _world.Agent(AgentWorld.Us).Port, TestContext.Current.CancellationToken);
                var half = $"POST /v1/failover HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {WorldTokens.OnCall}\r\nContent-Length: 1000\r\n\r\n{{";
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(half), TestContext.Current.CancellationToken);
            }

            var startedAt = TimeProvider.System.GetTimestamp();
            var reply = await _world.GetAsync(AgentWorld.Us, "/health/live", token: null);

            Assert.Equal(200, reply.Status);
            Assert.InRange(TimeProvider.System.GetElapsedTime(startedAt), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }
}
