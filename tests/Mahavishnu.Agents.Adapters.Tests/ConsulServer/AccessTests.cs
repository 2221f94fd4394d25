using Mahavishnu.Agents.Lab.Consul;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class AccessTests : ConsulServerTest
{
    protected override ConsulServerOptions Options => new()
    {
        Time = Clock,
        DenyByDefault = true,
        LenientVerbs = true,
        Tokens =
        [
            new ConsulToken { Secret = "agent", KeyWritePrefixes = ["svc/"], KeyReadPrefixes = ["shared/"], SessionWrite = true },
            new ConsulToken { Secret = "services", ServiceWrite = true },
        ],
    };

    [Theory]
    //          method  target                   token       status
    [InlineData("PUT", "/v1/kv/svc/a",           "agent",    200)]
    [InlineData("GET", "/v1/kv/svc/a?recurse",   "agent",    404)]
    [InlineData("GET", "/v1/kv/shared/a",        "agent",    404)]
    [InlineData("PUT", "/v1/kv/shared/a",        "agent",    403)]
    [InlineData("GET", "/v1/kv/other",           "agent",    403)]
    [InlineData("PUT", "/v1/kv/svc/a",           "services", 403)]
    [InlineData("PUT", "/v1/kv/svc/a",           null,       403)]
    [InlineData("PUT", "/v1/session/create",     "agent",    200)]
    [InlineData("PUT", "/v1/session/create",     "services", 403)]
    [InlineData("GET", "/v1/session/list",       null,       403)]
    [InlineData("GET", "/v1/health/service/web", "agent",    200)]
    [InlineData("GET", "/v1/status/leader",      null,       200)]
    public async Task C131_DenyByDefault_NeedsTheRight(string method, string target, string? token, int status)
    {
        var reply = await SendAsync(new HttpMethod(method), target, token: token);
        Assert.True(reply.Status == status, $"{reply.Status} {reply.Body}");
        if (status == 403)
        {
            Assert.StartsWith("Permission denied", reply.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task C131_UnknownToken_Gives403WithItsOwnText()
    {
        (await SendAsync(HttpMethod.Get, "/v1/kv/svc/a", token: "wrong")).Is(403, "ACL not found");
        Assert.Equal("deny", (await GetAsync("/v1/status/leader")).Headers["X-Consul-Default-ACL-Policy"]);
    }

    [Fact]
    public async Task C131_Txn_NeedsTheRightForEveryKey()
    {
        using var body = new StringContent("""[{"KV":{"Verb":"set","Key":"svc/a"}},{"KV":{"Verb":"set","Key":"other"}}]""");
        (await SendAsync(HttpMethod.Put, "/v1/txn", body, token: "agent")).Fails(403, "\"other\"");
        Assert.Equal(404, (await SendAsync(HttpMethod.Get, "/v1/kv/svc/a", token: "agent")).Status);
    }

    [Fact]
    public async Task C124_LenientVerbs_TakeGetForCheckUpdates()
    {
        using var body = new StringContent("""{"Name":"c","TTL":"30s"}""");
        Assert.Equal(200, (await SendAsync(HttpMethod.Put, "/v1/agent/check/register", body, token: "services")).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, "/v1/agent/check/pass/c", token: "services")).Status);
    }

    [Fact]
    public async Task C019_ReadChunkedSessionBodies_TakesTheBody()
    {
        await using var lenient = await Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions { ReadChunkedSessionBodies = true }, Cancelled);
        Assert.Contains("\"Name\":\"n\"", await CreateChunkedAsync(lenient), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C019_ChunkedBodyIgnored_IsLogged()
    {
        var warnings = new WarningCollector();
        await using var strict = await Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions { Logger = warnings }, Cancelled);
        Assert.Contains("\"Name\":\"\"", await CreateChunkedAsync(strict), StringComparison.Ordinal);
        Assert.Contains("chunked", Assert.Single(warnings.Messages), StringComparison.Ordinal);
    }

    private static async Task<string> CreateChunkedAsync(Lab.Consul.ConsulServer server)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Put, "v1/session/create") { Content = new StringContent("""{"Name":"n"}""") };
        request.Headers.TransferEncodingChunked = true;
        using var created = await client.SendAsync(request, Cancelled);
        Assert.True(created.IsSuccessStatusCode);
        return await client.GetStringAsync(new Uri("v1/session/list", UriKind.Relative), Cancelled);
    }
}
