using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>A real Cluster of three masters and three replicas, found from one of its servers.</summary>
public sealed class RedisClusterTests : IAsyncDisposable
{
    private static readonly RedisExpectation Expected = new() { Policy = "noeviction", AppendOnly = false };

    private readonly RedisWorld _world = new();

    [Fact]
    public async Task ReadAsync_WholeCluster_FindsAllServersAndAllSlotsCovered()
    {
        var cluster = await _world.ClusterAsync();
        var node = _world.Node(cluster.Servers[0]);

        var reading = await UntilAsync(() => ReadAsync(node), static r => r.Servers.Count == 6);

        Assert.Equal(RedisMode.Cluster, reading.Mode);
        Assert.Equal(cluster.Servers.Select(static s => s.Endpoint).Order(StringComparer.Ordinal), reading.Servers.Select(static s => s.Endpoint));
        Assert.Equal(3, reading.Servers.Count(static s => s.Role == RedisRole.Master));
        Assert.Equal((true, 16384, 16384, 0, 0, 6), (reading.Cluster!.Serves, reading.Cluster.SlotsAssigned, reading.Cluster.SlotsOk, reading.Cluster.SlotsSuspected, reading.Cluster.SlotsFailed, reading.Cluster.KnownNodes));
        Assert.Equal(["R-31"], RedisHealth.Findings(reading, Expected).Select(static f => f.Rule).Distinct());
    }

    [Fact]
    public async Task BeatAsync_Cluster_LandsOnEachMasterAndIsReadOnEachReplica()
    {
        var cluster = await _world.ClusterAsync();
        var node = _world.Node(cluster.Servers[0]);
        var beat = new RedisBeat("agent", 1, TimeProvider.System.GetUtcNow());

        var written = await UntilAsync(async () => Value(await node.BeatAsync(beat, Deadline, Stop)), static w => w.Endpoints.Count == 3);
        var read = await UntilAsync(async () => Value(await node.ReadBeatsAsync(Deadline, Stop)), static r => r.Beats.Count == 6);

        Assert.Equal(cluster.Servers.Take(3).Select(static s => s.Endpoint).Order(StringComparer.Ordinal), written.Endpoints);
        Assert.Equal(cluster.Servers.Select(static s => s.Endpoint).Order(StringComparer.Ordinal), read.Beats.Select(static b => b.Endpoint));
        Assert.All(read.Beats, b => Assert.Equal(beat, b.Beat));
    }

    [Fact]
    public async Task ReadAsync_MasterKilled_TellsTheLossAndThenTheFailover()
    {
        var cluster = await _world.ClusterAsync();
        var node = _world.Node(cluster.Servers[0]);
        var before = await UntilAsync(() => ReadAsync(node), static r => r.Servers.Count == 6);
        await cluster.Servers[1].Process.KillAsync();

        var lost = await UntilAsync(() => ReadAsync(node), static r => r.Cluster!.SlotsOk < RedisClusterReading.SlotCount);
        var after = await UntilAsync(() => ReadAsync(node), static r => r.Cluster is { Serves: true, SlotsOk: RedisClusterReading.SlotCount } && r.Servers.Count(static s => s.Role == RedisRole.Master) == 3);

        var findings = RedisHealth.Findings(lost, Expected);
        Assert.Contains(findings, static f => f is { Rule: "R-05", Severity: FindingSeverity.Critical });
        Assert.Contains(findings, f => f.Rule == "R-01" && f.Sentence.Contains(cluster.Servers[1].Endpoint, StringComparison.Ordinal));
        Assert.Contains(RedisHealth.Findings(after, Expected), static f => f is { Rule: "R-10", Severity: FindingSeverity.Critical });
        Assert.True(after.Cluster!.Epoch > before.Cluster!.Epoch);
    }

    [Fact]
    public async Task ReadAsync_MajorityKilled_TellsThatTheClusterDoesNotServe()
    {
        var cluster = await _world.ClusterAsync();
        var node = _world.Node(cluster.Servers[0]);
        await UntilAsync(() => ReadAsync(node), static r => r.Servers.Count == 6);
        await cluster.Servers[1].Process.KillAsync();
        await cluster.Servers[2].Process.KillAsync();

        var reading = await UntilAsync(() => ReadAsync(node), static r => r.Cluster is { Serves: false });
        var beat = await UntilAsync(
            () => node.BeatAsync(new RedisBeat("agent", 1, TimeProvider.System.GetUtcNow()), Deadline, Stop), static a => a is DataAnswer<RedisBeatWritten>.Unknown);

        Assert.Contains(RedisHealth.Findings(reading, Expected), static f => f is { Rule: "R-04", Severity: FindingSeverity.Critical });
        Assert.Contains("CLUSTERDOWN", beat.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAndOpen_Cluster_CloseAndOpenEveryServer()
    {
        var cluster = await _world.ClusterAsync();
        var node = _world.Node(cluster.Servers[0]);

        var fenced = Value(await UntilAsync(() => node.FenceAsync(2, Deadline, Stop), static a => a is DataAnswer<RedisChange>.Ok));
        var closed = await SettingsAsync(cluster);
        var stale = await node.OpenAsync(1, Deadline, Stop);
        Value(await UntilAsync(() => node.OpenAsync(2, Deadline, Stop), static a => a is DataAnswer<RedisChange>.Ok));

        Assert.Equal(6, fenced.Endpoints.Count);
        Assert.All(closed, static value => Assert.Equal("1000000", value));
        Assert.IsType<DataAnswer<RedisChange>.Refused>(stale);
        Assert.All(await SettingsAsync(cluster), static value => Assert.Equal("0", value));
    }

    [Fact]
    public async Task PromoteAsync_Cluster_IsRefused()
    {
        var cluster = await _world.ClusterAsync();

        var answer = await _world.Node(cluster.Servers[0]).PromoteAsync(1, Deadline, Stop);

        Assert.Contains("CLUSTER FAILOVER TAKEOVER", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static Task<string[]> SettingsAsync(TestKit.Servers.RedisCluster cluster) => Task.WhenAll(cluster.Servers.Select(static async server =>
        (await server.RunAsync(Stop, "CONFIG", "GET", "min-replicas-to-write")).Split('\n')[^1]));
}
