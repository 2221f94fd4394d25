using System.Text;
using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Files that cannot be used are named, with the line where there is one.</summary>
public sealed class ConfigFileTests
{
    private const string MissingRegion =
        "us-east-1.yaml: the file of the region does not exist; expected one beside global.yaml; there is ";

    public static TheoryData<string, string> BadTexts => new()
    {
        { "", "us-east-1.yaml: is empty; expected sections of the configuration, or `{}` for none" },
        { "# nothing here\n", "us-east-1.yaml: is empty; expected sections of the configuration, or `{}` for none" },
        { "---\n...\n", "us-east-1.yaml: is empty; expected sections of the configuration, or `{}` for none" },
        { "a text", "us-east-1.yaml:1: holds a single value; expected a map of sections" },
        { "- a\n- b\n", "us-east-1.yaml:1: holds a list; expected a map of sections" },
        { "agent:\n\tname: x\n", "us-east-1.yaml:2: is not valid YAML: a tab is used for indentation; expected spaces" },
        { "log_level: INFO\n---\nlog_level: DEBUG\n", "us-east-1.yaml:2: is not valid YAML: a second document begins here; expected one" },
        { "a: *missing\n", "us-east-1.yaml:1: is not valid YAML: the alias repeats an anchor that does not stand complete before it" },
        { "a: &x [*x]\n", "us-east-1.yaml:1: is not valid YAML: the alias repeats an anchor that does not stand complete before it" },
        { "a: !!binary aGk=\n", "us-east-1.yaml:1: is not valid YAML: a tag stands before this value; expected none" },
        { "a: 1\n<<: {b: 2}\n", "us-east-1.yaml:2: is not valid YAML: merge keys are not supported; write the values out, or put them into a lower layer" },
        { "{[a, b]: 1}\n", "us-east-1.yaml:1: is not valid YAML: a key is not a single value" },
        { "a:\n  b: [1, 2\n", "us-east-1.yaml:3: is not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'" },
        { "a: {\n  b: 1\nc: 2\n", "us-east-1.yaml:2: is not valid YAML: the structure is broken after this place" },
        { "log_level: INFO\nlog_level: DEBUG\n", "us-east-1.yaml:2: the key `log_level` stands twice in one map; expected once; the first is at us-east-1.yaml:1" },
    };

    [Theory]
    [MemberData(nameof(BadTexts))]
    public void Load_BadText_IsReportedWithItsLine(string text, string expected)
    {
        using var folder = new ConfigFolder(region: text);

        Assert.Equal([expected], folder.Errors());
    }

    [Fact]
    public void Load_AliasesThatUnfold_AreRefusedBeforeTheyDo()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++)
        {
            bomb.Append($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 9))}]\n");
        }

        using var folder = new ConfigFolder(region: bomb.ToString());

        Assert.Equal(["us-east-1.yaml:5: is not valid YAML: it holds more than 20000 values, counting what aliases repeat"], folder.Errors());
    }

    [Fact]
    public void Load_DeepNesting_IsRefused()
    {
        using var folder = new ConfigFolder(region: $"a: {new string('[', 100_000)}");

        Assert.Equal(["us-east-1.yaml:1: is not valid YAML: it is nested deeper than 32 levels"], folder.Errors());
    }

    [Fact]
    public void Load_NotUtf8_NamesTheOffset()
    {
        using var folder = new ConfigFolder(region: null);
        folder.Write("us-east-1.yaml", [(byte)'a', (byte)':', (byte)' ', 0xE9, (byte)'\n']);

        Assert.Equal(
            ["us-east-1.yaml: is not UTF-8 text: the byte at offset 3 does not fit; expected UTF-8 without other encodings"], folder.Errors());
    }

    [Fact]
    public void Load_ByteOrderMark_IsPassedOver()
    {
        using var folder = new ConfigFolder(region: null);
        folder.Write("us-east-1.yaml", [.. Encoding.UTF8.Preamble, .. "log_level: DEBUG\n"u8]);

        Assert.Equal(AgentLogLevel.Debug, folder.Load().Options!.LogLevel);
    }

    [Fact]
    public void Load_HugeFile_IsRefused()
    {
        using var folder = new ConfigFolder(region: "# " + new string('x', 1024 * 1024));

        Assert.Equal(["us-east-1.yaml: has 1048578 bytes; expected at most 1048576"], folder.Errors());
    }

    [Fact]
    public void Load_SeveralBadFiles_AreAllReported()
    {
        using var folder = new ConfigFolder(global: "a: [", region: "b: {");

        Assert.Equal(2, folder.Errors().Length);
    }

    [Fact]
    public void Load_NoDirectory_SaysSo()
    {
        var result = ConfigLoader.Load("/nowhere/config", "us-east-1", "production", new Dictionary<string, string>());

        Assert.Equal($"/nowhere/config: {ConfigLoader.MissingDirectory}", Assert.Single(result.Errors).ToString());
        Assert.Null(result.Options);
    }

    [Fact]
    public void Load_NoRegionFile_NamesThoseThatAreThereAndTheNearest()
    {
        using var folder = new ConfigFolder(region: null);
        Assert.Equal([MissingRegion + "none for any region"], folder.Errors());

        folder.Write("us-east-2.yaml", "{}");
        folder.Write("eu-west-1.yaml", "{}");
        Assert.Equal([MissingRegion + "one for eu-west-1, us-east-2; did you mean `us-east-2`?"], folder.Errors());
    }

    [Fact]
    public void Load_WrongEnding_IsReportedInsteadOfIgnored()
    {
        using var folder = new ConfigFolder(global: null, region: ConfigFolder.Sound);
        folder.Write("global.yml", "log_level: DEBUG");

        Assert.Equal(["global.yml: is not read because of its name; expected global.yaml"], folder.Errors());
    }

    [Theory]
    [InlineData("../secrets", "production", "--region: `../secrets` is not a region id; expected 1 to 63 lower-case letters, digits and hyphens, such as us-east-1")]
    [InlineData("global", "production", "--region: `global` is not a region id; expected 1 to 63 lower-case letters, digits and hyphens, such as us-east-1")]
    [InlineData("us-east-1", "../x", "--environment: `../x` is not the name of an environment; expected lower-case letters, digits and hyphens")]
    public void Load_NamesThatAreNoFileNames_AreRefused(string region, string environment, string expected)
    {
        using var folder = new ConfigFolder();

        Assert.Equal([expected], folder.Load(region, environment).Errors.Select(static error => error.ToString()));
    }

    [Fact]
    public void Load_MistypedEnvironment_IsAWarning()
    {
        using var folder = new ConfigFolder();
        folder.Write("us-east-1/production.yaml", "log_level: DEBUG");

        var result = folder.Load(environment: "prodution");

        Assert.Equal(
            ["us-east-1/prodution.yaml: there is no such environment here, so only global and regional values apply; there is production; did you mean `production`?"],
            folder.Printed(result.Warnings));
        Assert.NotNull(result.Options);
    }
}
