using CsCheck;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

public sealed class StoredValuesTests
{
    private const string Term = "0123456789abcdef0123456789abcdef";

    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '~'], 1, 20];
    private static readonly Gen<string> GenTerm = Gen.String[Gen.Char["0123456789abcdef"], 32, 32];
    private static readonly Gen<long> Count = Gen.Long[1, (1L << 53) - 1];

    [Fact]
    public void Heartbeat_AnyValue_ReadsBackAsWritten() =>
        Gen.Select(Text, GenTerm, Count, Gen.Bool).Sample(static (agent, term, counter, released) =>
        {
            var value = new HeartbeatValue(agent, term, counter, released);
            return HeartbeatValue.Parse(value.ToText()) == value;
        });

    [Fact]
    public void Leader_AnyValue_ReadsBackAsWritten() =>
        Gen.Select(Text, Text, Text).Sample(static (agent, region, term) =>
        {
            var value = new LeaderValue(agent, region, term);
            return LeaderValue.Parse(value.ToText()) == value;
        });

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("{\"agent\":\"a\"}")]
    [InlineData("{\"agent\":\"a\",\"term\":\"" + Term + "\",\"counter\":\"many\"}")]
    [InlineData("{\"agent\":\"a\",\"term\":\"" + Term + "\",\"counter\":0}")]
    [InlineData("{\"agent\":\"a\",\"term\":\"" + Term + "\",\"counter\":1,\"counter\":2}")]
    [InlineData("{\"agent\":\"\",\"term\":\"" + Term + "\",\"counter\":1}")]
    [InlineData("{\"agent\":\"a\",\"term\":\"t\",\"counter\":1,\"released\":true}")]
    [InlineData("{\"agent\":\"a\",\"term\":")]
    [InlineData("\ud800")]
    public void Heartbeat_Garbage_IsNull(string text) => Assert.Null(HeartbeatValue.Parse(text));

    [Fact]
    public void Heartbeat_OfANewerBuild_IsReadWithoutItsNewFields() =>
        Assert.Equal(new HeartbeatValue("a", Term, 3), HeartbeatValue.Parse("{\"agent\":\"a\",\"term\":\"" + Term + "\",\"counter\":3,\"mood\":\"good\"}"));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"stores\":null}")]
    [InlineData("{\"version\":\"one\",\"stores\":[]}")]
    [InlineData("{\"version\":0,\"stores\":[\"a\"]}")]
    [InlineData("{\"version\":1,\"stores\":[]}")]
    [InlineData("{\"version\":1,\"stores\":[null]}")]
    [InlineData("{\"version\":1,\"stores\":[\"A\"]}")]
    [InlineData("{\"version\":1,\"stores\":[\"b\",\"a\"]}")]
    [InlineData("{\"version\":1,\"stores\":[\"a\",\"a\"]}")]
    [InlineData("{\"version\":1,\"stores\":[\"a\"],\"stores\":[\"b\"]}")]
    [InlineData("\udc00")]
    public void Members_Garbage_IsNull(string text) => Assert.Null(MembersRecord.Parse(text));

    [Fact]
    public void Members_InAnyOrder_AreStoredSorted() =>
        Assert.Equal("{\"version\":2,\"stores\":[\"a\",\"b\",\"c\"]}", MembersRecord.Of(2, [new RegionId("c"), new RegionId("a"), new RegionId("b")]).ToText());

    [Theory]
    //          mine     version  stored   version  accepted
    [InlineData("a b c", 2,       "a b c", 2,       true)]
    [InlineData("a b c", 2,       "a b d", 2,       false)]
    [InlineData("a b c", 2,       "a b",   1,       true)]
    [InlineData("a b",   2,       "a b c", 1,       true)]
    [InlineData("a b c", 2,       "a b d", 1,       false)]
    [InlineData("a b c", 2,       "a",     1,       false)]
    [InlineData("a b c", 2,       "a b c", 1,       false)]
    [InlineData("a b c", 3,       "a b",   1,       false)]
    [InlineData("a b",   1,       "a b c", 2,       false)]
    public void Accepts_StoredList_OnlyTheSameOrItsDirectPredecessor(string mine, int version, string stored, int storedVersion, bool accepted) =>
        Assert.Equal(accepted, new MembersRecord(version, mine.Split(' ')).Accepts(new MembersRecord(storedVersion, stored.Split(' '))));

    [Theory]
    //          stored                    epoch
    [InlineData(null,                     0L)]
    [InlineData("1",                      1L)]
    [InlineData("9007199254740991",       9007199254740991L)]
    [InlineData("9007199254740992",       null)]
    [InlineData("9223372036854775807",    null)]
    [InlineData("9223372036854775808",    null)]
    [InlineData("0",                      null)]
    [InlineData("-1",                     null)]
    [InlineData(" 1",                     null)]
    [InlineData("one",                    null)]
    public void EpochNumber_Stored_IsANumberOrUnknown(string? stored, long? epoch) =>
        Assert.Equal(epoch, (ControlState.Empty with { Epoch = stored is null ? null : new KeyEntry(stored, null, 1) }).EpochNumber);
}
