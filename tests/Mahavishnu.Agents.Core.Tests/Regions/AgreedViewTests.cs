using System.Globalization;
using CsCheck;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Tests.Failover;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Regions;

public sealed class AgreedViewTests
{
    private static readonly RegionId A = new("a");
    private static readonly string[] Words = ["0", "0.1", "0.3", "0.6", "0.7", "1", "?", "-", "x"];

    /// <summary>What observers a, b, c … say of region a: a score, <c>?</c> unknown, <c>-</c> no fresh vote, <c>x</c> abstains.</summary>
    private static AgreedRegion Judge(string said)
    {
        var words = said.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var observers = words.Select(static (_, i) => new RegionId($"{(char)('a' + i)}")).ToList();
        var votes = words.Zip(observers).Where(static w => w.First != "-").Select(static w => VoteBy(w.Second, $"{w.Second}-1", w.First)).ToList();
        return AgreedView.Of(observers, observers, votes)[A];
    }

    private static Vote VoteBy(RegionId observer, string agent, string word) => new(
        agent,
        observer,
        "p",
        1,
        word == "x" ? "its timers are late" : null,
        "",
        [Given.ViewOf(A, double.TryParse(word, CultureInfo.InvariantCulture, out var score) ? score : null)]);

    [Theory]
    // The first word is the voice of the region that is judged.
    //          said                condition                  at most  at least  advisory
    [InlineData("1",                RegionCondition.Healthy,   null,    1.0,      false)]
    [InlineData("0.5",              RegionCondition.Unknown,   null,    0.5,      false)]
    [InlineData("0",                RegionCondition.Unknown,   null,    0.0,      true)]
    [InlineData("0 0",              RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("- 0",              RegionCondition.Unknown,   null,    null,     true)]
    [InlineData("1 0",              RegionCondition.Unknown,   1.0,     0.0,      true)]
    [InlineData("1 1",              RegionCondition.Healthy,   1.0,     1.0,      false)]
    [InlineData("- 0 0",            RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("1 0 0",            RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("0 0 1",            RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("0 1 1",            RegionCondition.Healthy,   1.0,     1.0,      true)]
    [InlineData("0 - -",            RegionCondition.Unknown,   null,    null,     true)]
    [InlineData("- 0 -",            RegionCondition.Unknown,   null,    null,     true)]
    [InlineData("- 0 ?",            RegionCondition.Unknown,   null,    null,     true)]
    [InlineData("- 0 x",            RegionCondition.Unknown,   null,    null,     true)]
    [InlineData("- - -",            RegionCondition.Unknown,   null,    null,     false)]
    [InlineData("? ? ?",            RegionCondition.Unknown,   null,    null,     false)]
    [InlineData("x x x",            RegionCondition.Unknown,   null,    null,     false)]
    [InlineData("x 0 0",            RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("0.3 0.4 1",        RegionCondition.Degraded,  0.4,     0.4,      false)]
    [InlineData("- 0.3 0.4",        RegionCondition.Degraded,  0.4,     0.3,      false)]
    [InlineData("- 0.3 0.7",        RegionCondition.Unknown,   0.7,     0.3,      false)]
    [InlineData("0.7 0.7 0",        RegionCondition.Healthy,   0.7,     0.7,      true)]
    [InlineData("0.69 0.69 1",      RegionCondition.Degraded,  0.69,    0.69,     false)]
    [InlineData("0.1 0.1 0.3",      RegionCondition.Down,      0.1,     0.1,      false)]
    [InlineData("- 0 0 0 -",        RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("- 0 0 - -",        RegionCondition.Unknown,   null,    null,     true)]
    [InlineData("0 0 0 1 1",        RegionCondition.Down,      0.0,     0.0,      false)]
    [InlineData("0 0 1 1 1",        RegionCondition.Healthy,   1.0,     1.0,      true)]
    [InlineData("0.1 0.3 0.5 0.8 1", RegionCondition.Degraded, 0.5,     0.5,      true)]
    [InlineData("- 0.3 0.5 0.8 1",  RegionCondition.Unknown,   0.8,     0.5,      false)]
    public void Of_WhatTheObserversSay_IsAgreedByMajority(string said, RegionCondition condition, double? atMost, double? atLeast, bool advisory)
    {
        var agreed = Judge(said);

        Assert.Equal((condition, atMost, atLeast, advisory), (agreed.Condition, agreed.AtMost, agreed.AtLeast, agreed.Advisory is not null));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void Of_Observers_MajorityIsOfAllConfigured(int observers, int majority) =>
        Assert.Equal(majority, AgreedView.Of([.. Enumerable.Range(0, observers).Select(static i => new RegionId($"r{i}"))], [], []).Majority);

    [Fact]
    public void Of_SeveralAgentsInARegion_TheLexicallyFirstSpeaks()
    {
        RegionId b = new("b");
        var view = AgreedView.Of([A, b], [A], [VoteBy(b, "b-2", "1"), VoteBy(b, "b-1", "0"), VoteBy(A, "a-1", "0")]);

        Assert.Equal(RegionCondition.Down, view[A].Condition);
        Assert.Equal("b-1", view[A].Sightings.Single(s => s.Observer == b).Agent);
    }

    [Fact]
    public void Of_ManyAgentsInOneRegion_HaveOneVoice()
    {
        RegionId[] observers = [A, new("b"), new("c")];
        var agreed = AgreedView.Of(observers, [A], [.. Enumerable.Range(1, 9).Select(i => VoteBy(observers[1], $"b-{i}", "0"))])[A];

        Assert.Equal((RegionCondition.Unknown, null), (agreed.Condition, agreed.AtMost));
    }

    [Fact]
    public void Of_VotesFromARegionThatIsNotConfigured_DoNotCount()
    {
        var agreed = AgreedView.Of([A, new("b"), new("c")], [A], [VoteBy(new RegionId("x"), "x-1", "0"), VoteBy(new RegionId("y"), "y-1", "0")])[A];

        Assert.Equal((RegionCondition.Unknown, null), (agreed.Condition, agreed.Advisory));
    }

    [Fact]
    public void Item_RegionThatWasNotJudged_IsUnknown() =>
        Assert.Equal(RegionCondition.Unknown, AgreedView.Of([A], [A], [])[new RegionId("mars")].Condition);

    [Fact]
    public void Sightings_EachObserver_SaysWhatItSaw() =>
        Assert.Equal(["a: no fresh vote", "b: abstains (its timers are late)", "c: Down (score 0)"], Judge("- x 0").Sightings.Select(static s => s.ToString()));

    [Fact]
    public void Of_AnyVotes_DownNeedsAMajorityOfFreshVotesAndOneFromOutside() =>
        Gen.Int[0, Words.Length - 1].Array[1, 7].Sample(static drawn =>
        {
            string[] words = [.. drawn.Select(static i => Words[i])];
            var agreed = Judge(string.Join(' ', words));
            var majority = (words.Length / 2) + 1;
            double[] scores = [.. words.Where(static w => w is not ("?" or "-" or "x")).Select(static w => double.Parse(w, CultureInfo.InvariantCulture))];
            var down = words.Count(static w => w is "0" or "0.1");
            Assert.Equal(down >= majority && words.Skip(1).Any(static w => w is "0" or "0.1"), agreed.Condition == RegionCondition.Down);
            Assert.True(agreed.AtMost is not { } most || scores.Count(s => s <= most) >= majority);
            Assert.True(agreed.AtLeast is not { } least || scores.Count(s => s >= least) >= majority);
            Assert.True(agreed.Condition != RegionCondition.Healthy || scores.Count(static s => s >= 0.7) >= majority);
        });
}
