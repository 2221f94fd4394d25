using System.Text.Json;
using CsCheck;
using Mahavishnu.Agents.Adapters.Tests.Consul;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.Cloudflare;
using Mahavishnu.Agents.Adapters.Traffic.Edge;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>Control interfaces that answer anything in any way: every effect comes to an outcome, and is done only where the last answer shows what is desired.</summary>
public sealed class HttpTargetFuzzTests
{
    private const string EdgeAtUs = """{"epoch":7,"agent":"agent-1","routes":{"us-east-1":{"us-east-1":100}}}""";
    private const string EdgeAtEu = """{"epoch":8,"agent":"agent-1","routes":{"us-east-1":{"eu-west-1":100}}}""";
    private const string Zone = """{"name":"app.example.","kind":"Native","rrsets":[{"name":"us.app.example.","type":"TXT","ttl":60,"records":[{"content":"\"not ours\"","disabled":false}]},{"name":"us.app.example.","type":"A","ttl":30,"records":[{"content":"127.0.1.1","disabled":false},{"content":"127.0.1.2","disabled":true}],"comments":[]}]}""";
    private const string Pool = """{"id":"p1","name":"users-us","enabled":true,"modified_on":"2026-01-01T00:00:00Z","origins":[{"name":"us","address":"192.0.2.1","enabled":true,"weight":1},{"name":"eu","address":"192.0.2.2","enabled":false,"weight":0.7},{"name":"canary","address":"192.0.2.9"}]}""";

    private static readonly string s_zoneAtEu = Zone.Replace("127.0.1.1\",\"disabled\":false", "127.0.1.1\",\"disabled\":true", StringComparison.Ordinal).Replace("127.0.1.2\",\"disabled\":true", "127.0.1.2\",\"disabled\":false", StringComparison.Ordinal);
    private static readonly string s_zoneSplit = Zone.Replace("\"type\":\"A\"", "\"type\":\"LUA\"", StringComparison.Ordinal).Replace("""{"content":"127.0.1.1","disabled":false},{"content":"127.0.1.2","disabled":true}""", """{"content":"A \"pickwrandom({{30,'127.0.1.1'},{70,'127.0.1.2'}})\"","disabled":false}""", StringComparison.Ordinal);
    private static readonly string s_poolAtEu = Pool.Replace("\"enabled\":true,\"weight\":1", "\"enabled\":false,\"weight\":1", StringComparison.Ordinal).Replace("\"enabled\":false,\"weight\":0.7", "\"enabled\":true,\"weight\":1", StringComparison.Ordinal);
    private static readonly RoutingTable s_desired = RoutingTable.Empty.With(Us, (Eu, 100));

    [Fact]
    public Task Edge_AnyAnswers_AreAnOutcome() => HoldsAsync(
        [("GET", "200", [EdgeAtUs, EdgeAtEu]), ("PUT", "200", [EdgeAtEu])],
        Edge,
        static answer => answer.GetProperty("epoch").GetInt64() == 8 && answer.GetProperty("routes").EnumerateObject().Single() is { Name: "us-east-1" } row
            && string.Join(' ', row.Value.EnumerateObject().Where(static s => s.Value.GetInt32() != 0).Select(static s => $"{s.Name} {s.Value}")) == "eu-west-1 100");

    [Fact]
    public Task PowerDns_AnyAnswers_AreAnOutcome() => HoldsAsync(
        [("GET", "200", [Zone, s_zoneAtEu, s_zoneSplit]), ("PATCH", "204", [""]), ("GET", "200", [s_zoneAtEu])],
        PowerDns,
        static answer =>
        {
            var ours = answer.GetProperty("rrsets").EnumerateArray().Where(static s => Text(s, "name").Equals("us.app.example.", StringComparison.OrdinalIgnoreCase)).ToList();
            var plain = ours.Where(static s => Text(s, "type") == "A").ToList();
            return ours.TrueForAll(static s => Text(s, "type") != "LUA") && plain.Count == 1
                && string.Join(' ', plain[0].GetProperty("records").EnumerateArray().Select(static r => $"{Text(r, "content")} {r.GetProperty("disabled")}").Order(StringComparer.Ordinal)) == "127.0.1.1 True 127.0.1.2 False";
        });

    [Fact]
    public Task Cloudflare_AnyAnswers_AreAnOutcome() => HoldsAsync(
        [("GET", "200", [List(Pool), List(s_poolAtEu)]), ("GET", "200", [Envelope(Pool)]), ("PATCH", "200", [Envelope(s_poolAtEu)]), ("GET", "200", [Envelope(s_poolAtEu)])],
        Cloudflare,
        static answer =>
        {
            var result = answer.GetProperty("result");
            var pool = result.ValueKind == JsonValueKind.Array ? result.EnumerateArray().Single(static p => p.ValueKind == JsonValueKind.Object && (Text(p, "name") == "users-us" || Text(p, "id") == "users-us")) : result;
            var origins = pool.GetProperty("origins").EnumerateArray().ToList();
            JsonElement Origin(string name) => origins.Single(o => Text(o, "name") == name);
            return answer.GetProperty("success").GetBoolean() && IsOn(pool) && !IsOn(Origin("us")) && IsOn(Origin("eu"))
                && Text(Origin("eu"), "address") == "192.0.2.2" && (!Origin("eu").TryGetProperty("weight", out var weight) || weight.ValueKind == JsonValueKind.Null || weight.GetDecimal() == 1);
        });

