using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Bodies of operators' requests that ask for nothing sound: each is refused with a reason and audited, and changes nothing.</summary>
[Collection(RunningAgents.Name)]
public sealed class HttpBodyFuzzTests(CalmWorld calm)
{
    private const int Limit = 16 * 1024;

    // No region is called mars, and maintenance without a reason is refused: even what is understood asks for nothing here.
    private static readonly (string Path, string Body)[] s_requests =
    [
        ("/v1/failover", """{"from":"mars","to":"venus","force":false,"reason":"","dryRun":false}"""),
        ("/v1/failback", """{"region":"mars","approve":false,"force":false,"reason":""}"""),
        ("/v1/maintenance", """{"on":null,"reason":""}"""),
    ];

    private static readonly string[] s_types = ["application/json", "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/json; charset=no-such-set", ";;", "image/png"];

    private static readonly Gen<byte[]> Wild = Gen.OneOf(
        Gen.Byte.Array[0, 300],
        Fuzz.Garbage.Select(Encoding.UTF8.GetBytes),
        Fuzz.Garbage.Select(Encoding.Unicode.GetBytes),
        Gen.Int[Limit - 2, Limit + 40].Select(static size => Encoding.UTF8.GetBytes(new string('[', size))),
        Gen.Int[Limit - 40, 4 * Limit].Select(static size => Encoding.UTF8.GetBytes($"{{\"reason\":\"{new string('x', size)}\"}}")));

    private static readonly Gen<Sent> GenSent = Gen.Int[0, s_requests.Length - 1].SelectMany(static i => Gen.Select(
        Gen.Frequency(
            (4, JsonEdits.Of(s_requests[i].Body, "\"on-call\"").Select(Encoding.UTF8.GetBytes)),
            (1, JsonEdits.Of(s_requests[i].Body).Select(Encoding.Unicode.GetBytes)),
            (1, JsonEdits.Of(s_requests[i].Body).Select(static text => (byte[])[.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)])),
            (2, Wild)),
        Gen.Frequency((3, Gen.Const(s_types[0])), (1, Gen.Int[0, s_types.Length - 1].Select(static t => s_types[t]))),
        Gen.Bool,
        Gen.Frequency((6, ""), (1, "gzip"), (1, "x"), (1, "identity")),
        (body, type, chunked, encoding) => new Sent(s_requests[i].Path, body, type, chunked, encoding)));

    private readonly AgentWorld _world = calm.World;

    [Fact]
    public async Task Post_AnyBody_IsRefusedWithAReasonAuditedAndChangesNothing()
    {
        var leader = await calm.LeaderAsync();
        var (before, lines, answered) = (await _world.FootprintAsync(), _world.Audit(leader).Count, 0);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

        await Fuzz.HoldsAsync(GenSent.Where(static sent => !AsksForMaintenance(sent)), 300, async sent =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_world.Agent(leader), sent.Path)) { Content = new ByteArrayContent(sent.Body) };
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {WorldTokens.OnCall}");
            request.Headers.TransferEncodingChunked = sent.Chunked ? true : null;
            request.Content.Headers.TryAddWithoutValidation("Content-Type", sent.Type);
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", sent.Encoding);
            try
            {
                using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
                answered++;
                var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.InRange((int)answer.StatusCode, 400, 499);
                Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
                Assert.True(JsonNode.Parse(text) is JsonObject said && (string?)said["error"] is { Length: > 0 } && (string?)said["message"] is { Length: > 0 }, text);
            }
            catch (HttpRequestException) when (sent.Body.Length > Limit)
            {
                // Refused, and the connection closed, before all of it was sent.
            }
        });

        Assert.InRange(_world.Audit(leader).Skip(lines).Count(static l => (string?)l["actor"] == "on-call" && ((string)l["action"]!).Contains('.', StringComparison.Ordinal)), answered, int.MaxValue);

        // Of many requests on a busy machine one may see another term; that is no change of theirs.
        Assert.Equal(before with { Epochs = "" }, await _world.FootprintAsync() with { Epochs = "" });
        Assert.Equal(200, (await _world.GetAsync(leader, "/health/ready", token: null)).Status);
    }

    [Fact]
    public async Task Connect_BytesThatAreNoRequest_LeaveTheAgentReady()
    {
        var leader = await calm.LeaderAsync();
        var head = $"POST /v1/maintenance HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {WorldTokens.OnCall}\r\nTransfer-Encoding: chunked\r\n\r\n";
        var bytes = Gen.OneOf(Gen.Byte.Array[1, 300], Fuzz.Garbage.Select(text => Encoding.UTF8.GetBytes(head + text)), Gen.Int[0, 999].Select(cut => Encoding.UTF8.GetBytes(head)[..(head.Length * cut / 1000)]));

        await Fuzz.HoldsAsync(bytes, 60, async sent =>
        {
            var answer = await ExchangeAsync(_world.Agent(leader), sent);

            Assert.True(answer.Length == 0 || int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture) is >= 400 and < 500, answer);
        });

        Assert.Equal(200, (await _world.GetAsync(leader, "/health/ready", token: null)).Status);
        Assert.Equal(200, (await _world.GetAsync(leader, "/v1/status")).Status);
    }

    /// <summary>What comes back until the connection ends, in whatever way it does.</summary>
    private static async Task<string> ExchangeAsync(Uri agent, byte[] sent)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(agent.Host, agent.Port, TestContext.Current.CancellationToken);
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(sent, TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Reset: the agent closed with something still unread.
        }

        return answer.ToString();
    }

    /// <summary>Two changes can make a sound request of the one that only lacks a switch and a reason.</summary>
    private static bool AsksForMaintenance(Sent sent)
    {
        try
        {
            return sent.Path == "/v1/maintenance" && JsonNode.Parse(sent.Body) is JsonObject json
                && json["on"]?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False && !string.IsNullOrWhiteSpace(json["reason"]?.ToString());
        }
        catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private sealed record Sent(string Path, byte[] Body, string Type, bool Chunked, string Encoding)
    {
        public override string ToString() =>
            $"{Path} [{Type}; {Encoding}{(Chunked ? "; chunked" : "")}] {Body.Length} bytes: {System.Text.Encoding.Latin1.GetString(Body.AsSpan(0, Math.Min(Body.Length, 1000)))}";
    }
}
