using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Core.Replication;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Each rule on a reading made up for it, and some on real servers.</summary>
public sealed class RedisHealthTests : IAsyncDisposable
{
    private static readonly RedisServerReading Master = new()
    {
        Endpoint = "m:6379", Version = "7.0.15", Role = RedisRole.Master, ReplicationId = "a", OffsetBytes = 5000,
        Master = new RedisMasterReading([new RedisAttachedReplica("r:6379", "online", 5000, 0, TimeSpan.Zero)], new RedisBacklogReading(true, 1, 1, 1), 0, TimeSpan.FromSeconds(10)),
        Replica = null, Memory = new RedisMemoryReading(1, 1000, "allkeys-lru"), Persistence = new RedisPersistenceReading(true, true, true, false),
        EvictedKeys = 0, Cluster = null,
    };

    private static readonly RedisServerReading Replica = Master with
    {
        Endpoint = "r:6379", Role = RedisRole.Replica, Master = null, Replica = new RedisReplicaReading("m:6379", true, TimeSpan.Zero, null, false, null, true),
    };

    private static readonly RedisClusterReading Whole = new("m:6379", true, 16384, 16384, 0, 0, 1, 6);
    private static readonly RedisExpectation Expected = new() { Mode = RedisMode.Standalone, MaxMemoryBytes = 1000 };

    private readonly RedisWorld _world = new();

    public static TheoryData<string, FindingSeverity, RedisReading, string> Rows { get; } = new()
    {
        { "R-01", FindingSeverity.Critical, Reading(Master, Replica) with { Silent = [new RedisSilence("x:1", "x:1 is silent.")] }, "x:1 is silent." },
        { "R-02", FindingSeverity.Warning, Reading(Master, Replica) with { Mode = RedisMode.Cluster }, "run as Cluster; Standalone is configured" },
        { "R-03", FindingSeverity.Critical, Reading(Master, Master with { Endpoint = "n:6379" }), "2 servers are masters" },
        { "R-04", FindingSeverity.Critical, Reading(Master) with { Cluster = Whole with { Serves = false } }, "not able to serve" },
        { "R-05", FindingSeverity.Critical, Reading(Master) with { Cluster = Whole with { SlotsAssigned = 16380, SlotsOk = 10000, SlotsSuspected = 80, SlotsFailed = 6300 } }, "10000 of 16384 slots are covered; 80 are suspected, 6300 have failed and 4 are nobody's" },
        { "R-06", FindingSeverity.Warning, Reading(Master) with { Cluster = Whole with { KnownNodes = 3 } }, "has 3 servers, of which 1 were asked" },
        { "R-10", FindingSeverity.Critical, Reading(Master with { Master = Master.Master! with { Replicas = [] } }), "m:6379: 0 replicas are online; 1 are configured" },
        { "R-11", FindingSeverity.Critical, Reading(Master with { Master = Master.Master! with { MinReplicas = 2 } }), "min-replicas-to-write is 2" },
        { "R-12", FindingSeverity.Warning, Reading(Attached(Seen with { BytesBehind = 1048577 })), "r:6379: is 1048577 bytes behind m:6379; at most 1048576" },
        { "R-13", FindingSeverity.Warning, Reading(Attached(Seen with { SinceAck = TimeSpan.FromSeconds(4) })), "r:6379: acknowledged to m:6379 4 s ago" },
        { "R-20", FindingSeverity.Warning, Reading(Replica with { Replica = Replica.Replica! with { LinkUp = false, SyncInProgress = true, SyncBytesLeft = 77 } }), "full copy of m:6379; 77 bytes are left" },
        { "R-21", FindingSeverity.Critical, Reading(Replica with { Replica = Replica.Replica! with { LinkUp = false, LinkDownFor = TimeSpan.FromSeconds(9) } }), "r:6379: the link to its master m:6379 is down since 9 s" },
        { "R-22", FindingSeverity.Warning, Reading(Replica with { Replica = Replica.Replica! with { SinceIo = TimeSpan.FromSeconds(4) } }), "last heard of its master m:6379 4 s ago" },
        { "R-23", FindingSeverity.Critical, Reading(Replica with { Replica = Replica.Replica! with { ReadOnly = false } }), "replica-read-only" },
        { "R-30", FindingSeverity.Warning, Reading(Master with { Memory = Master.Memory with { Policy = "noeviction" } }), "the eviction policy is noeviction; allkeys-lru is configured" },
        { "R-31", FindingSeverity.Warning, Reading(Master with { Memory = Master.Memory with { MaxBytes = 999 } }), "maxmemory is 999; 1000 is configured" },
        { "R-40", FindingSeverity.Critical, Reading(Master with { Persistence = Master.Persistence with { LastSnapshotOk = false } }), "RDB" },
        { "R-41", FindingSeverity.Critical, Reading(Master with { Persistence = Master.Persistence with { LastAppendOk = false } }), "append-only file failed" },
        { "R-42", FindingSeverity.Warning, Reading(Master with { Persistence = Master.Persistence with { AppendOnly = false } }), "the append-only file is off; on is configured" },
        { "R-43", FindingSeverity.Warning, Reading(Master with { Persistence = Master.Persistence with { Loading = true } }), "is loading" },
    };

