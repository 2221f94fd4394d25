using Mahavishnu.Agents.Adapters.Redis;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>What a healthy and an ailing pair say of themselves, against real servers.</summary>
public sealed class RedisReadTests : IAsyncDisposable
{
    private readonly RedisWorld _world = new();

    [Fact]
    public async Task ReadAsync_Pair_TellsRolesOffsetsAndBacklog()
    {
        var (master, replica) = await _world.PairAsync();
        await master.RunAsync(Stop, "SET", "key", new string('x', 5000));
        var node = _world.Node(master, replica);

        var reading = await UntilAsync(() => ReadAsync(node), r => Of(r, master).Master!.Replicas is [{ BytesBehind: 0 }] && Of(r, replica).BytesBehind(Of(r, master)) == 0);

        Assert.Equal((RedisMode.Standalone, 2, 0), (reading.Mode, reading.Servers.Count, reading.Silent.Count));
        Assert.Null(reading.Cluster);
        var (first, second) = (Of(reading, master), Of(reading, replica));
        Assert.Equal((RedisRole.Master, RedisRole.Replica), (first.Role, second.Role));
        Assert.Equal(40, first.ReplicationId.Length);
        Assert.InRange(first.OffsetBytes, 5000, 20000);
        Assert.Equal(("online", replica.Endpoint), (first.Master!.Replicas[0].State, first.Master.Replicas[0].Endpoint));
        Assert.InRange(first.Master.Replicas[0].SinceAck, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal((true, 1048576, 0), (first.Master.Backlog.Active, first.Master.Backlog.SizeBytes, first.Master.MinReplicas));
        Assert.Equal(first.OffsetBytes, first.Master.Backlog.FirstByteOffset + first.Master.Backlog.HistoryBytes - 1);
        Assert.Equal(new RedisReplicaReading(master.Endpoint, true, second.Replica!.SinceIo, null, false, null, true), second.Replica);
        Assert.InRange(second.Replica.SinceIo!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task ReadAsync_FrozenReplica_StaysOnlineWhileBytesAndSilenceGrow()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(master);
        await UntilAsync(() => ReadAsync(node), static r => r.Servers[0].Master!.Replicas is [{ BytesBehind: 0 }]);
        await replica.Process.PauseAsync(Stop);
        await master.RunAsync(Stop, "SET", "key", new string('x', 50000));

        var behind = await UntilAsync(() => ReadAsync(node), static r => r.Servers[0].Master!.Replicas[0].SinceAck >= TimeSpan.FromSeconds(2));
        await replica.Process.ResumeAsync(Stop);
        var level = await UntilAsync(() => ReadAsync(node), static r => r.Servers[0].Master!.Replicas is [{ BytesBehind: 0 }]);

        var frozen = Assert.Single(behind.Servers[0].Master!.Replicas);
        Assert.Equal("online", frozen.State);
        Assert.True(frozen.BytesBehind >= 50000, $"{frozen}");
        Assert.InRange(level.Servers[0].Master!.Replicas[0].SinceAck, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task ReadAsync_MasterGone_ReplicaTellsSinceWhenItsLinkIsDown()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(replica);
        await master.Process.KillAsync();

        var reading = await UntilAsync(() => ReadAsync(node), static r => r.Servers[0].Replica is { LinkUp: false, LinkDownFor: not null });

        Assert.Null(reading.Servers[0].Replica!.SinceIo);
        Assert.Equal(master.Endpoint, reading.Servers[0].Replica!.MasterEndpoint);
    }

    [Fact]
    public async Task ReadAsync_OneOfTwoDown_ReadsTheOtherAndNamesTheSilentOne()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(master, replica);
        await ReadAsync(node);
        await replica.Process.KillAsync();

        var reading = await UntilAsync(() => ReadAsync(node), static r => r.Silent.Count == 1);

        Assert.Equal(master.Endpoint, Assert.Single(reading.Servers).Endpoint);
        Assert.Equal(replica.Endpoint, reading.Silent[0].Endpoint);
        Assert.StartsWith($"eu-west-1 redis {replica.Endpoint}: ", reading.Silent[0].Problem, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static RedisServerReading Of(RedisReading reading, TestKit.Servers.RedisServer server) => reading.Servers.Single(s => s.Endpoint == server.Endpoint);
}
