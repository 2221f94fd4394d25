using CsCheck;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Kafka;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication.Kafka;

public sealed class MirrorTests
{
    private const string Pair = "0009 75732d656173742d31 0009 65752d776573742d31";
    private const string GroupKey = "0001 67 000b 75732d656173742d312e74 00000003";

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    [Fact]
    public void Heartbeat_TheBytesOfMirrorMaker_AreRead() =>
        Assert.Equal((new MirrorHeartbeat("us-east-1", "eu-west-1", 1700000000000), ""), MirrorRecords.Heartbeat(Bytes(Pair), Bytes("0000 0000018bcfe56800")));

    [Fact]
    public void Checkpoint_TheBytesOfMirrorMaker_AreRead() =>
        Assert.Equal((new MirrorCheckpoint("g", "us-east-1.t", 3, 10, 20), ""), MirrorRecords.Checkpoint(Bytes(GroupKey), Bytes("0000 000000000000000a 0000000000000014 0000")));

    [Fact]
    public void OffsetSync_TheBytesOfMirrorMaker_AreRead() =>
        Assert.Equal((new MirrorOffsetSync("t", 3, 10, 20), ""), MirrorRecords.OffsetSync(Bytes("0001 74 00000003"), Bytes("000000000000000a 0000000000000014")));

    [Theory]
    [InlineData(Pair,                 "0001 0000018bcfe56800",    "its version is 1; this build reads version 0")]
    [InlineData(Pair,                 "0000 0000018bcfe568",      "the value is cut short")]
    [InlineData(Pair,                 "",                         "is a tombstone")]
    [InlineData(Pair,                 "0000 0000018bcfe56800 00", "1 bytes too many")]
    [InlineData(Pair,                 "0000 ffffffffffffffff",    "the stamp -1 is none")]
    [InlineData("0009 7573",          "0000 0000018bcfe56800",    "the key is cut short")]
    [InlineData("ffff",               "0000 0000018bcfe56800",    "the key is cut short")]
    [InlineData("0001 ff 0001 67",    "0000 0000018bcfe56800",    "the key is cut short, or is not MirrorMaker's")]
    [InlineData("7b226b223a317d",     "7b7d",                     "the key is cut short, or is not MirrorMaker's")]
    [InlineData("0001 67 0001 68 99", "0000 0000018bcfe56800",    "the key has 1 bytes too many")]
    public void Heartbeat_ForeignOrTruncated_IsNamed(string key, string value, string problem)
    {
        var (heartbeat, told) = MirrorRecords.Heartbeat(Bytes(key), Bytes(value));

        Assert.Null(heartbeat);
        Assert.Contains(problem, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyBytes_IsARecordOrAProblem() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40]).Sample(static (key, value) =>
    {
        var (heartbeat, first) = MirrorRecords.Heartbeat(key, value);
        var (checkpoint, second) = MirrorRecords.Checkpoint(key, value);
        var (sync, third) = MirrorRecords.OffsetSync(key, value);
        return (heartbeat is null) == (first.Length > 0) && (checkpoint is null) == (second.Length > 0) && (sync is null) == (third.Length > 0);
    });

    [Fact]
    public void Policy_Names_AreThoseOfMirrorMaker()
    {
        var policy = new MirrorPolicy();

        Assert.Equal("us-east-1.orders", policy.Remote("us-east-1", "orders"));
        Assert.Equal(("us-east-1", "eu.orders"), policy.SourceOf("us-east-1.eu.orders"));
        Assert.Null(policy.SourceOf("orders"));
        Assert.True(policy.IsCycle("b.a.orders", "a"));
        Assert.False(policy.IsCycle("b.a.orders", "c"));
        Assert.Equal("us__checkpoints__internal", new MirrorPolicy("__").Checkpoints("us"));
    }

    [Fact]
    public void Sequence_GapsAndRepeats_AreCountedOnceNothingUnderWayExplainsThem()
    {
        var track = new SequenceTrack();
        foreach (var number in new long[] { 10, 11, 13, 12, 13, 20 })
        {
            track.Observe("p", number);
        }

        Assert.Equal((0, 1), (track.Lost, track.Duplicated));
        for (var number = 21L; number < 70; number++)
        {
            track.Observe("p", number);
        }

        Assert.Equal((6, 1), (track.Lost, track.Duplicated));
        track.Observe("p", 1000);
        Assert.True(track.Lost >= 6 + 1000 - 70 - 64);
        track.Observe("q", 1);
        Assert.Equal(1, track.Duplicated);
    }

    [Theory]
    [InlineData(100, 90L,  10L)]
    [InlineData(100, 120L, 0L)]
    [InlineData(100, null, null)]
    [InlineData(-1,  90L,  null)]
    public void ConsumerLag_UnknownIsNotZero(long end, long? committed, long? lag) => Assert.Equal(lag, ConsumerLag.Of(end, committed));

    [Theory]
    [InlineData(null, 1.0,    RecoveryState.Unknown)]
    [InlineData(100.0, null,  RecoveryState.Unknown)]
    [InlineData(100.0, 1.0,   RecoveryState.Safe)]
    [InlineData(100.0, 70.0,  RecoveryState.Counting)]
    [InlineData(100.0, 100.0, RecoveryState.Lost)]
    public void Retention_AgainstTheLag_IsTheTimeLeft(double? retention, double? behind, RecoveryState state)
    {
        static TimeSpan? Span(double? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;

        Assert.Equal(state, TimeToIrrecoverable.ForKafkaRetention("orders", Span(retention), Span(behind)).State);
    }

    [Fact]
    public void Findings_ClusterAgainstConfiguration_NamesEachDifference()
    {
        SeenTopic Topic(string name, params SeenPartition[] partitions) => new(name, partitions);
        WantedTopic[] wanted = [new("orders", 2, 3, null), new("gone", 1, 1, null)];

        var findings = KafkaHealth.Findings(2, [Topic("orders", new SeenPartition(0, false, 2, 0), new SeenPartition(1, true, 2, 1), new SeenPartition(2, true, 2, 2))], wanted);

        Assert.Equal(["K-01", "K-04", "K-02", "K-03", "K-05", "K-06"], findings.Select(static f => f.Rule));
        Assert.Empty(KafkaHealth.Findings(3, [Topic("orders", new SeenPartition(0, true, 3, 3), new SeenPartition(1, true, 3, 3))], [wanted[0]]));
    }
}