    private static RedisAttachedReplica Seen => Master.Master!.Replicas[0];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Findings_OneThingWrong_IsThatFindingAlone(string rule, FindingSeverity severity, RedisReading reading, string words)
    {
        var finding = Assert.Single(RedisHealth.Findings(reading, Expected));

        Assert.Equal((rule, severity), (finding.Rule, finding.Severity));
        Assert.Contains(words, finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_AllWell_AreNone() => Assert.Empty(RedisHealth.Findings(Reading(Master, Replica), Expected));

    [Fact]
    public void Findings_SessionsUnderAnEvictingPolicy_AreCriticalAndStandFirst()
    {
        var reading = Reading(Master with { EvictedKeys = 3, Persistence = Master.Persistence with { AppendOnly = false } });

        Assert.Equal(["R-32", "R-33", "R-42"], RedisHealth.Findings(reading, Expected with { HoldsSessions = true }).Select(static f => f.Rule));
    }

    [Theory]
    //          replication id  offset  behind
    [InlineData("a",            4000,   1000L)]
    [InlineData("a",            5001,   0L)]
    [InlineData("b",            4000,   null)]
    public void BytesBehind_OnlyWithinOneHistory_IsKnown(string id, long offset, long? behind) =>
        Assert.Equal(behind, (Replica with { ReplicationId = id, OffsetBytes = offset }).BytesBehind(Master));

    [Fact]
    public async Task Findings_RealServerUnlikeItsConfiguration_NameLimitAndPolicy()
    {
        var server = await _world.ServerAsync("--maxmemory", "50mb", "--maxmemory-policy", "volatile-ttl");

        var findings = RedisHealth.Findings(await ReadAsync(_world.Node(server)), new RedisExpectation { Mode = RedisMode.Standalone, MaxMemoryBytes = 104857600 });

        Assert.Equal(["R-10", "R-30", "R-31", "R-42"], findings.Select(static f => f.Rule));
        Assert.Contains($"{server.Endpoint}: the eviction policy is volatile-ttl; allkeys-lru is configured.", findings[1].Sentence, StringComparison.Ordinal);
        Assert.Contains("maxmemory is 52428800; 104857600 is configured", findings[2].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_RealServerThatEvicted_TellSessionsInDanger()
    {
        var server = await _world.ServerAsync("--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru");
        await server.RunAsync(Stop, "EVAL", "for i = 1, 300 do redis.call('SET', i, string.rep('x', 20000)) end", "0");
        await server.RunAsync(Stop, "SET", "one more", "value");

        var findings = RedisHealth.Findings(await ReadAsync(_world.Node(server)), new RedisExpectation { Mode = RedisMode.Standalone, HoldsSessions = true });

        Assert.Contains(findings, static f => f.Rule == "R-32");
        Assert.Contains(findings, static f => f.Rule == "R-33");
    }

    [Fact]
    public async Task Findings_RealReplicaWithoutItsMaster_TellTheLink()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(replica);
        await master.Process.KillAsync();
        var reading = await UntilAsync(() => ReadAsync(node), static r => !r.Servers[0].Replica!.LinkUp);

        Assert.Contains(RedisHealth.Findings(reading, Expected), f => f.Rule == "R-21" && f.Sentence.Contains(master.Endpoint, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static RedisReading Reading(params RedisServerReading[] servers) => new(RedisMode.Standalone, "7.0.15", servers, [], null);

    private static RedisServerReading Attached(RedisAttachedReplica replica) => Master with { Master = Master.Master! with { Replicas = [replica] } };
}
