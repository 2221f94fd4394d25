using System.Net;
using System.Text;
using CsCheck;
using Mahavishnu.Agents.Lab.Consul;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

/// <summary>Clients that ask for anything in any way: the server says no in Consul's words, goes on, and can read its own log again.</summary>
public sealed class RequestFuzzTests : IDisposable
{
    private const int TooLong = 512 * 1024;

    private static readonly string[] s_methods = ["GET", "PUT", "DELETE", "POST", "PATCH", "OPTIONS", "HEAD", "FOO"];

    private static readonly string[] s_rests = ["k", "a/b", "", "/", "//", "..", "%2e%2e/x", "%", "%zz", "%00", "%ff", "%c3%a9", "a%2fb", "s-1", "web", "service:web", "node-1", "?", "k?", "%F0%9F%98%80", new string('x', 3000)];

    private static readonly string[] s_parameters =
    [
        "cas=0", "cas=-1", "cas=18446744073709551616", "cas=", "acquire=", "acquire=s-1", "release=x", "flags=1", "flags=-1", "recurse", "keys", "keys&separator=/", "separator=", "raw", "pretty", "stale", "consistent", "consistent&stale",
        "index=0", "index=-1", "index=x", "index=99&wait=1ms", "index=99&wait=1e9h", "index=0&wait=99999999999999999999h", "index=0&wait=9000000000000000000h", "wait=", "dc=dc1", "dc=mars", "dc=", "token=t", "note=%ff", "passing=maybe",
        "passing", "tag=", "replace-existing-checks", "=", "&&", "%00=1", "a=%zz", $"note={new string('x', 5000)}",
    ];

    /// <summary>The endpoints, with a body that each takes.</summary>
    private static readonly (string Method, string Path, string Body)[] s_endpoints =
    [
        ("GET", "/v1/kv/", ""), ("PUT", "/v1/kv/", "value"), ("DELETE", "/v1/kv/", ""),
        ("PUT", "/v1/session/create", """{"Name":"A","TTL":"10s","LockDelay":"0s","Behavior":"release","Checks":[],"NodeChecks":["serfHealth"],"ServiceChecks":[{"ID":"c","Namespace":""}]}"""),
        ("PUT", "/v1/session/renew/", ""), ("PUT", "/v1/session/destroy/", ""), ("GET", "/v1/session/info/", ""), ("GET", "/v1/session/list", ""), ("GET", "/v1/session/node/", ""),
        ("PUT", "/v1/txn", """[{"KV":{"Verb":"set","Key":"k","Value":"dg==","Flags":1,"Index":3,"Session":"s-1"}},{"KV":{"Verb":"get-or-empty","Key":"a/b"}}]"""),
        ("GET", "/v1/status/leader", ""), ("GET", "/v1/status/peers", ""), ("GET", "/v1/agent/self", ""), ("GET", "/v1/agent/services", ""), ("GET", "/v1/agent/checks", ""), ("GET", "/v1/agent/health/service/id/", ""),
        ("PUT", "/v1/agent/service/register", """{"ID":"web","Name":"web","Tags":["a"],"Address":"127.0.0.1","Port":80,"Meta":{"a":"b"},"Weights":{"Passing":1,"Warning":1},"Check":{"CheckID":"c","TTL":"30s","Status":"passing","DeregisterCriticalServiceAfter":"90m"},"Checks":[{"Name":"d","TTL":"1h"}]}"""),
        ("PUT", "/v1/agent/service/deregister/", ""), ("PUT", "/v1/agent/check/register", """{"ID":"c","Name":"c","Notes":"n","ServiceID":"","TTL":30000000000,"Status":"passing","Timeout":"1s"}"""),
        ("PUT", "/v1/agent/check/deregister/", ""), ("PUT", "/v1/agent/check/pass/", ""), ("PUT", "/v1/agent/check/fail/", ""), ("PUT", "/v1/agent/check/update/", """{"Status":"warning","Output":"hm"}"""),
        ("PUT", "/v1/catalog/register", """{"ID":"","Node":"n","Address":"127.0.0.1","Service":{"ID":"web","Service":"web","Tags":["a"],"Port":80},"Check":{"CheckID":"c","Name":"c","Status":"passing","ServiceID":"web"},"Checks":[{"Name":"d"}]}"""),
        ("PUT", "/v1/catalog/deregister", """{"Node":"n","ServiceID":"web","CheckID":"c"}"""), ("GET", "/v1/health/service/", ""), ("PUT", "/lab/faults/drop", ""), ("GET", "/", ""), ("GET", "*", ""),
    ];

    /// <summary>What Consul answers with 500 where others would say 400.</summary>
    private static readonly string[] s_refusals =
        ["apply failed: ", "raft apply failed: ", "Session TTL '", "Invalid Session TTL '", "Invalid Behavior setting '", "strconv.ParseUint", "No path to datacenter", "CheckID \"", "No cluster leader"];

