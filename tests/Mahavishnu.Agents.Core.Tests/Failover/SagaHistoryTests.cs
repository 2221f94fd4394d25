using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>Properties of sagas over random histories; the driver holds each record against the rules as well.</summary>
public sealed class SagaHistoryTests
{
    private static readonly double?[] Scores = [0, 0.1, 0.3, 0.49, 0.6, 0.7, 0.92, 1, null];
    private static readonly SagaStep[] Optional = [.. TrafficOnly.NothingConfigured];

    private static readonly Gen<double?> GenScore = Gen.Int[0, Scores.Length - 1].Select(static i => Scores[i]);

    private static readonly Gen<SagaSettings> GenSettings = Gen.Int[0, 31].Select(static mask => new SagaSettings
    {
        NothingConfigured = [.. Optional.Where((_, i) => (mask & (1 << i)) != 0)],
    });

    private static readonly Gen<JournalRecord> GenPlan = Gen.Select(GenSettings, Gen.Int[0, 3], static (settings, choice) => choice switch
    {
        0 => FailbackPlan(settings),
        1 => FailoverPlan(settings, 0.3),
        2 => FailoverPlan(settings) with { RequestedBy = "anna" },
        _ => FailoverPlan(settings),
    });

    /// <summary>How effects end at first; later they are done.</summary>
    private static readonly Gen<EffectResult[]> GenResults = Gen.Enum<EffectResult>().Array[0, 3];

    /// <summary>What is agreed for a number of seconds.</summary>
    private static readonly Gen<(int Seconds, double?[] Scores)> GenSpell = Gen.Select(Gen.Int[1, 60], GenScore.Array[3], static (s, scores) => (s, scores));

    /// <summary>A region gets a score once the journal has come to a step and phase.</summary>
    private static readonly Gen<(SagaStep Step, StepPhase Phase, RegionId Region, double? Score)> GenBlow = Gen.Select(
        Gen.Enum<SagaStep>(), Gen.Int[1, 2], Gen.Int[0, 2], GenScore, static (step, phase, region, score) => (step, (StepPhase)phase, All[region], score));

    // The driver was written for one leader's settings; those that a plan skips have nothing configured.
    private static SagaDriver Drive(JournalRecord plan, Func<SagaDriver, DecisionInput> world, EffectResult[] results, IReadOnlySet<int> restarts) =>
        new SagaDriver(new SagaSettings { NothingConfigured = plan.Skipped }, world, (_, attempt) => attempt <= results.Length ? results[attempt - 1] : EffectResult.Done)
        {
            RestartsAfter = restarts,
            Idle = TimeSpan.FromSeconds(4),
            CommitTime = TimeSpan.FromSeconds(1),
        }.Start(plan);

    [Fact]
    public void Next_AnyHistoryThatEndsWell_EndsTheSagaWithoutGivingUsersToTheDead() =>
        Gen.Select(GenPlan, GenSpell.Array[0, 12], GenResults, Gen.Int[1, 60].Array[0, 4]).Sample(
            static (plan, spells, results, restarts) =>
            {
                var saga = Drive(plan, d => Agreed(d.Now, spells), results, restarts.ToHashSet()).RunUntil();

                Assert.True(saga.Last.Ended, $"{saga.Last.Step} {saga.Last.Phase}: {saga.Trouble}");
                Assert.Equal(saga.Last.Desired, saga.Traffic);
                Assert.All(saga.Last.Desired.Audiences, a => Assert.Equal(100, saga.Last.Desired.Shares(a).Values.Sum()));
            },
            iter: 1000);

    [Fact]
    public void Next_LeaderDiesAfterAnyRecordOrEffect_EndsWhereItWouldHaveEnded() =>
        Gen.Select(GenPlan, GenBlow.Array[0, 3], GenResults).Sample(
            static (plan, blows, results) =>
            {
                var straight = Drive(plan, d => Agreed(d, plan, blows), results, new HashSet<int>()).RunUntil();
                Assert.True(straight.Last.Ended);
                foreach (var restart in Enumerable.Range(1, straight.Events))
                {
                    var saga = Drive(plan, d => Agreed(d, plan, blows), results, new HashSet<int> { restart }).RunUntil();

                    Assert.True(saga.Last.Ended, $"restart {restart}: {saga.Last.Step} {saga.Last.Phase}, {saga.Trouble}");
                    Assert.Equal((straight.Last.Phase, straight.Last.Target, straight.Traffic), (saga.Last.Phase, saga.Last.Target, saga.Traffic));
                    Assert.Equal(Distinct(straight), Distinct(saga));
                }
            },
            iter: 60);

    [Fact]
    public void Next_LeaderDiesAfterEveryThirdEvent_EndsWhereItWouldHaveEnded() =>
        Gen.Select(GenPlan, GenBlow.Array[0, 3], Gen.Int[0, 2]).Sample(
            static (plan, blows, offset) =>
            {
                var straight = Drive(plan, d => Agreed(d, plan, blows), [], new HashSet<int>()).RunUntil();
                var saga = Drive(plan, d => Agreed(d, plan, blows), [], Enumerable.Range(0, 100).Select(i => (3 * i) + offset).ToHashSet()).RunUntil();

                Assert.Equal((straight.Last.Phase, straight.Traffic), (saga.Last.Phase, saga.Traffic));
            },
            iter: 200);

    private static DecisionInput Agreed(TimeSpan now, (int Seconds, double?[] Scores)[] spells)
    {
        var left = now.TotalSeconds;
        foreach (var (seconds, scores) in spells)
        {
            left -= seconds;
            if (left < 0)
            {
                return Input([.. All.Zip(scores)]);
            }
        }

        return Input();
    }

    // Blows count from the record that they name, so that a restart does not move them; after 40 minutes all is well.
    private static DecisionInput Agreed(SagaDriver driver, JournalRecord plan, (SagaStep Step, StepPhase Phase, RegionId Region, double? Score)[] blows)
    {
        if (driver.Now > TimeSpan.FromMinutes(40))
        {
            return Input();
        }

        var scores = All.ToDictionary(static r => r, r => (double?)(r == plan.Source && plan.Kind == SagaKind.Failover ? 0 : 1));
        foreach (var blow in blows.Where(b => driver.Journal.Exists(r => (r.Step, r.Phase) == (b.Step, b.Phase))))
        {
            scores[blow.Region] = blow.Score;
        }

        return Input([.. scores.Select(static s => (s.Key, s.Value))]);
    }

    /// <summary>The effects without immediate repetitions, which are what a restart and a retry add.</summary>
    private static List<string> Distinct(SagaDriver saga)
    {
        var effects = saga.Effects.Select(static r => $"{r.Step} {r.Phase} {r.Target} {r.Desired}").ToList();
        return [.. effects.Where((e, i) => i == 0 || e != effects[i - 1])];
    }
}
