using System.Text.Json;
using Mahavishnu.Agents.System.Chaos;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Mahavishnu.Agents.System;

/// <summary>Every scenario of the lab, as processes. One after another: they measure times.</summary>
public sealed class ScenarioTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static readonly string[] Members =
    [
        "scenario", "profile", "seed", "regions", "killed", "leaderBefore", "leaderAfter", "epochBefore", "epochAfter", "detectedSeconds",
        "decidedSeconds", "rtoSeconds", "failbackSeconds", "requests", "failedRequests", "failedRatio", "dataLossRisk", "rpoSeconds",
        "splitBrain", "steps", "verdict",
    ];

    [Theory]
    [InlineData("isolated-observer")]
    [InlineData("flapping")]
    [InlineData("paused-leader")]
    [InlineData("target-dies-midway")]
    [InlineData("consul-minority-loss")]
    [InlineData("consul-majority-loss")]
    [InlineData("residency-hold")]
    public async Task Lab_Scenario_ExpectationsHoldAndNothingIsLeft(string scenario)
    {
        var document = await PassAsync("--scenario", scenario);
        Assert.Equal(scenario, document.GetProperty("scenario").GetString());
    }

    [Fact]
    public async Task Lab_RegionOutage_IsFailedOverAndBackWithinTheFigures()
    {
        var document = await PassAsync("--kill", "us-east-1");

        Assert.Equal("us-east-1", document.GetProperty("killed").GetString());
        var leaderDied = document.GetProperty("leaderBefore").GetString() == "us-east-1-1";
        AssertFigures(document, leaderDied);
    }

    [Fact]
    public async Task Lab_LeaderOutage_AnotherLeadsUnderAGreaterEpoch()
    {
        var document = await PassAsync("--scenario", "leader-outage");

        Assert.NotEqual(document.GetProperty("leaderBefore").GetString(), document.GetProperty("leaderAfter").GetString());
        Assert.True(document.GetProperty("epochAfter").GetInt64() > document.GetProperty("epochBefore").GetInt64());
        Assert.Equal($"{document.GetProperty("killed").GetString()}-1", document.GetProperty("leaderBefore").GetString());
        AssertFigures(document, leaderDied: true);
    }

    [Fact]
    public async Task Lab_WithPostgres_MovesThePrimaryThereAndBackAndLosesNothing()
    {
        Assert.SkipWhen(Databases.Missing is not null, Databases.Missing ?? "");

        var document = await PassAsync("--with-postgres", "--synchronous", "--profile", "fast");

        var rows = document.GetProperty("postgres");
        var acknowledged = rows.GetProperty("acknowledged").GetInt32();
        Assert.InRange(acknowledged, 100, int.MaxValue);
        Assert.Equal((acknowledged, 0, 0), (rows.GetProperty("surviving").GetInt32(), rows.GetProperty("lost").GetInt32(), rows.GetProperty("duplicated").GetInt32()));
        Assert.InRange(rows.GetProperty("firstWriteSeconds").GetDouble(), 0.5, document.GetProperty("leaderBefore").GetString() == "us-east-1-1" ? 8 : 6);
        Assert.InRange(rows.GetProperty("plannedLoss").GetDouble(), 0.001, 60);
        Assert.Equal(0, document.GetProperty("rpoSeconds").GetDouble());
    }

    private static void AssertFigures(JsonElement document, bool leaderDied)
    {
        Assert.InRange(document.GetProperty("detectedSeconds").GetDouble(), 0.5, 4);
        Assert.InRange(document.GetProperty("rtoSeconds").GetDouble(), 0.5, leaderDied ? 8 : 6);
        Assert.InRange(document.GetProperty("failedRatio").GetDouble(), 0.0001, 0.01);
        Assert.True(document.GetProperty("decidedSeconds").GetDouble() <= document.GetProperty("rtoSeconds").GetDouble());
        Assert.True(document.GetProperty("failbackSeconds").GetDouble() > document.GetProperty("rtoSeconds").GetDouble());
        Assert.Equal("Unknown", document.GetProperty("dataLossRisk").GetString());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("rpoSeconds").ValueKind);
        var done = document.GetProperty("steps").EnumerateArray().Where(static s => s.GetProperty("state").GetString() == "done").ToList();
        Assert.All(done, static step => Assert.True(step.GetProperty("startedSeconds").GetDouble() > 0 && step.GetProperty("durationSeconds").GetDouble() >= 0));
        Assert.Superset(
            new HashSet<string>(["DrainSource", "Redirect", "Verify", "Watch", "DrainFailover", "EnableOriginal", "VerifyFailback"]),
            done.Select(static s => s.GetProperty("name").GetString()!).ToHashSet());
    }

    private static async Task<JsonElement> PassAsync(params string[] arguments)
    {
        await using var lab = LabRun.Start(["lab", "--json", .. arguments]);
        var exit = await lab.ExitAsync(Limit);

        Assert.True(exit == 0, $"exit {exit}:{Environment.NewLine}{lab.Output}{Environment.NewLine}{lab.Errors}");
        Assert.Empty(lab.Living());
        Assert.Empty(Directory.EnumerateFileSystemEntries(lab.TemporaryDirectory, "mahavishnu-lab-*"));
        var document = lab.Document();
        Assert.Equal(arguments.Contains("--with-postgres") ? [.. Members[..^1], "postgres", Members[^1]] : Members, document.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("passed", document.GetProperty("verdict").GetString());
        Assert.False(document.GetProperty("splitBrain").GetBoolean());
        Assert.True(document.GetProperty("requests").GetInt64() > 1000);
        return document;
    }
}
