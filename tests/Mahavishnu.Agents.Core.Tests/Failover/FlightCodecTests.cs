using System.Text.RegularExpressions;
using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>The lines of a flight record, and what is said of lines that are none.</summary>
public sealed class FlightCodecTests
{
    private static readonly IReadOnlyList<string> Story = Failover();

    /// <summary>A leader fails us-east-1 over: two turns as a follower, a term, three as a leader.</summary>
    private static IReadOnlyList<string> Failover()
    {
        var world = new FlightWorld(FlightWorld.SettingsOf(Eu));
        var facts = FailoverFacts.None with { Votes = [VoteOf(Ap), VoteOf(Eu)] };
        world.Turn(facts);
        world.After(1).Turn(facts with { Votes = [VoteOf(Ap) with { Counter = 2, Address = "elsewhere" }, VoteOf(Eu)] });
        world.After(1.5).Take(new LeadershipNotice.BecameLeader(3, null));
        facts = facts with { Epoch = 3, Votes = [VoteOf(Ap, (Us, 0)), VoteOf(Eu, (Us, 0)), VoteOf(Us)] };
        world.Turn(facts);
        world.After(0.2).Obey();
        world.Turn(facts with { Votes = [VoteOf(Ap, (Us, 0)), VoteOf(Eu, (Us, 0))] });
        world.After(0.3).Obey();
        return world.Files[0];
    }

    [Fact]
    public void Write_Snapshot_HasSettingsAndMemoryInFull() => Assert.Equal(
        """
        {"flight":1,"agent":"us-east-1-1","version":"0.1.0","part":0,"now":123456789,"wall":"2024-10-04T00:00:12.3456789+00:00",
        "settings":{"region":"eu-west-1","regions":{
        "ap-south-1":{"region":"ap-south-1","dataClasses":["logs"],"capacity":0.25,"preference":-3,"isPrimary":true},
        "eu-west-1":{"region":"eu-west-1","residency":"eu","dataClasses":["mail","logs"],"capacity":0.25,"preference":7,"isPrimary":true},
        "us-east-1":{"region":"us-east-1","residency":"us","dataClasses":["logs"],"preference":7,"isPrimary":true}},
        "observers":["ap-south-1","eu-west-1","us-east-1"],"residency":{"classes":{"logs":null,"mail":{"eu":["eu","us"]}}},
        "thresholds":{"immediate":0.2,"graceful":0.5,"target":0.7,"cooldown":"00:05:00","settle":"00:00:10"},
        "saga":{"stepDeadline":"00:01:00","retryInterval":"00:00:05","watch":"00:01:00","targetScore":0.7,"failingScore":0.5,"failbackScore":0.9,"finalScore":0.95,
        "failbackDrain":"00:05:00","returnShares":[10,25,50],"nothingConfigured":["FenceSource","CatchUp","PromoteDatabase","PromoteSearch","SyncData"]},
        "timing":{"sessionTtl":"00:00:30","heartbeatInterval":"00:00:05","requestTimeout":"00:00:04","validity":"00:00:15","waitOut":"00:00:15.2000000",
        "retryInterval":"00:00:05","electionTimeout":"00:00:10","effectDeadline":"00:00:05","effectMargin":"00:00:00.5000000","clockDrift":0.001,"waitOutSlack":"00:00:00.1000000"},
        "automatic":true,"autoFailback":false,"failbackWindow":"00:01:00","lagFreshness":"00:01:00","stores":["postgresql"],"interval":"00:00:01"},
        "memory":{"term":{"epoch":0,"uncheckedNotBefore":"00:00:00"},"saga":{"running":false,"resultDetail":"","stepSince":"00:00:00","nextTry":"00:00:00","held":false},
        "decision":{"failedOverAt":{},"illSince":{}},"failback":{"healthySince":{}}}}
        """.ReplaceLineEndings(""),
        Story[0]);

