using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class JournalCodecTests
{
    private static readonly JournalRecord Sample = SampleJournal.Record(1) with { Epoch = 7, Sequence = 12 };
    private static readonly Gen<RegionId> Region = Gen.OneOf("us-east-1", "eu-west-1", "ap-south-1").Select(static name => new RegionId(name));
    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '~'], 0, 20];

    private static readonly Gen<RoutingTable> Table = Gen.Select(Region, Region, Region, Gen.Int[0, 100])
        .Select(static (audience, one, other, percent) => one == other
            ? RoutingTable.Home([audience, one])
            : RoutingTable.Home([one]).With(audience, (one, percent), (other, 100 - percent)));

    private static readonly Gen<JournalRecord> Record =
        from numbers in Gen.Select(Gen.Long[1, long.MaxValue], Gen.Long[1, long.MaxValue], Gen.Int[0, 100])
        from enums in Gen.Select(Gen.Enum<SagaKind>(), Gen.Enum<SagaStep>(), Gen.Enum<StepPhase>(), Gen.Enum<DecisionKind>(), Gen.Enum<DataLossRisk>())
        from regions in Gen.Select(Region, Region, Region.Array[0, 3], Region.Array[0, 2])
        from tables in Gen.Select(Table, Table)
        from texts in Gen.Select(Text, Text, Text)
        from rest in Gen.Select(Gen.Enum<SagaStep>().Array[0, 3], Gen.Bool)
        select new JournalRecord
        {
            Epoch = numbers.Item1,
            Sequence = numbers.Item2,
            ReturnedPercent = numbers.Item3,
            Kind = enums.Item1,
            Step = enums.Item2,
            Phase = enums.Item3,
            Decision = enums.Item4,
            Risk = enums.Item5,
            Source = regions.Item1,
            Target = regions.Item2,
            Audiences = regions.Item3,
            FailedTargets = regions.Item4,
            Before = tables.Item1,
            Desired = tables.Item2,
            PlanId = texts.Item1,
            Reason = texts.Item2,
            RequestedBy = texts.Item3,
            Skipped = rest.Item1,
            Irreversible = rest.Item2,
        };

    [Fact]
    public void Read_AnyRecordWritten_IsTheSame() => Record.Sample(static record =>
    {
        var (read, problem) = JournalCodec.Read(JournalCodec.Write(record));

        Assert.Equal("", problem);
        // The lists are compared by content, all else by the record's own equality.
        Assert.Equal(record.Audiences, read!.Audiences);
        Assert.Equal(record.FailedTargets, read.FailedTargets);
        Assert.Equal(record.Skipped, read.Skipped);
        Assert.Equal(record, read with { Audiences = record.Audiences, FailedTargets = record.FailedTargets, Skipped = record.Skipped });
    });

    [Theory]
    //          instead of                    stands                           the problem names
    [InlineData("\"format\":1",               "\"format\":0",                  "format 0")]
    [InlineData("\"format\":1",               "\"format\":2",                  "format 2")]
    [InlineData("\"format\":1,",              "",                              "format")]
    [InlineData("\"epoch\":7",                "\"epoch\":0",                   "epoch 0")]
    [InlineData("\"epoch\":7",                "\"epoch\":\"seven\"",           "epoch")]
    [InlineData("\"sequence\":12",            "\"sequence\":-1",               "sequence -1")]
    [InlineData("\"step\":\"Redirect\"",      "\"step\":\"Teleport\"",         "step")]
    [InlineData("\"step\":\"Redirect\"",      "\"step\":99",                   "99 is not a known SagaStep")]
    [InlineData("\"target\":\"eu-west-1\"",   "\"target\":\"EU West\"",        "EU West")]
    [InlineData("\"target\":\"eu-west-1\"",   "\"target\":null",               "region")]
    [InlineData("\"audiences\":[\"us-east-1\"]", "\"audiences\":null",         "null")]
    [InlineData("\"returnedPercent\":0",      "\"returnedPercent\":101",       "101")]
    public void Read_OneFieldWrong_SaysWhich(string instead, string stands, string names)
    {
        var text = JournalCodec.Write(Sample);
        Assert.Contains(instead, text, StringComparison.Ordinal);

        var (record, problem) = JournalCodec.Read(text.Replace(instead, stands, StringComparison.Ordinal));

        Assert.Null(record);
        Assert.Contains(names, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"format\":1")]
    [InlineData("not json")]
    public void Read_Garbage_IsAProblem(string text)
    {
        var (record, problem) = JournalCodec.Read(text);

        Assert.Null(record);
        Assert.NotEqual("", problem);
    }

    [Fact]
    public void Read_CutAnywhere_IsAProblem()
    {
        var text = JournalCodec.Write(Sample);

        Assert.All(Enumerable.Range(0, text.Length), length => Assert.Null(JournalCodec.Read(text[..length]).Record));
    }

    [Fact]
    public void Read_FieldsOfALaterBuild_AreLeftOut() =>
        Assert.Equal(7, JournalCodec.Read(JournalCodec.Write(Sample).Replace("\"format\":1", "\"format\":1,\"mood\":{\"a\":[1]}", StringComparison.Ordinal)).Record?.Epoch);

    [Theory]
    //          epoch sequence  newer than 7/12
    [InlineData(7,    12,       false)]
    [InlineData(7,    13,       true)]
    [InlineData(7,    11,       false)]
    [InlineData(8,    1,        true)]
    [InlineData(6,    99,       false)]
    public void IsNewerThan_Another_ComparesEpochThenSequence(long epoch, long sequence, bool newer) =>
        Assert.Equal(newer, (Sample with { Epoch = epoch, Sequence = sequence }).IsNewerThan(Sample));
}
