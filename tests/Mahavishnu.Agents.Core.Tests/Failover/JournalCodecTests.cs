using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class JournalCodecTests
{
    private static readonly JournalRecord Plan = FailoverPlan(TrafficOnly) with { Epoch = 7, Sequence = 12 };
    private static readonly string Good = JournalCodec.Write(Plan);

    [Fact]
    public void Read_WhatWasWritten_GivesTheSameRecord() =>
        Gen.Select(Gen.Int[0, SagaRecords.All.Count - 1], Gen.Long[1, (1L << 53) - 1], Gen.Enum<DataLossRisk>(), Gen.String[Gen.Char[' ', '~'], 0, 40], Gen.Bool).Sample(static (which, number, risk, text, asked) =>
        {
            var record = SagaRecords.All[which] with { Epoch = number, Sequence = number, Risk = risk, Reason = text, RequestedBy = asked ? text : SagaMachine.Automatic };

            var (read, problem) = JournalCodec.Read(JournalCodec.Write(record));

            Assert.NotNull(read);
            Assert.Equal("", problem);
            Assert.Equal(JournalCodec.Write(record), JournalCodec.Write(read));
            Assert.Equal(record, read with { Audiences = record.Audiences, Skipped = record.Skipped, FailedTargets = record.FailedTargets });
            Assert.Equal(record.FailedTargets, read.FailedTargets);
            Assert.Equal((record.Audiences, record.Skipped), (read.Audiences, read.Skipped), static (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2));
        });

    /// <summary>A record that reads back otherwise would not be equal to itself.</summary>
    [Fact]
    public void Write_RiskWithFractions_ReadsBackAsItIsWritten()
    {
        var record = Plan with { AtRisk = [new StoreRisk("postgresql", TimeSpan.FromTicks(907_541)), new StoreRisk("kafka", null)] };
        var (read, _) = JournalCodec.Read(JournalCodec.Write(record));

        Assert.Equal(JournalCodec.Write(record), JournalCodec.Write(read!));
        Assert.Equal([new StoreRisk("postgresql", TimeSpan.FromMilliseconds(91)), new StoreRisk("kafka", null)], read!.AtRisk);
    }

    [Theory]
    //          instead of                    stands                          the problem says
    [InlineData("\"format\":1",               "\"format\":2",                 "format 2; this build reads formats 1 to 1")]
    [InlineData("\"format\":1",               "\"format\":0",                 "format 0")]
    [InlineData("\"format\":1,",              "",                             "format")]
    [InlineData("\"epoch\":7",                "\"epoch\":0",                  "epoch 0 is not one that ours")]
    [InlineData("\"sequence\":12",            "\"sequence\":-1",              "sequence -1 is not one that ours")]
    [InlineData("\"planId\":\"fo-1\"",        "\"planId\":null",              "planId is empty")]
    [InlineData("\"planId\":\"fo-1\"",        "\"planId\":\"\"",              "planId is empty")]
    [InlineData("\"kind\":\"Failover\"",      "\"kind\":\"Failback\"",        "DrainSource is not a step of a Failback")]
    [InlineData("\"kind\":\"Failover\"",      "\"kind\":77",                  "77 is not a known SagaKind")]
    [InlineData("\"step\":\"DrainSource\"",   "\"step\":77",                  "77 is not a known SagaStep")]
    [InlineData("\"step\":\"DrainSource\"",   "\"step\":\"Dance\"",           "step")]
    [InlineData("\"phase\":\"Intended\"",     "\"phase\":0",                  "0 is not a known StepPhase")]
    [InlineData("\"source\":\"us-east-1\"",   "\"source\":\"US\"",            "'US' is not the name of a region")]
    [InlineData("\"source\":\"us-east-1\"",   "\"source\":\"ap-south-1\"",    "ap-south-1 is source and target")]
    [InlineData("\"target\":\"ap-south-1\"",  "\"target\":null",              "is not the name of a region")]
    [InlineData("\"audiences\":[\"us-east-1\"]", "\"audiences\":[\"a b\"]",   "'a b' is not the name of a region")]
    [InlineData("\"audiences\":[\"us-east-1\"]", "\"audiences\":null",        "")]
    [InlineData("\"us-east-1\":{\"us-east-1\":100}", "\"us-east-1\":{\"us-east-1\":99}", "must be 0 to 100 and sum to 0 or 100")]
    [InlineData("\"us-east-1\":{\"us-east-1\":100}", "\"us-east-1\":null",    "")]
    [InlineData("\"returnedPercent\":0",      "\"returnedPercent\":101",      "returnedPercent 101 is not 0 to 100")]
    public void Read_Damaged_SaysWhatIsWrong(string instead, string stands, string says)
    {
        Assert.Contains(instead, Good, StringComparison.Ordinal);

        var (record, problem) = JournalCodec.Read(Good.Replace(instead, stands, StringComparison.Ordinal));

        Assert.Null(record);
        Assert.NotEmpty(problem);
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Theory]
    //          of the record at    instead of                       stands                                  the problem says
    [InlineData("DrainSource",      "\"audiences\":[\"us-east-1\"]", "\"audiences\":[]",                     "the audiences are none")]
    [InlineData("DrainSource",      "\"audiences\":[\"us-east-1\"]", "\"audiences\":[\"us-east-1\",\"us-east-1\"]", "or one stands twice")]
    [InlineData("DrainSource",      "\"audiences\":[\"us-east-1\"]", "\"audiences\":[\"eu-west-1\"]",        "us-east-1 did not serve")]
    [InlineData("DrainSource",      "\"audiences\":[\"us-east-1\"]", "\"audiences\":[null]",                 "is not the name of a region")]
    [InlineData("DrainSource",      "\"desired\":{\"ap-south-1\":{\"ap-south-1\":100},", "\"desired\":{",  "different audiences")]
    [InlineData("DrainSource",      "\"desired\":{\"ap-south-1\":{\"ap-south-1\":100}", "\"desired\":{\"ap-south-1\":{\"mars\":100}", "an audience that does not move")]
    [InlineData("DrainSource",      "\"us-east-1\":{}",              "\"us-east-1\":{\"us-east-1\":100}",    "users do not go where")]
    [InlineData("DrainSource",      "\"failedTargets\":[]",          "\"failedTargets\":[\"ap-south-1\"]",   "a failed target")]
    [InlineData("DrainSource",      "\"failedTargets\":[]",          "\"failedTargets\":[\"us-east-1\"]",    "a failed target")]
    [InlineData("DrainSource",      "ImmediateFailover",             "NoFailover",                           "NoFailover starts no saga")]
    [InlineData("DrainSource",      "\"skipped\":[",                 "\"skipped\":[\"Redirect\",",           "a step is skipped")]
    [InlineData("DrainSource",      "\"skipped\":[",                 "\"skipped\":[\"SyncData\",",           "a step is skipped")]
    [InlineData("DrainSource",      "\"skipped\":[",                 "\"skipped\":[\"FenceSource\",",        "a step is skipped")]
    [InlineData("DrainSource",      "\"irreversible\":false",        "\"irreversible\":true",                "irreversible is True")]
    [InlineData("DrainSource",      "\"phase\":\"Intended\"",        "\"phase\":\"Complete\"",               "complete at DrainSource")]
    [InlineData("DrainSource",      "\"returnedPercent\":0",         "\"returnedPercent\":10",               "10 % returned")]
    [InlineData("DrainSource",      "\"epoch\":",                    "\"epoch\":9223372036854775807,\"was\":", "epoch 9223372036854775807 is not one")]
    [InlineData("DrainSource",      "\"sequence\":",                 "\"sequence\":9007199254740992,\"was\":", "sequence 9007199254740992 is not one")]
    [InlineData("DrainSource",      "\"planId\":\"fo-1\"",           "\"planId\":\"../leader\"",             "not the name of a plan")]
    [InlineData("DrainSource",      "\"phase\":\"Intended\"",        "\"phase\":\"Intended\",\"phase\":\"Done\"", "phase")]
    [InlineData("PromoteDatabase",  "\"irreversible\":true",         "\"irreversible\":false",               "irreversible is False")]
    [InlineData("PromoteDatabase",  "\"phase\":\"Intended\"",        "\"phase\":\"AbortIntended\"",          "it is undone at PromoteDatabase")]
    [InlineData("Redirect",         "\"us-east-1\":{\"ap-south-1\":100}", "\"us-east-1\":{\"eu-west-1\":100}", "users do not go where")]
    [InlineData("Redirect",         "\"phase\":\"Intended\"",        "\"phase\":\"Aborted\"",                "it is undone at Redirect")]
    [InlineData("DrainFailover",    "\"returnedPercent\":10",        "\"returnedPercent\":25",               "25 % returned")]
    [InlineData("DrainFailover",    "\"failedTargets\":[]",          "\"failedTargets\":[\"ap-south-1\"]",   "has no other target")]
    [InlineData("DrainFailover",    "\"step\":\"DrainFailover\"",    "\"step\":\"EnableOriginal\"",          "10 % returned")]
    [InlineData("DrainFailover",    "\"step\":\"DrainFailover\"",    "\"step\":\"VerifyOriginal\"",          "10 % returned")]
    public void Read_RecordThatContradictsItself_SaysHow(string at, string instead, string stands, string says)
    {
        var sound = JournalCodec.Write(SagaRecords.All.First(r => r.Step.ToString() == at && r.Phase == StepPhase.Intended));
        Assert.Contains(instead, sound, StringComparison.Ordinal);

        var (record, problem) = JournalCodec.Read(sound.Replace(instead, stands, StringComparison.Ordinal));

        Assert.Null(record);
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ReasonLongerThanAnyRequest_IsAProblem()
    {
        Assert.NotNull(JournalCodec.Read(JournalCodec.Write(Plan with { Reason = new string('x', 16 * 1024) })).Record);
        Assert.Contains("reason is longer", JournalCodec.Read(JournalCodec.Write(Plan with { Reason = new string('x', (16 * 1024) + 1) })).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutAnywhere_IsAProblem() =>
        Assert.All(Enumerable.Range(0, Good.Length), static length => Assert.Null(JournalCodec.Read(Good[..length]).Record));

    [Fact]
    public void Read_OneCharacterChanged_GivesARecordOrAProblem() =>
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char[' ', '~']).Sample(static (at, character) =>
        {
            var (record, problem) = JournalCodec.Read(string.Concat(Good.AsSpan(0, at), [character], Good.AsSpan(at + 1)));
            return (record is null) == (problem.Length > 0);
        });

    [Theory]
    //          epoch, sequence   of the other     newer
    [InlineData(2, 1,             1, 9,            true)]
    [InlineData(1, 9,             2, 1,            false)]
    [InlineData(1, 2,             1, 1,            true)]
    [InlineData(1, 1,             1, 1,            false)]
    public void IsNewerThan_EpochThenSequence_Decide(long epoch, long sequence, long otherEpoch, long otherSequence, bool newer) =>
        Assert.Equal(newer, (Plan with { Epoch = epoch, Sequence = sequence }).IsNewerThan(Plan with { Epoch = otherEpoch, Sequence = otherSequence }));

    [Fact]
    public void IsNewerThan_NoRecord_IsTrue() => Assert.True(Plan.IsNewerThan(null));
}