    [Fact]
    public void Write_Failover_HasOnlyWhatIsNew() => Assert.Equal(
        [
            """{"t":10000000}""",
            """{"t":15000000,"leader":{"epoch":3}}""",
            """
            {"t":0,"epoch":3,"votes":[
            {"format":1,"agent":"ap-south-1-1","region":"ap-south-1","process":"-","counter":1,"address":"","views":[{"region":"ap-south-1","condition":"Healthy","score":1,"failed":[]},{"region":"eu-west-1","condition":"Healthy","score":1,"failed":[]},{"region":"us-east-1","condition":"Down","score":0,"failed":[]}]},
            {"format":1,"agent":"eu-west-1-1","region":"eu-west-1","process":"-","counter":1,"address":"","views":[{"region":"ap-south-1","condition":"Healthy","score":1,"failed":[]},{"region":"eu-west-1","condition":"Healthy","score":1,"failed":[]},{"region":"us-east-1","condition":"Down","score":0,"failed":[]}]},
            {"format":1,"agent":"us-east-1-1","region":"us-east-1","process":"-","counter":1,"address":"","views":[{"region":"ap-south-1","condition":"Healthy","score":1,"failed":[]},{"region":"eu-west-1","condition":"Healthy","score":1,"failed":[]},{"region":"us-east-1","condition":"Healthy","score":1,"failed":[]}]}],
            "out":{"action":"propose fo-3-1 us-east-1 -> eu-west-1: DrainSource Intended","verdict us-east-1":"ImmediateFailover -> eu-west-1 for us-east-1 by D-03, risk Unknown"},"d":"DIGEST"}
            """.ReplaceLineEndings(""),
            """
            {"t":2000000,"committed":{"format":1,"epoch":3,"sequence":1,"planId":"fo-3-1","kind":"Failover","step":"DrainSource","phase":"Intended","source":"us-east-1","target":"eu-west-1","audiences":["us-east-1"],
            "before":{"ap-south-1":{"ap-south-1":100},"eu-west-1":{"eu-west-1":100},"us-east-1":{"us-east-1":100}},"desired":{"ap-south-1":{"ap-south-1":100},"eu-west-1":{"eu-west-1":100},"us-east-1":{}},
            "decision":"ImmediateFailover","risk":"Unknown","atRisk":[{"store":"postgresql","atMost":null}],"skipped":["FenceSource","CatchUp","PromoteDatabase","PromoteSearch"],"irreversible":false,"failedTargets":[],"cooling":[],"returnedPercent":0,"reason":"D-03: complete region failure","requestedBy":"automatic"}}
            """.ReplaceLineEndings(""),
            """
            {"t":0,"gone":["us-east-1/us-east-1-1"],
            "out":{"action":"run fo-3-1 us-east-1 -> eu-west-1: DrainSource Intended","record":"fo-3-1 us-east-1 -> eu-west-1: DrainSource Intended","verdict us-east-1":"NoFailover by D-01, risk Unknown"},"d":"DIGEST"}
            """.ReplaceLineEndings(""),
            """{"t":3000000,"effect":{"result":"Done","detail":""}}""",
        ],
        Story.Skip(2).Select(static line => Regex.Replace(line, "\"d\":\"[0-9a-f]{16}\"", "\"d\":\"DIGEST\"")));

    [Fact]
    public void Write_WallClockIsSet_SaysSo()
    {
        var encoder = new FlightEncoder();
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);
        var turn = new FlightEntry.Turn(TimeSpan.FromSeconds(1), at + TimeSpan.FromSeconds(1), FailoverFacts.None, FlightOutcome.None);
        var snapshot = encoder.Write(new FlightEntry.Snapshot(TimeSpan.Zero, at, "a", "v", 0, 0, FlightWorld.SettingsOf(Eu), new FailoverMemory()));

