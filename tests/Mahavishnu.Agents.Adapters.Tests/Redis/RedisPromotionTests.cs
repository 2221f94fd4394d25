using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Promotion of a real replica, and who may do it.</summary>
public sealed class RedisPromotionTests : IAsyncDisposable
{
    private readonly RedisWorld _world = new();

    [Fact]
    public async Task PromoteAsync_TwiceUnderOneToken_PromotesOnceAndThenFindsItSo()
    {
        var (master, replica) = await _world.PairAsync();
        await master.RunAsync(Stop, "SET", "kept", "value");
        await UntilAsync(() => replica.RunAsync(Stop, "GET", "kept"), static v => v == "value");
        await master.Process.KillAsync();
        var node = _world.Node(replica);

        var first = Value(await node.PromoteAsync(5, Deadline, Stop));
        var second = Value(await node.PromoteAsync(5, Deadline, Stop));

        Assert.Equal((false, true), (first.WasAlreadySo, second.WasAlreadySo));
        Assert.Equal([replica.Endpoint], first.Endpoints);
        Assert.Equal("5", await replica.RunAsync(Stop, "GET", "mahavishnu:fence"));
        Assert.Equal("value", await replica.RunAsync(Stop, "GET", "kept"));
        Assert.Equal("OK", await replica.RunAsync(Stop, "SET", "new", "value"));
        Assert.Equal([replica.Endpoint], Value(await node.BeatAsync(new RedisBeat("agent", 1, TimeProvider.System.GetUtcNow()), Deadline, Stop)).Endpoints);
    }

    [Fact]
    public async Task PromoteAsync_StaleToken_IsRefusedAndLeavesTheReplica()
    {
        var (master, replica) = await _world.PairAsync();
        await master.RunAsync(Stop, "SET", "mahavishnu:fence", "6");
        await UntilAsync(() => replica.RunAsync(Stop, "GET", "mahavishnu:fence"), static v => v == "6");

        var answer = await _world.Node(replica).PromoteAsync(5, Deadline, Stop);

        var reason = Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason;
        Assert.Contains("token 5 is stale, as 6 is stored", reason, StringComparison.Ordinal);
        Assert.Contains("role:slave", await replica.RunAsync(Stop, "INFO", "replication"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PromoteAsync_AlreadyMasterUnderALaterToken_IsRefused()
    {
        var (master, replica) = await _world.PairAsync();
        await master.Process.KillAsync();
        var node = _world.Node(replica);
        Value(await node.PromoteAsync(7, Deadline, Stop));

        var answer = await node.PromoteAsync(6, Deadline, Stop);

        Assert.IsType<DataAnswer<RedisChange>.Refused>(answer);
        Assert.Equal("7", await replica.RunAsync(Stop, "GET", "mahavishnu:fence"));
    }

    [Fact]
    public async Task PromoteAsync_TwoReplicas_TakesTheOneWithMoreData()
    {
        var (master, ahead) = await _world.PairAsync();
        var behind = await _world.ReplicaOfAsync(master);
        await behind.Process.PauseAsync(Stop);
        await master.RunAsync(Stop, "SET", "key", new string('x', 1000));
        await UntilAsync(() => ahead.RunAsync(Stop, "EXISTS", "key"), static v => v == "1");
        await master.Process.KillAsync();
        await behind.Process.KillAsync();
        await behind.StartAsync(Stop); // Its data are gone, and it cannot have them again.

        var change = Value(await _world.Node(behind, ahead).PromoteAsync(1, Deadline, Stop));

        Assert.Equal([ahead.Endpoint], change.Endpoints);
    }

    [Fact]
    public async Task PromoteAsync_FrozenMasterBesideIt_PromotesTheReplicaWithinTheDeadline()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(master, replica);
        await ReadAsync(node);
        await master.Process.PauseAsync(Stop);

        var change = Value(await node.PromoteAsync(2, TimeSpan.FromSeconds(2), Stop));

        Assert.Equal([replica.Endpoint], change.Endpoints);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 53)]
    public async Task PromoteAsync_ExtremeToken_IsStoredAndCompared(long token)
    {
        var server = await _world.ServerAsync();
        var node = _world.Node(server);

        Value(await node.PromoteAsync(token, Deadline, Stop));

        Assert.Equal(Text(token), await server.RunAsync(Stop, "GET", "mahavishnu:fence"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => node.PromoteAsync((1L << 53) + 1, Deadline, Stop));
    }

    [Fact]
    public async Task PromoteAsync_FenceKeyWithoutAToken_IsRefusedByName()
    {
        var server = await _world.ServerAsync();
        await server.RunAsync(Stop, "SET", "mahavishnu:fence", "hello");

        var answer = await _world.Node(server).PromoteAsync(5, Deadline, Stop);

        Assert.Contains("'hello', which is no token", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