    private static readonly Gen<Request> GenRequest = Gen.Int[0, s_endpoints.Length - 1].SelectMany(static i => Gen.Select(
        Gen.Frequency((6, Gen.Const(s_endpoints[i].Method)), (1, Gen.Int[0, s_methods.Length - 1].Select(static m => s_methods[m]))),
        s_endpoints[i].Path.EndsWith('/') ? Gen.Int[0, s_rests.Length - 1].Select(r => s_endpoints[i].Path + s_rests[r]) : Gen.Const(s_endpoints[i].Path),
        Gen.Int[0, s_parameters.Length - 1].Array[0, 2].Select(static ps => string.Join('&', ps.Select(static p => s_parameters[p]))),
        Gen.Frequency(
            (6, s_endpoints[i].Body.StartsWith('{') || s_endpoints[i].Body.StartsWith('[') ? JsonEdits.Of(s_endpoints[i].Body, "\"99999999h\"", "\"-5s\"", "\"1ns\"", "9223372036854775807", "\"set\"", "\"delete-tree\"", "\"9000000000000000000h\"", "\"2000h\"", "[null]", "null") : Gen.Const(s_endpoints[i].Body)),
            (1, Fuzz.Garbage),
            (1, Gen.Const(new string(' ', TooLong + 1)))),
        Gen.Bool,
        static (method, path, query, body, chunked) => new Request(method, path, query, body, chunked)));

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("consul-server-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public Task HandleAsync_AnyRequests_AreAnsweredInConsulsWordsAndTheLogIsReadAgain()
    {
        var runs = 0;
        return Fuzz.HoldsAsync(GenRequest.Array[1, 25].Select(static requests => new Conversation(requests)), 60, async conversation =>
        {
            var options = new ConsulServerOptions { DataDirectory = Path.Combine(_directory.FullName, $"{++runs}") };
            string kept;
            await using (var server = await Lab.Consul.ConsulServer.StartAsync(options, Cancelled))
            {
                foreach (var request in conversation.Requests)
                {
                    var (status, body) = await AskAsync(server, request);
                    Assert.True(status < 500 || s_refusals.Any(r => body.StartsWith(r, StringComparison.Ordinal)) || (status == 503 && body.Contains("AggregatedStatus", StringComparison.Ordinal)), $"{request}: {status} '{body}'");
                }

                Assert.Equal((200, "true"), await AskAsync(server, new Request("PUT", "/v1/kv/still", "", "here", false)));
                kept = await KeptAsync(server);
            }

            await using var again = await Lab.Consul.ConsulServer.StartAsync(options, Cancelled);
            Assert.Equal(kept, await KeptAsync(again));
        });
    }

    [Theory]
    //          request                                                  body                                                                                 status
    [InlineData("GET", "/v1/kv/k?index=1&wait=9000000000000000000h",     "",                                                                                  400)]
    [InlineData("PUT", "/v1/session/create",                             """{"TTL":"9000000000000000000h"}""",                                                500)]
    [InlineData("PUT", "/v1/session/create",                             """{"LockDelay":"\ud800"}""",                                                        400)]
    [InlineData("PUT", "/v1/session/create",                             """{"Checks":["\ud800"]}""",                                                         400)]
    [InlineData("PUT", "/v1/session/create",                             """{"Checks":[],"ServiceChecks":[null]}""",                                          400)]
    [InlineData("PUT", "/v1/agent/check/register",                       """{"Name":"c","TTL":"\ud800"}""",                                                   400)]
    [InlineData("PUT", "/v1/agent/check/register",                       """{"Name":"c","TTL":"2000h"}""",                                                    200)]
    [InlineData("PUT", "/v1/agent/service/register",                     """{"Name":"web","Check":{"TTL":"1s","DeregisterCriticalServiceAfter":"99999h"}}""", 200)]
    [InlineData("PUT", "/v1/agent/service/register",                     """{"Name":"web","Checks":[null]}""",                                                400)]
    [InlineData("PUT", "/v1/agent/service/register",                     """{"Name":"web","Tags":[null]}""",                                                  400)]
    [InlineData("PUT", "/v1/catalog/register",                           """{"Node":"n","Address":"127.0.0.1","Checks":[null]}""",                            400)]
    public async Task HandleAsync_NullsHalfCharactersAndAges_AreAnswered(string method, string target, string sent, int status)
    {
        await using var server = await Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions(), Cancelled);
        var parts = target.Split('?');

        var (answered, body) = await AskAsync(server, new Request(method, parts[0], parts.Length > 1 ? parts[1] : "", sent, false));

        Assert.Equal(status, answered);
        Assert.True(status == 200 || body.Length > 0);
    }

    private static async Task<string> KeptAsync(Lab.Consul.ConsulServer server) =>
        string.Join('\n', await Task.WhenAll(new[] { "/v1/kv/?recurse", "/v1/session/list", "/v1/agent/services" }.Select(async path => (await AskAsync(server, new Request("GET", path, "", "", false))).Body)));

    private static async Task<(int Status, string Body)> AskAsync(Lab.Consul.ConsulServer server, Request asked)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
        var target = $"{server.Address.AbsoluteUri.TrimEnd('/')}{(asked.Path.StartsWith('/') ? asked.Path : "/" + asked.Path)}{(asked.Query.Length > 0 ? "?" + asked.Query : "")}";
        using var request = new HttpRequestMessage(new HttpMethod(asked.Method), new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Content = asked.Body.Length > 0 || asked.Method == "PUT" ? new ByteArrayContent(Encoding.UTF8.GetBytes(asked.Body)) : null;
        request.Headers.TransferEncodingChunked = asked.Chunked && request.Content is not null ? true : null;
        try
        {
            using var answer = await http.SendAsync(request, Cancelled);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
        }
        catch (HttpRequestException) when (asked.Body.Length > TooLong)
        {
            // Answered, and closed, before all of it was sent.
            return (413, "");
        }
    }

    private sealed record Request(string Method, string Path, string Query, string Body, bool Chunked)
    {
        public override string ToString() => $"{Method} {(Path.Length > 200 ? $"{Path[..200]} and so on, {Path.Length}" : Path)}?{(Query.Length > 200 ? $"{Query[..200]} and so on, {Query.Length}" : Query)}{(Chunked ? " chunked" : "")} {(Body.Length > 2000 ? $"{Body[..2000]} and so on, {Body.Length}" : Body)}";
    }

    private sealed record Conversation(Request[] Requests)
    {
        public override string ToString() => string.Join('\n', Requests.AsEnumerable());
    }
}
