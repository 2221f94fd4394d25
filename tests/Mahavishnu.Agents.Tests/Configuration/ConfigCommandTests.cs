using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Cli;
using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>What <c>config check</c> and <c>config show</c> print, and with what they exit.</summary>
public sealed class ConfigCommandTests
{
    [Fact]
    public void Check_Sound_PrintsLawsOfTimingAndExitsWith0()
    {
        using var folder = new ConfigFolder();

        var (exit, output) = Check(folder, "us-east-1");

        Assert.Equal(0, exit);
        Assert.Equal(
            """
            us-east-1 (production)
              read global.yaml, us-east-1.yaml
              timing kept: heartbeat_interval <= validity / 3: 5s <= 5s
              timing kept: request_timeout <= heartbeat_interval: 4s <= 5s
              timing kept: validity x (1 + clock_drift) / (1 - clock_drift) + wait_out_margin <= wait_out: 15.13s <= 15.2s
              timing kept: effect_deadline + effect_margin <= validity - heartbeat_interval - request_timeout: 5.5s <= 6s
              timing kept: 10s (the least that Consul accepts) <= session_ttl: 10s <= 30s
              0 errors, 0 warnings, 0 notes

            """, output);
    }

    [Fact]
    public void Check_Errors_ArePrintedAndExitIs2()
    {
        using var folder = new ConfigFolder(region: "log_level: LOUD\ntracing: {}");

        var (exit, output) = Check(folder, "us-east-1");

        Assert.Equal(2, exit);
        Assert.Contains("  error us-east-1.yaml:1: log_level: is `LOUD`", output, StringComparison.Ordinal);
        Assert.Contains("  note us-east-1.yaml:2: tracing: is accepted", output, StringComparison.Ordinal);
        Assert.EndsWith("  1 error, 0 warnings, 1 note\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NoRegionGiven_ChecksEveryRegionThatHasAFile()
    {
        using var folder = new ConfigFolder();
        folder.Write("eu-west-1.yaml", "log_level: LOUD");

        var (exit, output) = Check(folder, null);

        Assert.Equal(2, exit);
        Assert.Contains("us-east-1 (production)", output, StringComparison.Ordinal);
        Assert.Contains("error eu-west-1.yaml:1: log_level", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "eu-west-1 (production)")]
    [InlineData("us-east-1", "us-east-1 (production)")]
    public void Check_RegionInVariable_CountsUnlessGiven(string? given, string expected)
    {
        using var folder = new ConfigFolder();
        folder.Write("eu-west-1.yaml", "{}");
        folder.Variables[ConfigRequest.RegionVariable] = "eu-west-1";

        Assert.StartsWith(expected, Check(folder, given).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("us-east-1")]
    public void Check_NoDirectory_SaysSoAndExitsWith2(string? region)
    {
        using var output = new StringWriter();

        var exit = ConfigCommand.Check(new ConfigRequest("/nowhere", region, "production", Json: false, new Dictionary<string, string>()), output);

        Assert.Equal(2, exit);
        Assert.Contains($"error /nowhere: {ConfigLoader.MissingDirectory}", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Json_IsOneDocument()
    {
        using var folder = new ConfigFolder(region: "log_level: LOUD");
        using var output = new StringWriter();

        var exit = ConfigCommand.Check(new ConfigRequest(folder.Root, null, "production", Json: true, folder.Variables), output);

        var document = JsonNode.Parse(output.ToString())!;
        Assert.Equal(2, exit);
        Assert.False((bool)document["valid"]!);
        var error = document["regions"]![0]!["errors"]![0]!;
        Assert.Equal("log_level", (string)error["key"]!);
        Assert.Equal(1, (int)error["line"]!);
        Assert.Equal(12, (int)error["column"]!);
        Assert.Equal(5.5, (double)document["regions"]![0]!["timing"]![3]!["leftSeconds"]!);
    }

    [Fact]
    public void Show_Merged_HasTheOriginOfEveryValue()
    {
        using var folder = new ConfigFolder("regions: {us-east-1: {endpoint: \"http://u\"}}\nlog_level: INFO", "log_level: DEBUG\nagent: {modules: [health]}");
        folder.Variables["MAHAVISHNU_US_EAST_1__APP_NAME"] = "a: b #c";

        var (exit, output) = Show(folder, "us-east-1");

        Assert.Equal(0, exit);
        Assert.Equal(
            """
            region: us-east-1  # --region
            regions:
              us-east-1:
                endpoint: "http://u"  # global.yaml:1
            log_level: DEBUG  # us-east-1.yaml:1
            agent:
              modules:
                - health  # us-east-1.yaml:2
            app_name: "a: b #c"  # MAHAVISHNU_US_EAST_1__APP_NAME

            """, output);
    }

    [Fact]
    public void Show_Printed_ReadsBackAsTheSameConfiguration()
    {
        using var folder = new ConfigFolder(region: "tracing: {a: [{b: [1, {}, []]}, \"x\\ny\", \"null\", null, \"- z\", 'ü 😀']}");
        var (_, output) = Show(folder, "us-east-1");
        using var again = new ConfigFolder(global: null, region: output);

        Assert.Equal(Json(folder).Config, Json(again).Config);
    }

    [Fact]
    public void Show_Json_HasConfigAndOrigins()
    {
        using var folder = new ConfigFolder();

        var document = JsonNode.Parse(Json(folder).Origins)!;

        Assert.Equal($"{folder.Root}/global.yaml:13", (string)document["split_brain_prevention.quorum.size"]!);
        Assert.Equal($"{folder.Root}/global.yaml:14", (string)document["split_brain_prevention.quorum.regions[1]"]!);
    }

    [Fact]
    public void Show_SeveralRegions_AsksWhich()
    {
        using var folder = new ConfigFolder();
        folder.Write("eu-west-1.yaml", "{}");

        Assert.Equal((2, "--region: is missing; expected one of eu-west-1, us-east-1, here or in MAHAVISHNU_REGION\n"), Show(folder, null));
    }

    [Fact]
    public void Show_Errors_StandBesideTheMergedView()
    {
        using var folder = new ConfigFolder(region: "log_level: LOUD");

        var (exit, output) = Show(folder, "us-east-1");

        Assert.Equal(2, exit);
        Assert.Contains("log_level: LOUD  # us-east-1.yaml:1", output, StringComparison.Ordinal);
        Assert.Contains("error us-east-1.yaml:1: log_level: is `LOUD`", output, StringComparison.Ordinal);
    }

    private static (int Exit, string Output) Check(ConfigFolder folder, string? region)
    {
        using var output = new StringWriter();
        var exit = ConfigCommand.Check(new ConfigRequest(folder.Root, region, "production", Json: false, folder.Variables), output);
        return (exit, Printed(folder, output));
    }

    private static (int Exit, string Output) Show(ConfigFolder folder, string? region)
    {
        using var output = new StringWriter();
        var exit = ConfigCommand.Show(new ConfigRequest(folder.Root, region, "production", Json: false, folder.Variables), output, output);
        return (exit, Printed(folder, output));
    }

    private static (string Config, string Origins) Json(ConfigFolder folder)
    {
        using var output = new StringWriter();
        ConfigCommand.Show(new ConfigRequest(folder.Root, "us-east-1", "production", Json: true, folder.Variables), output, TextWriter.Null);
        using var document = JsonDocument.Parse(output.ToString());
        return (document.RootElement.GetProperty("config").GetRawText(), document.RootElement.GetProperty("origins").GetRawText());
    }

    private static string Printed(ConfigFolder folder, StringWriter output) =>
        output.ToString().ReplaceLineEndings("\n").Replace(folder.Root + "/", "", StringComparison.Ordinal);
}
