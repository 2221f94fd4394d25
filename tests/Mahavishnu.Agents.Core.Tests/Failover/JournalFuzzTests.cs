using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>Journal records that nobody of ours has written: each is refused, or it is one that a saga could have come to.</summary>
public sealed class JournalFuzzTests
{
    private static readonly DecisionInput[] Inputs = [Input(), Input((Us, 0)), Input((Us, 0), (Ap, 0)), Input((Us, 0), (Ap, 0), (Eu, 0)), Input((Us, null), (Ap, 0.6)), Input((Us, 0.3), (Eu, 0.8))];

    private static readonly string[] Sound = [.. SagaRecords.All.Select(JournalCodec.Write).Distinct()];

    private static readonly Gen<string> Edited = Gen.Int[0, Sound.Length - 1].Select(static i => Sound[i]).SelectMany(static sound => JsonEdits.Of(
        sound,
        [
            "\"Failover\"", "\"Failback\"", "\"ap-south-1\"", "\"fo-1\"", "[\"ap-south-1\",\"eu-west-1\"]", "{\"us-east-1\":{\"ap-south-1\":100}}", "{\"mars\":100}",
            .. Enum.GetNames<SagaStep>().Concat(Enum.GetNames<StepPhase>()).Concat(Enum.GetNames<DecisionKind>()).SelectMany(static name => new[] { $"\"{name}\"", $"[\"{name}\"]" }),
        ]));

    [Fact]
    public Task Read_Garbage_IsAProblem() => Fuzz.HoldsAsync(Fuzz.Garbage, 5_000, static text =>
        Assert.True(JournalCodec.Read(text) is { Record: null, Problem.Length: > 0 }));

    [Fact]
    public Task Read_RecordWithAFewChanges_IsAProblemOrARecordOfASaga() => Fuzz.HoldsAsync(Edited, 8_000, static text =>
    {
        var (record, problem) = JournalCodec.Read(text);

        Assert.Equal(record is null, problem.Length > 0);
        if (record is not null)
        {
            AssertReadsBack(record);
            AssertIsOfASaga(record);
        }
    });

    [Fact]
    public Task Begin_WhateverCanBeRead_GoesOnWithoutGivingUsersToTheDead() => Fuzz.HoldsAsync(Gen.Select(Edited, Gen.Int[0, Inputs.Length - 1].Array[2]), 1_000, static found =>
    {
        var (text, choices) = found;
        if (JournalCodec.Read(text).Record is { } record)
        {
            var saga = new SagaDriver(TrafficOnly, d => Inputs[choices[d.Now < TimeSpan.FromMinutes(3) ? 0 : 1]], static (_, _) => EffectResult.Done).Start(record).RunUntil(minutes: 30);
            Assert.All(saga.Journal, AssertReadsBack);
        }
    });

    private static void AssertReadsBack(JournalRecord record)
    {
        var text = JournalCodec.Write(record);
        var (again, problem) = JournalCodec.Read(text);
        Assert.True(again is not null, $"{problem}: {text}");
        Assert.Equal(text, JournalCodec.Write(again));
    }

    private static void AssertIsOfASaga(JournalRecord r)
    {
        var all = r.Audiences.Concat(r.FailedTargets).Concat(r.Before.Audiences).Concat(r.Desired.Audiences)
            .Concat(r.Before.Audiences.SelectMany(a => r.Before.Shares(a).Keys)).Concat(r.Desired.Audiences.SelectMany(a => r.Desired.Shares(a).Keys)).Append(r.Source).Append(r.Target);
        Assert.All(all, static region => Assert.True(RegionId.IsValid(region.Value)));
        Assert.All(r.Desired.Audiences.Concat(r.Before.Audiences), a => Assert.True(r.Desired.Shares(a).Values.Sum() is 0 or 100 && r.Before.Shares(a).Values.Sum() is 0 or 100));
        Assert.True(r.Epoch is > 0 and < 1L << 60 && r.Sequence is > 0 and < 1L << 60, "a successor could not count on");
        Assert.True(r.PlanId.Length is > 0 and < 200 && r.PlanId.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'), $"plan '{r.PlanId}'");
        Assert.True(r.Source != r.Target && !r.FailedTargets.Contains(r.Target) && !r.FailedTargets.Contains(r.Source), "source and targets");
        Assert.True(r.Audiences.Count > 0 && r.Audiences.Distinct().Count() == r.Audiences.Count && r.FailedTargets.Distinct().Count() == r.FailedTargets.Count && r.Skipped.Distinct().Count() == r.Skipped.Count, "something stands twice, or nobody moves");
        Assert.All(r.Audiences, a => Assert.True(r.Before.Percent(a, r.Source) > 0, $"{r.Source} did not serve {a}"));
        Assert.Equal(r.Before.Audiences, r.Desired.Audiences);
        Assert.All(r.Desired.Audiences.Except(r.Audiences), a => Assert.Equal(r.Before.Shares(a), r.Desired.Shares(a)));
        Assert.DoesNotContain(r.Step, r.Skipped);
        Assert.All(r.Skipped, s => Assert.Equal((r.Kind, StepWork.Data), (SagaTable.Row(s).Kind, SagaTable.Row(s).Work)));
        Assert.True(r.Decision is DecisionKind.ImmediateFailover or DecisionKind.GracefulFailover, $"{r.Decision}");
        Assert.Equal(SagaTable.Rows.Any(row => row.Kind == r.Kind && row.Irreversible && row.Step <= r.Step && !r.Skipped.Contains(row.Step)), r.Irreversible);
        var undone = r.Phase is StepPhase.AbortIntended or StepPhase.Aborted;
        Assert.False(undone && (r.Irreversible || r is { Kind: SagaKind.Failover, Step: not SagaStep.DrainSource }), "it was undone after it could not be any more");
        Assert.True(r.Phase != StepPhase.Complete || r.Step is SagaStep.Watch or SagaStep.VerifyFailback, "complete before its end");
        if (r.Kind == SagaKind.Failback)
        {
            Assert.Equal(([r.Target], []), (r.Audiences, r.FailedTargets), static (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2));
            Assert.True(undone || r.Step < SagaStep.DrainFailover || (r.Desired.Percent(r.Target, r.Target), r.Desired.Percent(r.Target, r.Source)) == (r.ReturnedPercent, 100 - r.ReturnedPercent), "the share returned is another");
            Assert.True(undone || r.Step <= SagaStep.DrainFailover || r.ReturnedPercent == 100, "not all has returned");
            Assert.True(undone || r.Step >= SagaStep.DrainFailover || (r.ReturnedPercent == 0 && r.Desired.Equals(r.Before)), "something has returned too soon");
        }
        else
        {
            Assert.Equal(0, r.ReturnedPercent);
            Assert.All(r.Audiences, a => Assert.True(undone || (r.Step < SagaStep.Redirect ? r.Desired.Percent(a, r.Source) == 0 : r.Desired.Percent(a, r.Target) == 100), $"{r.Step} and {r.Desired}"));
        }
    }
}