        string[] lines =
        [
            snapshot,
            encoder.Write(turn),
            encoder.Write(turn with { Now = TimeSpan.FromSeconds(2), Wall = at + TimeSpan.FromHours(1) }),
            encoder.Write(turn with { Now = TimeSpan.FromSeconds(3), Wall = at + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1.05) }),
        ];

        Assert.Equal(["""{"t":10000000}""", """{"t":10000000,"wall":1760003600000}""", """{"t":10000000}"""], lines.Skip(1));
        Assert.Equal([0, 1, 3600, 3601], FlightLine.Read(lines).Select(l => (l.Entry!.Wall - at).TotalSeconds));
    }

    [Theory]
    //          line that stands there                                       the problem says
    [InlineData("",                                                          "")]
    [InlineData("nonsense",                                                  "")]
    [InlineData("null",                                                      "the line is empty")]
    [InlineData("{}",                                                        "t")]
    [InlineData("""{"t":1,"surprise":2}""",                                  "surprise")]
    [InlineData("""{"t":"x"}""",                                             "")]
    [InlineData("""{"t":9223372036854775807}""",                             "")]
    [InlineData("""{"t":1,"committed":{"format":1}}""",                      "")]
    [InlineData("""{"t":1,"effect":{"result":"Done","detail":null}}""",      "detail")]
    [InlineData("""{"t":1,"effect":{"result":"Done","detail":"x"}}""",       "no current record")]
    [InlineData("""{"t":1,"votes":[{"format":1,"agent":"a","region":"A B","process":"-","counter":1,"views":[]}]}""", "'A B' is not the name of a region")]
    [InlineData("""{"t":1,"gone":["A B/x"]}""",                              "'A B' is not the name of a region")]
    [InlineData("""{"t":1,"asked":{"kind":"Failover","region":"A B","force":false,"by":"x"}}""", "'A B' is not the name of a region")]
    [InlineData("""{"flight":2,"agent":"a"}""",                              "another format than 1")]
    [InlineData("""{"flight":1,"agent":"a"}""",                              "version")]
    public void Read_NoLineOfARecord_SaysWhatIsWrong(string line, string says)
    {
        var read = FlightLine.Read([Story[0], Story[1], line, Story[2]]).ToList();

        Assert.Equal([false, false, true], read.Select(static l => l.Entry is null));
        Assert.Equal((3, false), (read[2].Number, read[2].CutOff));
        Assert.NotEmpty(read[2].Problem);
        Assert.Contains(says, read[2].Problem, StringComparison.Ordinal);
    }

    [Theory]
    //          first line        the problem says               only cut off
    [InlineData("no record",      "it is no flight record",      false)]
    [InlineData("{\"t\":1}",      "it is no flight record",      false)]
    [InlineData("{\"fli",         "a snapshot is missing before it", true)]
    [InlineData("{\"flight\":1,", "",                            true)]
    public void Read_NoSnapshotAtTheBeginning_SaysSo(string first, string says, bool cutOff)
    {
        var read = FlightLine.Read([first, .. Story]).ToList();

        Assert.Equal((1, cutOff, cutOff ? Story.Count + 1 : 1), (read[0].Number, read[0].CutOff, read.Count));
        Assert.Contains(says, read[0].Problem, StringComparison.Ordinal);
        Assert.Null(read[0].Entry);
    }

    [Fact]
    public void Read_LastLineCutAnywhere_IsToleratedAndNamed() => Assert.All(Enumerable.Range(0, Story[^1].Length), static length =>
    {
        var read = FlightLine.Read([.. Story.SkipLast(1), Story[^1][..length]]).ToList();

        Assert.Equal((Story.Count, true, true), (read[^1].Number, read[^1].Entry is null, read[^1].CutOff));
        Assert.All(read.SkipLast(1), static l => Assert.NotNull(l.Entry));
    });

    [Fact]
    public void Read_LineCutBeforeASnapshot_GoesOnWithThat()
    {
        var read = FlightLine.Read([.. Story.SkipLast(1), Story[^1][..7], .. Story]).ToList();

        Assert.Equal(Story.Count, Assert.Single(read, static l => l.CutOff).Number);
        Assert.Equal(2 * Story.Count, read.Count);
    }

    [Fact]
    public void Read_OneCharacterChanged_GivesEntriesOrAProblem() =>
        Gen.Select(Gen.Int[0, Story.Count - 1], Gen.Int[0, 100_000], Gen.Char[' ', '~']).Sample(static (line, at, character) =>
        {
            var text = Story[line];
            at %= text.Length;
            var read = FlightLine.Read([.. Story.Take(line), string.Concat(text.AsSpan(0, at), [character], text.AsSpan(at + 1)), .. Story.Skip(line + 1)]).ToList();
            return read.Count == Story.Count || (read.Count == line + 1 && read[^1].Problem.Length > 0);
        });
}
