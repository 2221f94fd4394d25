using CsCheck;
using Mahavishnu.Agents.Core.Health;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Health;

public sealed class CheckStateTests
{
    // One probe a second: a flap is a fall within 30 s of a recovery, a quiet period is 60 s.
    private static readonly CheckPolicy Policy = CheckPolicy.For(failureThreshold: 3, successThreshold: 2, TimeSpan.FromSeconds(1));

    private static readonly Gen<ProbeAnswer[]> Histories = Gen.Int[0, 2].Select(i => (ProbeAnswer)i).Array[0, 300];

    [Theory]
    //          answers (P passed, F failed, U unknown)  standing
    [InlineData("",                                      CheckStanding.Unknown)]
    [InlineData("P",                                     CheckStanding.Unknown)]
    [InlineData("PP",                                    CheckStanding.Passing)]
    [InlineData("FF",                                    CheckStanding.Unknown)]
    [InlineData("FFF",                                   CheckStanding.Failing)]
    [InlineData("PPFF",                                  CheckStanding.Passing)]
    [InlineData("PPFFF",                                 CheckStanding.Failing)]
    [InlineData("PPFFPFF",                               CheckStanding.Passing)]
    [InlineData("FFFP",                                  CheckStanding.Failing)]
    [InlineData("FFFPFP",                                CheckStanding.Failing)]
    [InlineData("FFFPP",                                 CheckStanding.Passing)]
    [InlineData("PPFUFUF",                               CheckStanding.Failing)]
    [InlineData("PPUU",                                  CheckStanding.Passing)]
    [InlineData("PPUUU",                                 CheckStanding.Unknown)]
    [InlineData("FFFUUU",                                CheckStanding.Unknown)]
    [InlineData("PPUUUP",                                CheckStanding.Unknown)]
    [InlineData("PPUUUPP",                               CheckStanding.Passing)]
    [InlineData("FFFUUUPP",                              CheckStanding.Passing)]
    public void After_History_GivesStanding(string answers, CheckStanding expected) =>
        Assert.Equal(expected, Run(CheckState.Initial, answers, TimeSpan.Zero).State.Standing);

    [Fact]
    public void SuccessesNeeded_EachFlap_DoublesUpToTheLimit()
    {
        var state = Run(CheckState.Initial, "FFF", TimeSpan.Zero).State;
        var now = TimeSpan.FromSeconds(3);
        var needed = new List<int> { state.SuccessesNeeded(Policy) };
        for (var flap = 0; flap < 6; flap++)
        {
            (state, now) = Run(state, new string('P', state.SuccessesNeeded(Policy)), now);
            Assert.Equal(CheckStanding.Passing, state.Standing);
            (state, now) = Run(state, "FFF", now);
            needed.Add(state.SuccessesNeeded(Policy));
        }

        Assert.Equal([2, 4, 8, 16, 32, 32, 32], needed);
    }

    [Fact]
    public void After_OnePassShortOfADampedThreshold_StillFails()
    {
        var state = Run(CheckState.Initial, "FFFPPFFFPPP", TimeSpan.Zero).State;

        Assert.Equal(CheckStanding.Failing, state.Standing);
        Assert.Equal(CheckStanding.Passing, state.After(ProbeAnswer.Passed, Policy, TimeSpan.FromSeconds(12)).Standing);
    }

    [Theory]
    //          seconds of passing  passes needed after the next fall
    [InlineData(29,                 8)]  // a flap more
    [InlineData(31,                 4)]  // no flap, and no quiet period either
    [InlineData(61,                 2)]  // one quiet period takes the flap back
    [InlineData(600,                2)]  // never below the threshold itself
    public void SuccessesNeeded_FallAfterPassingFor_FollowsTheTime(int seconds, int expected)
    {
        var flapped = Run(CheckState.Initial, "FFFPPFFFPPPP", TimeSpan.Zero);
        Assert.Equal(4, flapped.State.SuccessesNeeded(Policy));

        // The recovery was at the last answer, a second before the time that Run gives back.
        var fallsAt = flapped.Now - TimeSpan.FromSeconds(1) + TimeSpan.FromSeconds(seconds);
        var state = Run(flapped.State, "FFF", fallsAt - TimeSpan.FromSeconds(2)).State;

        Assert.Equal(CheckStanding.Failing, state.Standing);
        Assert.Equal(expected, state.SuccessesNeeded(Policy));
    }

    [Fact]
    public void After_FirstFallEver_IsNoFlap() =>
        Assert.Equal(0, Run(CheckState.Initial, "PPFFF", TimeSpan.Zero).State.Flaps);

    [Fact]
    public void After_AnyHistory_ChangesStandingOnlyAfterARowOfAnswers() => Histories.Sample(history =>
    {
        var state = CheckState.Initial;
        for (var i = 0; i < history.Length; i++)
        {
            var next = state.After(history[i], Policy, TimeSpan.FromSeconds(i));
            if (next.Standing != state.Standing)
            {
                var evidence = next.Standing switch
                {
                    CheckStanding.Passing => Row(history, i, ProbeAnswer.Passed) >= state.SuccessesNeeded(Policy),
                    CheckStanding.Failing => Row(history, i, ProbeAnswer.Failed) >= Policy.FailureThreshold,
                    _ => history[(i - Policy.FailureThreshold + 1)..(i + 1)].All(answer => answer == ProbeAnswer.Unknown),
                };
                Assert.True(evidence, $"{state.Standing} -> {next.Standing} at {i}");
            }

            Assert.InRange(next.SuccessesNeeded(Policy), Policy.SuccessThreshold, Policy.MaxSuccessThreshold);
            state = next;
        }
    });

    [Fact]
    public void After_AnyHistoryThenEnoughPasses_Passes() => Histories.Sample(history =>
    {
        var now = TimeSpan.Zero;
        var state = CheckState.Initial;
        foreach (var answer in history.Concat(Enumerable.Repeat(ProbeAnswer.Passed, Policy.MaxSuccessThreshold)))
        {
            state = state.After(answer, Policy, now += TimeSpan.FromSeconds(1));
        }

        Assert.Equal(CheckStanding.Passing, state.Standing);
    });

    [Theory]
    [InlineData(0, 2, 1)]
    [InlineData(3, 0, 1)]
    [InlineData(3, 2, 0)]
    public void For_NonsenseFigures_AreRefused(int failures, int successes, int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CheckPolicy.For(failures, successes, TimeSpan.FromSeconds(seconds)));

    private static (CheckState State, TimeSpan Now) Run(CheckState state, string answers, TimeSpan now)
    {
        foreach (var letter in answers)
        {
            var answer = letter switch { 'P' => ProbeAnswer.Passed, 'F' => ProbeAnswer.Failed, _ => ProbeAnswer.Unknown };
            state = state.After(answer, Policy, now);
            now += TimeSpan.FromSeconds(1);
        }

        return (state, now);
    }

    /// <summary>Answers of one kind up to and with <paramref name="last"/>, unknown ones passed over.</summary>
    private static int Row(ProbeAnswer[] history, int last, ProbeAnswer wanted) => history
        .Take(last + 1).Reverse().Where(answer => answer != ProbeAnswer.Unknown).TakeWhile(answer => answer == wanted).Count();
}
