using CsCheck;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Regions;

/// <summary>Votes that nobody of ours has written: each is refused, or says nothing that an agent could not say.</summary>
public sealed class VoteFuzzTests
{
    private static readonly RegionId[] Regions = [new("us-east-1"), new("eu-west-1"), new("ap-south-1")];

    private static readonly string Sound = new Vote(
        "us-east-1-1",
        Regions[0],
        "0123456789abcdef",
        7,
        null,
        "http://127.0.0.1:8610",
        [.. Regions.Select(static (r, i) => new RegionView(r, (RegionCondition)(i + 1), new[] { 1, 0.5, 0.1 }[i], ["/health"]))]).ToText();

    private static readonly Gen<string> Edited = JsonEdits.Of(Sound, "\"Healthy\"", "\"Degraded\"", "\"Down\"", "\"Unknown\"", "0.7", "0.69", "0.1999", "1.0000001", "\"us-east-1-1\"", "\"Healthy, Degraded\"");

    [Fact]
    public Task Read_Garbage_IsAProblem() => Fuzz.HoldsAsync(Fuzz.Garbage, 5_000, static text =>
        Assert.True(Vote.Read(text) is { Vote: null, Problem.Length: > 0 }));

    [Fact]
    public Task Read_VoteWithAFewChanges_IsAProblemOrAVote() => Fuzz.HoldsAsync(Edited, 6_000, static text =>
    {
        var (vote, problem) = Vote.Read(text);

        Assert.Equal(vote is null, problem.Length > 0);
        if (vote is not null)
        {
            AssertIsSound(vote);
            Assert.Equal(vote.ToText(), Vote.Read(vote.ToText()).Vote?.ToText());
        }
    });

    [Fact]
    public Task Of_WhateverCanBeRead_CountsOneVoiceForEachObserver() => Fuzz.HoldsAsync(Edited.Array[1, 6], 1_000, static texts =>
    {
        var ledger = new VoteLedger();
        foreach (var (second, text) in texts.Index())
        {
            if (Vote.Read(text).Vote is { } vote)
            {
                ledger.Observe(TimeSpan.FromSeconds(second), Regions[second % 2], vote);
            }
        }

        var now = TimeSpan.FromSeconds(texts.Length);
        var view = AgreedView.Of(Regions, Regions, ledger.Fresh(now, TimeSpan.FromSeconds(30)));

        Assert.All(view.Regions.Values, static agreed =>
        {
            Assert.Equal(3, agreed.Sightings.Count);
            Assert.True(agreed.AtMost is null or (>= 0 and <= 1) && agreed.AtLeast is null or (>= 0 and <= 1));

            // Every vote here has one author or another's name on it: without two different observers nothing is agreed.
            Assert.True(agreed.Condition == RegionCondition.Unknown || agreed.Sightings.Count(static s => s.View is not null) >= 2);
        });
        Assert.All(ledger.Latest(now), static latest => AssertIsSound(latest.Vote));
    });

    private static void AssertIsSound(Vote vote)
    {
        Assert.True(vote.Agent.Length > 0 && vote.Process.Length > 0 && RegionId.IsValid(vote.Region.Value));
        Assert.InRange(vote.Counter, 1, 1L << 60);
        Assert.Equal(vote.Views.Count, vote.Views.Select(static v => v.Region).Distinct().Count());
        Assert.All(vote.Views, static view =>
        {
            Assert.True(RegionId.IsValid(view.Region.Value) && !view.FailedChecks.Contains(null!));
            Assert.True(view.Condition switch
            {
                RegionCondition.Healthy => view.Score is >= 0.7 and <= 1,
                RegionCondition.Degraded => view.Score is >= 0.2 and < 0.7,
                RegionCondition.Down => view.Score is >= 0 and < 0.2,
                RegionCondition.Unknown => view.Score is 0,
                _ => false,
            });
        });
    }
}
