using CsCheck;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

/// <summary>Values of the control keys that nobody of ours has written: each is none of ours, or one that ours could write.</summary>
public sealed class StoredValueFuzzTests
{
    private static readonly string Heartbeat = new HeartbeatValue("us-east-1-1", "0123456789abcdef0123456789abcdef", 5, Released: true).ToText();
    private static readonly string Leader = new LeaderValue("us-east-1-1", "us-east-1", "0123456789abcdef0123456789abcdef").ToText();
    private static readonly MembersRecord Mine = MembersRecord.Of(3, [new RegionId("us-east-1"), new RegionId("eu-west-1"), new RegionId("ap-south-1")]);

    [Fact]
    public Task Parse_Garbage_IsNull() => Fuzz.HoldsAsync(Fuzz.Garbage, 4_000, static text =>
    {
        Assert.Null(HeartbeatValue.Parse(text));
        Assert.Null(LeaderValue.Parse(text));
        Assert.Null(MembersRecord.Parse(text));
    });

    [Fact]
    public Task Parse_HeartbeatWithAFewChanges_IsNullOrAHeartbeat() => Fuzz.HoldsAsync(JsonEdits.Of(Heartbeat, "\"fedcba9876543210fedcba9876543210\""), 4_000, static text =>
    {
        if (HeartbeatValue.Parse(text) is { } value)
        {
            Assert.True(value is { Agent.Length: > 0, Term.Length: 32, Counter: > 0 });
            Assert.Equal(value, HeartbeatValue.Parse(value.ToText()));
        }
    });

    [Fact]
    public Task Parse_LeaderWithAFewChanges_IsNullOrALeader() => Fuzz.HoldsAsync(JsonEdits.Of(Leader), 4_000, static text =>
    {
        if (LeaderValue.Parse(text) is { } value)
        {
            Assert.True(value is { Agent.Length: > 0, Region: not null, Term: not null });
            Assert.Equal(value, LeaderValue.Parse(value.ToText()));
        }
    });

    [Fact]
    public Task Accepts_MembersWithAFewChanges_OnlyTheSameListOrADirectPredecessor() => Fuzz.HoldsAsync(
        JsonEdits.Of(Mine.ToText(), "3", "4", "\"ap-south-1\"", "[\"ap-south-1\",\"eu-west-1\"]", "[\"ap-south-1\",\"eu-west-1\",\"mars\",\"us-east-1\"]"), 4_000, static text =>
    {
        if (MembersRecord.Parse(text) is { } stored)
        {
            Assert.Equal(stored.ToText(), MembersRecord.Parse(stored.ToText())!.ToText());
            Assert.All(stored.Stores, static store => Assert.True(RegionId.IsValid(store)));
            Assert.Equal(stored.Stores.Count, stored.Stores.Distinct().Count());
            var shared = stored.Stores.Intersect(Mine.Stores).Count();
            Assert.Equal(
                (stored.Version == 3 && shared == 3 && stored.Stores.Count == 3) || (stored.Version == 2 && ((shared == 3 && stored.Stores.Count == 4) || (shared == 2 && stored.Stores.Count == 2))),
                Mine.Accepts(stored));
        }
    });

    [Fact]
    public Task EpochNumber_AnyText_IsANumberThatCanBeCountedOnOrNull() => Fuzz.HoldsAsync(
        Gen.OneOf(Fuzz.Garbage, Gen.ULong.Select(static n => $"{n}"), Gen.Long.Select(static n => $"{n}"), Gen.Long[(1L << 53) - 5, (1L << 53) + 5].Select(static n => $"{n}"), Gen.Decimal.Select(static n => $"{n}")), 4_000, static text =>
        {
            var epoch = (ControlState.Empty with { Epoch = new KeyEntry(text, null, 1) }).EpochNumber;
            Assert.True(epoch is null or (> 0 and < 1L << 60) && (epoch is null || text.TrimStart('0') == $"{epoch}"));
        });
}