    [Theory]
    //          target        an answer to everything                                                                                        becomes
    [InlineData("edge",       EdgeAtEu,                                                                                                      TrafficOutcomeKind.AlreadySo)]
    [InlineData("edge",       """{"epoch":8,"agent":"\ud800","routes":{"us-east-1":{"eu-west-1":100}}}""",                                    TrafficOutcomeKind.Unknown)]
    [InlineData("powerdns",   """{"rrsets":[null]}""",                                                                                       TrafficOutcomeKind.Unknown)]
    [InlineData("powerdns",   """{"rrsets":[{"name":"us.app.example.","type":"A","ttl":30,"records":null}]}""",                              TrafficOutcomeKind.Unknown)]
    [InlineData("powerdns",   """{"rrsets":[{"name":"us.app.example.","type":"A","ttl":30,"records":[null]}]}""",                            TrafficOutcomeKind.Unknown)]
    [InlineData("powerdns",   """{"rrsets":[{"name":"us.app.example.","type":"LUA","ttl":30,"records":[{"disabled":false}]}]}""",            TrafficOutcomeKind.Unknown)]
    [InlineData("powerdns",   """{"rrsets":[{"name":"a.","type":"A","ttl":1,"records":[]},{"name":"A.","type":"A","ttl":1,"records":[]}]}""", TrafficOutcomeKind.Unknown)]
    [InlineData("cloudflare", """{"success":true,"result":"\ud800"}""",                                                                      TrafficOutcomeKind.Unknown)]
    [InlineData("cloudflare", """{"success":true,"result":[{"id":"p1","name":"users-us","origins":[{"name":"us","address":"x","weight":"heavy"}]}]}""", TrafficOutcomeKind.Unknown)]
    [InlineData("cloudflare", """{"success":true,"result":[{"id":"p1","name":"users-us","origins":[{"name":"us","address":"x","weight":7e28}]}]}""", TrafficOutcomeKind.Unknown)]
    [InlineData("cloudflare", """{"success":true,"result":[{"id":"p1","name":"users-us","enabled":"no","origins":[]}]}""",                    TrafficOutcomeKind.Unknown)]
    [InlineData("cloudflare", """{"success":true,"result":[{"id":"p1","name":"users-us","origins":[{"name":"us","address":"x"},{"name":"us","address":"y"}]}]}""", TrafficOutcomeKind.Refused)]
    public async Task Apply_Answer_IsThatOutcome(string kind, string body, TrafficOutcomeKind becomes)
    {
        // A name of no set of characters, as a broken proxy may send it, is no reason to fail.
        await using var peer = ScriptedPeer.Answering(200, body, "Content-Type: text/html; charset=no-such-set");
        ITrafficTarget target = kind switch
        {
            "edge" => Edge(peer.Address, TimeSpan.FromSeconds(60)),
            "powerdns" => PowerDns(peer.Address, TimeSpan.FromSeconds(60)),
            _ => Cloudflare(peer.Address, TimeSpan.FromSeconds(60)),
        };
        using var owned = target as IDisposable;

        var outcome = await target.ApplyAsync(new TrafficCommand(s_desired, 8, "agent-1", static () => true), TestContext.Current.CancellationToken);

        Assert.Equal(becomes, outcome.Kind);
        await ReadAsync(target);
    }

    [Fact]
    public async Task Read_OneAddressTwice_IsOneShare()
    {
        await using var peer = ScriptedPeer.Answering(200, Zone.Replace("127.0.1.2\",\"disabled\":true", "127.0.1.1\",\"disabled\":false", StringComparison.Ordinal));
        using var target = PowerDns(peer.Address, TimeSpan.FromSeconds(60));

        Assert.Equal(RoutingTable.Empty.With(Us, (Us, 100)), await target.ReadAsync(TestContext.Current.CancellationToken));
    }

    private static EdgeTrafficTarget Edge(Uri url, TimeSpan timeout) => new(new EdgeOptions { Name = "e", Url = url, Token = Credential, Timeout = timeout }, TimeProvider.System);

    private static PowerDnsTrafficTarget PowerDns(Uri url, TimeSpan timeout) => new(
        new PowerDnsOptions
        {
            Name = "ns-1", Url = url, ApiKey = Credential, Zone = "app.example.", Timeout = timeout,
            Routes = new Dictionary<RegionId, PowerDnsRoute> { [Us] = new("us.app.example.", "A", new Dictionary<RegionId, string> { [Us] = "127.0.1.1", [Eu] = "127.0.1.2" }) },
        },
        TimeProvider.System);

