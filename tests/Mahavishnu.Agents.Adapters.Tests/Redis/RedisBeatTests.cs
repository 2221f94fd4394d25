using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Heartbeats between a real master and its replica.</summary>
public sealed class RedisBeatTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Stamp = new(2026, 3, 1, 12, 0, 0, 123, 456, TimeSpan.Zero);

    private readonly RedisWorld _world = new();

    [Fact]
    public async Task BeatAsync_OnThePair_IsReadOnTheMasterAndOnTheReplica()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(master, replica);
        var beat = new RedisBeat("agent-1 of 2", 7, Stamp);

        var written = Value(await node.BeatAsync(beat, Deadline, Stop));
        var read = await UntilAsync(async () => Value(await node.ReadBeatsAsync(Deadline, Stop)), static r => r.Beats.Count == 2);

        Assert.Equal([master.Endpoint], written.Endpoints);
        Assert.Equal(
            new[] { master, replica }.Select(s => new RedisBeatReading(Options().Region, s.Endpoint, beat)).OrderBy(static b => b.Endpoint, StringComparer.Ordinal),
            read.Beats);
    }

    [Fact]
    public async Task ReadBeatsAsync_ReplicaWithoutItsMaster_StillHasTheLastOneOfEachRegion()
    {
        var (master, replica) = await _world.PairAsync();
        var here = _world.Node(master);
        var there = _world.Node(new RedisOptions { Region = new("us-east-1"), Endpoints = Options(replica.Port).Endpoints });
        await master.RunAsync(Stop, "HSET", "mahavishnu:beats", "us-east-1", "3 2026-03-01T11:59:59.0000000+00:00 agent-us");
        await here.BeatAsync(new RedisBeat("agent-eu", 8, Stamp), Deadline, Stop);
        await UntilAsync(async () => Value(await there.ReadBeatsAsync(Deadline, Stop)), static r => r.Beats.Count == 2);
        await master.Process.KillAsync();

        var read = Value(await there.ReadBeatsAsync(Deadline, Stop));

        Assert.Equal([("eu-west-1", "agent-eu", 8), ("us-east-1", "agent-us", 3)], read.Beats.Select(static b => (b.Source.Value, b.Beat.Process, b.Beat.Sequence)));
        Assert.All(read.Beats, beat => Assert.Equal(replica.Endpoint, beat.Endpoint));
    }

    [Fact]
    public async Task BeatAsync_OnlyAReplica_IsRefused()
    {
        var (_, replica) = await _world.PairAsync();

        var answer = await _world.Node(replica).BeatAsync(new RedisBeat("agent", 1, Stamp), Deadline, Stop);

        Assert.Contains("there is no master here", Assert.IsType<DataAnswer<RedisBeatWritten>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Theory]
    //          a field and its value                      named in the answer
    [InlineData("eu-west-1", "hello",                      "'hello'")]
    [InlineData("NOT A REGION", "1 2026-03-01T12:00:00.0000000+00:00 x", "'NOT A REGION'")]
    public async Task ReadBeatsAsync_ForeignContent_IsUnknownByName(string field, string value, string named)
    {
        var server = await _world.ServerAsync();
        await server.RunAsync(Stop, "HSET", "mahavishnu:beats", field, value);

        var answer = await _world.Node(server).ReadBeatsAsync(Deadline, Stop);

        var reason = Assert.IsType<DataAnswer<RedisBeatsReading>.Unknown>(answer).Reason;
        Assert.Contains("mahavishnu:beats", reason, StringComparison.Ordinal);
        Assert.Contains(named, reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeatAsync_KeyOfAnotherType_IsRefusedWithTheServersWords()
    {
        var server = await _world.ServerAsync();
        await server.RunAsync(Stop, "SET", "mahavishnu:beats", "text");

        var answer = await _world.Node(server).BeatAsync(new RedisBeat("agent", 1, Stamp), Deadline, Stop);

        Assert.Contains("WRONGTYPE", Assert.IsType<DataAnswer<RedisBeatWritten>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
