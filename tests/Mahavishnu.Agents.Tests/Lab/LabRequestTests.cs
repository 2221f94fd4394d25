using Mahavishnu.Agents.Lab;
using Mahavishnu.Agents.Lab.Command;
using Mahavishnu.Agents.Lab.Processes;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class LabRequestTests
{
    private static readonly LabOptions Plain = new() { Program = new AgentProgram("unused", []) };

    [Fact]
    public void Of_NothingSaid_KillsTheFirstOfThreeRegions()
    {
        var request = LabRequest.Of(Plain);

        Assert.Equal("region-outage", request.Scenario.Name);
        Assert.Equal((3, "us-east-1", "fast"), (request.Regions, request.Target?.Value, request.Timing.Profile));
    }

    [Fact]
    public void Of_TargetDiesMidway_TakesFiveRegions() => Assert.Equal(5, LabRequest.Of(Plain with { Scenario = "target-dies-midway" }).Regions);

    [Fact]
    public void Of_UnknownScenario_ListsThoseThatExist() =>
        Assert.Contains("region-outage, leader-outage", Refusal(Plain with { Scenario = "earthquake" }), StringComparison.Ordinal);

    [Fact]
    public void Of_UnknownRegion_ListsThoseOfTheLab() =>
        Assert.Equal(
            "--kill us-central1: this lab has no such region; expected one of us-east-1, eu-west-1, ap-southeast-1.", Refusal(Plain with { Kill = "us-central1" }));

    [Fact]
    public void Of_KillWhereTheScenarioChooses_IsRefused() =>
        Assert.Contains("leave --kill out", Refusal(Plain with { Scenario = "paused-leader", Kill = "us-east-1" }), StringComparison.Ordinal);

    [Theory]
    [InlineData(2, "region-outage")]
    [InlineData(10, "region-outage")]
    [InlineData(4, "target-dies-midway")]
    public void Of_TooFewOrTooManyRegions_SaysTheRange(int regions, string scenario) =>
        Assert.Contains("to 9 regions", Refusal(Plain with { Regions = regions, Scenario = scenario }), StringComparison.Ordinal);

    [Fact]
    public void Of_UnknownProfile_SaysWhichThereAre() => Assert.Contains("expected fast or default", Refusal(Plain with { Profile = "slow" }), StringComparison.Ordinal);

    [Theory]
    [InlineData("region-outage")]
    [InlineData("planned")]
    public void Of_WithPostgres_TakesScenariosThatSayWhatBecomesOfIt(string scenario) =>
        Assert.Equal("us-east-1", LabRequest.Of(Plain with { Scenario = scenario, WithPostgres = true, Synchronous = true }).Target?.Value);

    [Fact]
    public void Of_WithPostgresWhereTheScenarioSaysNothingOfIt_ListsThoseThatDo() =>
        Assert.Equal(
            "--with-postgres: leader-outage says nothing of databases; expected one of region-outage, planned.",
            Refusal(Plain with { Scenario = "leader-outage", WithPostgres = true }));

    [Fact]
    public void Of_SynchronousWithoutDatabases_IsRefused() =>
        Assert.Contains("add --with-postgres", Refusal(Plain with { Synchronous = true }), StringComparison.Ordinal);

    private static string Refusal(LabOptions options) => Assert.Throws<LabException>(() => LabRequest.Of(options)).Message;
}
