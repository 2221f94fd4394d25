using CsCheck;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Regions;

public sealed class VoteTests
{
    private const string Good =
        """{"format":1,"agent":"us-east-1-1","region":"us-east-1","process":"p","counter":3,"views":[{"region":"eu-west-1","condition":"Down","score":0}]}""";

    private static readonly RegionId[] Regions = [new("a"), new("us-east-1"), new("eu-west-1"), new("ap-south-1")];

    private static readonly Gen<RegionId> GenRegion = Gen.Int[0, Regions.Length - 1].Select(static i => Regions[i]);

    private static readonly Gen<RegionView> GenView = Gen.Select(
        Gen.Bool,
        Gen.Double[0, 1],
        Gen.String.AlphaNumeric.List[0, 3],
        static (known, score, failed) => known ? new RegionView(default, RegionScore.ConditionOf(score), score, failed) : new RegionView(default, RegionCondition.Unknown, 0, failed));

    private static readonly Gen<Vote> GenVote = Gen.Select(
        Gen.String.AlphaNumeric.Where(static s => s.Length > 0),
        GenRegion,
        Gen.String.AlphaNumeric.Where(static s => s.Length > 0),
        Gen.Long[1, (1L << 53) - 1],
        Gen.String.AlphaNumeric.Null(),
        GenView.List[0, Regions.Length],
        static (agent, region, process, counter, abstains, views) =>
            new Vote(agent, region, process, counter, abstains, "http://x", [.. views.Select(static (view, i) => view with { Region = Regions[i] })]));

    [Fact]
    public void Read_WhatWasWritten_GivesTheSameVote() => GenVote.Sample(static vote =>
    {
        var (read, problem) = Vote.Read(vote.ToText());

        Assert.NotNull(read);
        Assert.Equal("", problem);
        Assert.Equal(vote with { Views = [], Lag = [], Broken = [] }, read with { Views = [], Lag = [], Broken = [] });
        Assert.Equal(
            vote.Views.Select(static v => (v.Region, v.Condition, v.Score, string.Join(',', v.FailedChecks))),
            read.Views.Select(static v => (v.Region, v.Condition, v.Score, string.Join(',', v.FailedChecks))));
    });

    [Fact]
    public void Read_AnyText_GivesAVoteOrAProblem() => Gen.String.Sample(static text =>
    {
        var (read, problem) = Vote.Read(text);
        return (read is null) == (problem.Length > 0);
    });

    [Fact]
    public void Read_OneCharacterChanged_GivesAVoteOrAProblem() =>
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char[' ', '~']).Sample(static (at, character) =>
        {
            var (read, problem) = Vote.Read(string.Concat(Good.AsSpan(0, at), [character], Good.AsSpan(at + 1)));
            return (read is null) == (problem.Length > 0) && (read is null || read.Views.All(static v => v.Score is >= 0 and <= 1));
        });

    [Theory]
    //          instead of               stands                    the problem says
    [InlineData("\"format\":1",          "\"format\":0",           "format 0")]
    [InlineData("\"format\":1",          "\"format\":2",           "format 2; this build reads formats 1 to 1")]
    [InlineData("\"format\":1,",         "",                       "format")]
    [InlineData("\"agent\":\"us-east-1-1\"", "\"agent\":\"\"",     "a field is empty")]
    [InlineData("\"agent\":\"us-east-1-1\"", "\"agent\":null",     "a field is empty")]
    [InlineData("\"process\":\"p\"",     "\"process\":null",       "a field is empty")]
    [InlineData("\"region\":\"us-east-1\"", "\"region\":\"US!\"",  "'US!' is not the name of a region")]
    [InlineData("\"region\":\"us-east-1\"", "\"region\":null",     "is not the name of a region")]
    [InlineData("\"region\":\"eu-west-1\"", "\"region\":\"../x\"", "'../x' is not the name of a region")]
    [InlineData("\"counter\":3",         "\"counter\":0",          "counter 0 is not one")]
    [InlineData("\"counter\":3",         "\"counter\":-1",         "counter -1 is not one")]
    [InlineData("\"counter\":3",         "\"counter\":1e30",       "counter")]
    [InlineData("\"score\":0",           "\"score\":1.0001",       "the score of eu-west-1 is not 0 to 1")]
    [InlineData("\"score\":0",           "\"score\":-0.1",         "the score of eu-west-1 is not 0 to 1")]
    [InlineData("\"score\":0",           "\"score\":\"NaN\"",      "score")]
    [InlineData("\"score\":0",           "\"score\":1e999",        "the score of eu-west-1 is not 0 to 1")]
    [InlineData("\"score\":0",           "\"score\":0,\"failed\":[null]", "a field is empty")]
    [InlineData("\"Down\"",              "\"Dead\"",               "condition")]
    [InlineData("\"Down\"",              "99",                     "the condition of eu-west-1, 99, is not that of its score")]
    [InlineData("\"Down\"",              "\"Healthy\"",            "the condition of eu-west-1, Healthy, is not that of its score")]
    [InlineData("\"score\":0",           "\"score\":0.9",          "the condition of eu-west-1, Down, is not that of its score")]
    [InlineData("\"score\":0",           "\"score\":0,\"score\":0", "score")]
    [InlineData("\"views\":[",           "\"views\":[{\"region\":\"eu-west-1\",\"condition\":\"Healthy\",\"score\":1},", "a region is judged twice")]
    [InlineData("\"process\":\"p\"",     "\"process\":\"\"",       "a field is empty")]
    [InlineData("\"counter\":3",         "\"counter\":9007199254740992", "is not one that ours have counted to")]
    [InlineData("\"views\":[",           "\"views\":[null,",       "a field is empty")]
    [InlineData("]}",                    "]",                      "")]
    public void Read_Damaged_SaysWhatIsWrong(string instead, string stands, string says)
    {
        var (vote, problem) = Vote.Read(Good.Replace(instead, stands, StringComparison.Ordinal));

        Assert.Null(vote);
        Assert.NotEmpty(problem);
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("17")]
    [InlineData("{}")]
    [InlineData("\ud800")]
    public void Read_NoVoteAtAll_SaysWhatIsWrong(string text)
    {
        var (vote, problem) = Vote.Read(text);

        Assert.Null(vote);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Read_FieldsOfANewerBuild_AreLeftOut()
    {
        var (vote, _) = Vote.Read(Good.Replace("\"counter\"", "\"colour\":\"red\",\"counter\"", StringComparison.Ordinal));

        Assert.Equal(3, vote!.Counter);
    }

    [Fact]
    public void ViewOf_RegionThatItDoesNotName_IsUnknown() =>
        Assert.Equal(RegionCondition.Unknown, Vote.Read(Good).Vote!.ViewOf(new RegionId("mars")).Condition);

    [Theory]
    [InlineData("us-east-1", true)]
    [InlineData("a",         true)]
    [InlineData("",          false)]
    [InlineData(null,        false)]
    [InlineData("-a",        false)]
    [InlineData("a-",        false)]
    [InlineData("US",        false)]
    [InlineData("a/b",       false)]
    [InlineData("a.b",       false)]
    public void RegionIdIsValid_Text_IsJudged(string? text, bool valid) => Assert.Equal(valid, RegionId.IsValid(text));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void RegionIdIsValid_Length_IsBounded(int length, bool valid) => Assert.Equal(valid, RegionId.IsValid(new string('a', length)));
}
