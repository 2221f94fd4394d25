using CsCheck;
using Mahavishnu.Agents.Core.Failover;
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
        Gen.Select(Gen.Enum<SagaStep>(), Gen.Enum<StepPhase>(), Gen.Long[1, long.MaxValue], Gen.Int[0, 100], Gen.Bool, Gen.Int[0, 2]).Sample(static (step, phase, number, percent, flag, failed) =>
        {
            var record = Plan with
            {
                Kind = SagaTable.Row(step).Kind,
                Step = step,
                Phase = phase,
                Epoch = number,
                Sequence = number,
                Desired = RoutingTable.Home(All).With(Us, (Us, percent), (Eu, 100 - percent)),
                ReturnedPercent = percent,
                Irreversible = flag,
                FailedTargets = [.. All.Take(failed)],
            };

            var (read, problem) = JournalCodec.Read(JournalCodec.Write(record));

            Assert.NotNull(read);
            Assert.Equal("", problem);
            Assert.Equal(JournalCodec.Write(record), JournalCodec.Write(read));
            Assert.Equal(record, read with { Audiences = record.Audiences, Skipped = record.Skipped, FailedTargets = record.FailedTargets });
            Assert.Equal(record.FailedTargets, read.FailedTargets);
            Assert.Equal((record.Audiences, record.Skipped), (read.Audiences, read.Skipped), static (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2));
        });

    [Theory]
    //          instead of                    stands                          the problem says
    [InlineData("\"format\":1",               "\"format\":2",                 "format 2; this build reads formats 1 to 1")]
    [InlineData("\"format\":1",               "\"format\":0",                 "format 0")]
    [InlineData("\"format\":1,",              "",                             "format")]
    [InlineData("\"epoch\":7",                "\"epoch\":0",                  "epoch 0 is not positive")]
    [InlineData("\"sequence\":12",            "\"sequence\":-1",              "sequence -1 is not positive")]
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
