using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Later layers win, maps merge, lists and single values replace, and every value keeps its origin.</summary>
public sealed class LayerTests
{
    [Fact]
    public void Load_FourLayers_LatestWinsAndKeepsItsOrigin()
    {
        using var folder = new ConfigFolder(ConfigFolder.Sound + "\nfailover: {cooldown_seconds: 1, watch_seconds: 1, step_deadline: 1s, automatic: false}",
            "us-east-1:\n  failover: {cooldown_seconds: 2, watch_seconds: 2, step_deadline: 2s}");
        folder.Write("us-east-1/production.yaml", "production:\n  failover:\n    cooldown_seconds: 3\n    watch_seconds: 3");
        folder.Variables["MAHAVISHNU_US_EAST_1__FAILOVER__COOLDOWN_SECONDS"] = "4";

        var result = folder.Load();

        var failover = result.Options!.Failover;
        Assert.Equal([4, 3, 2], new[] { failover.Cooldown, failover.Watch, failover.StepDeadline }.Select(static value => value.TotalSeconds));
        Assert.False(failover.Automatic);
        Assert.Equal("MAHAVISHNU_US_EAST_1__FAILOVER__COOLDOWN_SECONDS", Origin(result, "failover.cooldown"));
        Assert.Equal($"{folder.Root}/us-east-1/production.yaml:4", Origin(result, "failover.watch"));
        Assert.Equal($"{folder.Root}/us-east-1.yaml:2", Origin(result, "failover.step_deadline"));
        Assert.Equal($"{folder.Root}/global.yaml:15", Origin(result, "failover.automatic"));
    }

    [Fact]
    public void Load_SameDurationInAnotherUnit_LatestLayerWins()
    {
        using var folder = new ConfigFolder(ConfigFolder.Sound, "failover:\n  cooldown: 5m");
        folder.Variables["MAHAVISHNU_US_EAST_1__FAILOVER__COOLDOWN_MS"] = "1500";

        Assert.Equal(TimeSpan.FromMilliseconds(1500), folder.Load().Options!.Failover.Cooldown);
    }

    [Fact]
    public void Load_SameDurationTwiceInOneLayer_IsAnError()
    {
        using var folder = new ConfigFolder(region: "failover:\n  cooldown: 5m\n  cooldown_ms: 100");

        Assert.Equal(
            [$"us-east-1.yaml:3: failover.cooldown_ms: says the same as cooldown at us-east-1.yaml:2; expected only one of them"], folder.Errors());
    }

    [Fact]
    public void Load_ListAbove_ReplacesTheListBelow()
    {
        using var folder = new ConfigFolder(region: "health_checks: {regional: {endpoints: [{path: /other}]}}");

        Assert.Equal("/other", Assert.Single(folder.Load().Options!.HealthChecks.Regional.Endpoints).Path);
    }

    [Fact]
    public void Load_EmptySectionAbove_SaysNothing()
    {
        using var folder = new ConfigFolder(region: "health_checks:\nregions: ~");

        Assert.Equal(3, folder.Load().Options!.Regions.Count);
    }

    [Fact]
    public void Load_NullAbove_BringsTheDefaultBack()
    {
        using var folder = new ConfigFolder(ConfigFolder.Sound + "\nlog_level: DEBUG", "log_level: null");

        Assert.Equal(AgentLogLevel.Info, folder.Load().Options!.LogLevel);
    }

    [Fact]
    public void Load_VariableNamesRegion_FindsItsKeyWithHyphens()
    {
        using var folder = new ConfigFolder();
        folder.Variables["MAHAVISHNU_US_EAST_1__REGIONS__EU_WEST_1__CONSUL"] = "http://other.example:8500";
        folder.Variables["MAHAVISHNU_EU_WEST_1__REGIONS__EU_WEST_1__CONSUL"] = "not for this region";

        Assert.Equal("http://other.example:8500/", folder.Load().Options!.Regions[new("eu-west-1")].Consul!.AbsoluteUri);
    }

    [Fact]
    public void Load_VariableWithFlowText_IsReadAsYaml()
    {
        using var folder = new ConfigFolder();
        folder.Variables["MAHAVISHNU_US_EAST_1__AGENT__MODULES"] = "[health, policy-api]";

        Assert.Equal([AgentModule.Health, AgentModule.PolicyApi], folder.Load().Options!.Agent.Modules);
    }

    [Fact]
    public void Load_VariableWithPlainText_IsTakenAsItIs()
    {
        using var folder = new ConfigFolder(region: "agent: {tokens: [{name: a, token: b, scopes: [read]}]}\ndns: {cloudflare: {zone: z, account_id: x}}");
        folder.Variables["MAHAVISHNU_US_EAST_1__DNS__CLOUDFLARE__API_TOKEN"] = "p: @ss #1 *";

        Assert.True(folder.Load().Options!.Dns.Cloudflare!.ApiToken!.TryReveal(out var value, out _));
        Assert.Equal("p: @ss #1 *", value);
    }

    [Theory]
    [InlineData("MAHAVISHNU_US_EAST_1__AGENT__LISTNE", "x", "agent.listne: is not a known key; expected one of name, listen, advertise, profile, modules, data_directory, flight_recorder, tokens; did you mean `listen`?")]
    [InlineData("MAHAVISHNU_US_EAST_1__LOG_LEVEL__X", "x", "log_level: is a single value at us-east-1.yaml:1, which has no keys to set; expected a variable for the whole value")]
    [InlineData("MAHAVISHNU_US_EAST_1__HEALTH_CHECKS__REGIONAL__ENDPOINTS__0", "x", "health_checks.regional.endpoints: is a list at global.yaml:10, which has no keys to set; expected a variable for the whole value")]
    [InlineData("MAHAVISHNU_US_EAST_1__AGENT____LISTEN", "x", "has an empty part in its name; expected MAHAVISHNU_{REGION}__{SECTION}__{FIELD}")]
    [InlineData("MAHAVISHNU_US_EAST_1__AGENT__MODULES", "[hunter2", "agent.modules: is not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'; a value that begins with a bracket, a brace or a quote is read as YAML")]
    public void Load_BadVariable_IsReportedUnderItsName(string name, string value, string expected)
    {
        using var folder = new ConfigFolder();
        folder.Variables[name] = value;

        Assert.Equal([$"{name}: {expected}"], folder.Errors());
    }

    [Fact]
    public void Load_VariableWithOneUnderscore_IsAWarning()
    {
        using var folder = new ConfigFolder();
        folder.Variables["MAHAVISHNU_US_EAST_1_LOG_LEVEL"] = "DEBUG";

        Assert.Equal(
            ["MAHAVISHNU_US_EAST_1_LOG_LEVEL: is ignored; expected two underscores between region, section and field, as in MAHAVISHNU_US_EAST_1__AGENT__LISTEN"],
            folder.Load().Warnings.Select(static warning => warning.ToString()));
    }

    private static string Origin(ConfigResult result, string path) => result.Tree.OriginOf(ConfigPath.Of(path)).ToString();
}