    private static CloudflareTrafficTarget Cloudflare(Uri url, TimeSpan timeout) => new(
        new CloudflareOptions
        {
            Name = "c", ApiUrl = url, AccountId = "acc", ApiToken = Credential, Timeout = timeout,
            Pools = new Dictionary<RegionId, CloudflareRoute> { [Us] = new("users-us", new Dictionary<RegionId, CloudflareOrigin> { [Us] = new("us", "192.0.2.1"), [Eu] = new("eu", "192.0.2.2") }) },
        },
        TimeProvider.System);

    /// <summary>Holds reading and applying against answers in the order in which a target asks for them.</summary>
    /// <param name="sound">The requests that are answered, with the status and the bodies that belong to them.</param>
    /// <param name="target">Makes the target.</param>
    /// <param name="shows">Whether an answer shows what is desired.</param>
    private static async Task HoldsAsync((string Method, string Status, string[] Bodies)[] sound, Func<Uri, TimeSpan, ITrafficTarget> target, Func<JsonElement, bool> shows)
    {
        RawAnswer[] next = [];
        var asked = 0;
        RawAnswer? last = null;
        await using var peer = ScriptedPeer.Start(exchange =>
        {
            // The next answer to that method; the last to it when all are given.
            var fitting = sound.Index().Where(s => exchange.RequestLine.StartsWith(s.Item.Method + " ", StringComparison.Ordinal)).Select(static s => s.Index).ToList();
            last = next[fitting.Append(fitting[^1]).First(i => i >= asked || i == fitting[^1])];
            asked++;
            return last.SendAsync(exchange);
        });

        var answers = sound.Select(static s => RawAnswer.Of(s.Status, Bodies(s.Bodies))).ToArray();
        var conversations = answers.Aggregate(Gen.Const(Array.Empty<RawAnswer>()), static (all, one) => Gen.Select(all, one, static (before, answer) => (RawAnswer[])[.. before, answer]));
        await Fuzz.HoldsAsync(Gen.Select(conversations, Gen.Bool), 250, async found =>
        {
            (next, asked, last) = (found.Item1, 0, null);
            var timeout = next.Any(static a => a.Delivery == Delivery.CutAndSilent) ? TimeSpan.FromMilliseconds(80) : TimeSpan.FromSeconds(60);
            var made = target(peer.Address, timeout);
            using var owned = made as IDisposable;
            if (found.Item2)
            {
                await ReadAsync(made);
                return;
            }

            var outcome = await made.ApplyAsync(new TrafficCommand(s_desired, 8, "agent-1", static () => true), TestContext.Current.CancellationToken);

            Assert.NotEmpty(outcome.Detail);
            Assert.DoesNotContain(Credential, outcome.Detail, StringComparison.Ordinal);
            if (outcome.Kind is TrafficOutcomeKind.Applied or TrafficOutcomeKind.AlreadySo)
            {
                Assert.True(shows(JsonDocument.Parse(last!.Received!).RootElement), $"{outcome} after {last.Received}");
            }
        });
    }

    private static async Task ReadAsync(ITrafficTarget target)
    {
        try
        {
            var table = await target.ReadAsync(TestContext.Current.CancellationToken);
            Assert.All(table.Audiences, a => Assert.All(table.Shares(a).Keys, static serving => Assert.True(RegionId.IsValid(serving.Value))));
        }
        catch (DependencyUnavailableException unavailable)
        {
            Assert.NotEmpty(unavailable.Message);
        }
    }

    private static Gen<string> Bodies(string[] sound) => Gen.Int[0, sound.Length - 1].SelectMany(i => Gen.Frequency(
        (5, JsonEdits.Of(sound[i], "\"127.0.1.1\"", "\"users-us\"", "\"eu\"", "\"us.app.example.\"", "\"LUA\"", "\"A\"", "8", "7", "0.5", "-1", "\"A \\\"pickwrandom({{1,'127.0.1.1'},{1,'127.0.1.2'}})\\\"\"", "\"A \\\"pickwrandom({{999999999,'127.0.1.1'}})\\\"\"")),
        (5, Gen.Const(sound[i])),
        (1, Fuzz.Garbage)));

    private static string List(string pool) => Envelope($"[{pool}]").Replace("\"messages\":[]", "\"result_info\":{\"total_count\":1}", StringComparison.Ordinal);

    private static string Envelope(string result) => $$"""{"success":true,"errors":[],"messages":[],"result":{{result}}}""";

    private static string Text(JsonElement item, string key) => item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool IsOn(JsonElement item) => !item.TryGetProperty("enabled", out var enabled) || enabled.ValueKind != JsonValueKind.False;
}
