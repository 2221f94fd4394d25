using CsCheck;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Health;

public sealed class RegionScoreTests
{
    private static readonly RegionId Region = new("us-east-1");

    private static readonly Gen<CheckReading[]> Checks =
        Gen.Select(Gen.Double[0.01, 10], Gen.Bool, Gen.Int[0, 2])
            .Select((weight, critical, standing) => new CheckReading("c", weight, critical, (CheckStanding)standing))
            .Array[1, 20];

    [Theory]
    //          checks: + passes, - fails, ? unknown, ! critical and fails, * critical and passes; a digit is the weight
    [InlineData("",             0,    RegionCondition.Unknown)]
    [InlineData("1? 1?",        0,    RegionCondition.Unknown)]
    [InlineData("1+ 1? 1?",     1,    RegionCondition.Healthy)]
    [InlineData("1- 1? 1?",     0,    RegionCondition.Down)]
    [InlineData("1+ 1+ 1+",     1,    RegionCondition.Healthy)]
    [InlineData("7+ 3-",        0.7,  RegionCondition.Healthy)]
    [InlineData("6+ 3-",        2/3d, RegionCondition.Degraded)]
    [InlineData("2+ 8-",        0.2,  RegionCondition.Degraded)]
    [InlineData("1+ 9-",        0.1,  RegionCondition.Down)]
    [InlineData("9+ 9+ 1!",     0.1,  RegionCondition.Down)]
    [InlineData("9- 9- 1* 1!",  0.05, RegionCondition.Down)]
    [InlineData("3* 1-",        0.75, RegionCondition.Healthy)]
    public void Judge_Checks_GiveScoreAndCondition(string checks, double score, RegionCondition condition)
    {
        var view = RegionScore.Judge(Region, Parse(checks));

        Assert.Equal(score, view.Score, tolerance: 1e-8);
        Assert.Equal(condition, view.Condition);
    }

    [Fact]
    public void Judge_SevenTenthsInBinaryFractions_IsHealthyDespiteRounding()
    {
        // As doubles, (0.4 + 0.3) / (0.2 + 0.4 + 0.3 + 0.1) is 0.6999999999999998.
        CheckReading[] checks =
        [
            new("a", 0.2, Critical: false, CheckStanding.Failing),
            new("b", 0.4, Critical: false, CheckStanding.Passing),
            new("c", 0.3, Critical: false, CheckStanding.Passing),
            new("d", 0.1, Critical: false, CheckStanding.Failing),
        ];

        Assert.Equal(RegionCondition.Healthy, RegionScore.Judge(Region, checks).Condition);
    }

    [Fact]
    public void Judge_FailedChecks_AreNamedInOrderAndUnknownOnesAreNot()
    {
        var view = RegionScore.Judge(Region, Parse("1- 1? 1+ 1!"));

        Assert.Equal(["c0", "c3"], view.FailedChecks);
    }

    [Fact]
    public void Judge_AnyChecks_CriticalFailureIsDownAndScoreIsAShare() => Checks.Sample(checks =>
    {
        var view = RegionScore.Judge(Region, checks);

        Assert.InRange(view.Score, 0, 1);
        Assert.Equal(checks.All(check => check.Standing == CheckStanding.Unknown), view.Condition == RegionCondition.Unknown);
        if (checks.Any(check => check.Critical && check.Standing == CheckStanding.Failing))
        {
            Assert.Equal(RegionCondition.Down, view.Condition);
        }
    });

    [Fact]
    public void Judge_OneFailingCheckRecovers_ScoreNeverFalls() =>
        Gen.Select(Checks, Gen.Int[0, 1000]).Sample((checks, pick) =>
        {
            var before = checks.ToArray();
            var after = checks.ToArray();
            var at = pick % checks.Length;
            before[at] = before[at] with { Standing = CheckStanding.Failing };
            after[at] = after[at] with { Standing = CheckStanding.Passing };

            Assert.True(RegionScore.Judge(Region, after).Score >= RegionScore.Judge(Region, before).Score);
        });

    private static IEnumerable<CheckReading> Parse(string checks) => checks
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select((check, i) => new CheckReading(
            $"c{i}",
            check[0] - '0',
            check[1] is '!' or '*',
            check[1] switch { '+' or '*' => CheckStanding.Passing, '?' => CheckStanding.Unknown, _ => CheckStanding.Failing }));
}
