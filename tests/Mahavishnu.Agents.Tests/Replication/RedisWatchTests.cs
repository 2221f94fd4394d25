using System.Text.Json;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.TestKit.Servers;
using Mahavishnu.Agents.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

public sealed class RedisWatchTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunOnceAsync_RealServer_IsHeldAgainstTheConfiguration()
    {
        Assert.SkipWhen(RedisServer.Missing is not null, RedisServer.Missing ?? "");
        await using var server = new RedisServer("--maxmemory", "50mb", "--maxmemory-policy", "noeviction");
        await server.StartAsync(Cancelled);
        using var folder = new ConfigFolder(region: $"cache: {{endpoint: 127.0.0.1, port: {server.Port}, redis: {{mode: standalone, tls: false, replicas: 0, persistence: {{aof_enabled: false}}}}}}");
        var (options, expected) = folder.Load().Options!.ToRedis()!.Value;
        await using var node = new RedisNode(options, TimeProvider.System);
        using var watch = new RedisWatch(node, expected, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), new AgentClock(TimeProvider.System), NullLogger<RedisWatch>.Instance);

        await watch.RunOnceAsync(Cancelled);

        var seen = watch.View();
        Assert.Null(seen.Problem);
        Assert.Equal("Standalone", JsonSerializer.SerializeToNode(seen.Document)!["mode"]!.GetValue<string>());
        Assert.Equal(["R-30"], seen.Findings.Select(static f => f.Rule));

        await server.Process.KillAsync();
        await watch.RunOnceAsync(Cancelled);

        Assert.NotNull(watch.View().Problem);
        Assert.Empty(watch.View().Findings);
    }

    [Fact]
    public void ToRedis_ReferencesBlock_IsTheExpectation()
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of("tests/Mahavishnu.Agents.Tests/Configuration/Reference/cache.yaml")), ConfigFolder.Sound + "\ncache: {endpoint: redis.example, port: 6380}");

        var (options, expected) = folder.Load().Options!.ToRedis()!.Value;

        Assert.Equal((new RegionId("us-east-1"), new RedisEndPoint("redis.example", 6380), true), (options.Region, Assert.Single(options.Endpoints), options.Tls));
        Assert.Equal((RedisMode.Cluster, "allkeys-lru", true), (expected.Mode, expected.Policy, expected.AppendOnly));
    }
}
