using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.Cloudflare;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Cloudflare;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>Cloudflare's stand-in with a pool for each audience, foreign origins in them and sixty foreign pools before them.</summary>
internal sealed class CloudflareWorld : TargetWorld
{
    private const int ForeignPools = 60;

    private CloudflareWorld(CloudflareDouble cloudflare, FakeTimeProvider time) => (Cloudflare, Time) = (cloudflare, time);

    public CloudflareDouble Cloudflare { get; }

    /// <summary>The clock of the stand-in; targets use it too when a test asks for that.</summary>
    public FakeTimeProvider Time { get; }

    public static async Task<CloudflareWorld> StartAsync(int callsInWindow = 1200)
    {
        var time = new FakeTimeProvider();
        var options = new CloudflareDoubleOptions { ApiToken = Credential, CallsInWindow = callsInWindow };
        var world = new CloudflareWorld(await CloudflareDouble.StartAsync(options, time, TestContext.Current.CancellationToken), time);
        for (var i = 0; i < ForeignPools; i++)
        {
            world.Cloudflare.AddPool(Pool($"foreign-{i}", Origin("us", "192.0.2.1")));
        }

        // The pool of us-east-1 lacks the origin of ap-south-1; one of its origins has settings that are nobody's business here.
        var special = Origin("us", "192.0.2.1");
        special["header"] = new JsonObject { ["Host"] = new JsonArray("app.example") };
        special["virtual_network_id"] = "a5624d4e-044a-4ff0-b3e1-e2465353d4b4";
        world.Cloudflare.AddPool(Pool("users-us", special, Origin("canary", "192.0.2.9"), Origin("eu", "192.0.2.2")));
        world.Cloudflare.AddPool(Pool("users-eu", Origin("us", "192.0.2.1"), Origin("eu", "192.0.2.2"), Origin("ap", "192.0.2.3"), Origin("canary", "192.0.2.9")));
        return world;
    }

    public override ITrafficTarget Target() => New(Cloudflare.ApiUrl, Credential, TimeSpan.FromSeconds(5), Time);

    public override ITrafficTarget Distrusted() => New(Cloudflare.ApiUrl, WrongCredential, TimeSpan.FromSeconds(5), Time);

    public override ITrafficTarget At(int port, TimeSpan timeout) => New(new Uri($"http://127.0.0.1:{port}"), Credential, timeout, TimeProvider.System);

    public override Task<string> StateAsync() => Task.FromResult(string.Join('\n', Pools().Select(static pool => pool.ToJsonString())));

    public override Task<string> ForeignAsync()
    {
        var pools = Pools();
        foreach (var pool in pools.Where(static pool => pool["name"]!.ToString().StartsWith("users-", StringComparison.Ordinal)))
        {
            pool["modified_on"] = null;
            var kept = pool["origins"]!.AsArray().OfType<JsonObject>().Select(static origin =>
            {
                var copy = origin.DeepClone().AsObject();
                if (copy["name"]!.ToString() != "canary")
                {
                    copy.Remove("enabled");
                    copy.Remove("weight");
                }

                return copy;
            }).Where(static origin => origin["name"]!.ToString() != "ap").ToArray();
            pool["origins"] = new JsonArray(kept);
        }

        return Task.FromResult(string.Join('\n', pools.Select(static pool => pool.ToJsonString())));
    }

    /// <summary>A copy of a pool.</summary>
    public JsonObject Pool(string name) => Cloudflare.Pool(name);

    public override ValueTask DisposeAsync() => Cloudflare.DisposeAsync();

    private List<JsonObject> Pools() =>
        [.. Enumerable.Range(0, ForeignPools).Select(static i => $"foreign-{i}").Append("users-us").Append("users-eu").Select(Pool)];

    private static JsonObject Pool(string name, params JsonNode[] origins) =>
        new() { ["name"] = name, ["origins"] = new JsonArray(origins), ["check_regions"] = new JsonArray("WEU", "ENAM") };

    private static JsonObject Origin(string name, string address) => new() { ["name"] = name, ["address"] = address };

    private static CloudflareTrafficTarget New(Uri api, string token, TimeSpan timeout, TimeProvider time) => new(
        new CloudflareOptions
        {
            Name = "main", ApiUrl = api, AccountId = new CloudflareDoubleOptions { ApiToken = token }.AccountId, ApiToken = token, Timeout = timeout,
            Pools = new Dictionary<RegionId, CloudflareRoute> { [Us] = Route("us"), [Eu] = Route("eu") },
        }, time);

    private static CloudflareRoute Route(string audience) => new($"users-{audience}", new Dictionary<RegionId, CloudflareOrigin>
    {
        [Us] = new("us", "192.0.2.1"), [Eu] = new("eu", "192.0.2.2"), [Ap] = new("ap", "192.0.2.3"),
    });
}
