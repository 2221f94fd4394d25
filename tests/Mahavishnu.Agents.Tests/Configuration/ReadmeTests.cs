using System.Text.RegularExpressions;
using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>The README's example configuration is one that the agent accepts.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("us-east-1", "us")]
    [InlineData("eu-west-1", "eu")]
    [InlineData("ap-southeast-1", "apac")]
    public void Example_OfTheReadme_IsAcceptedForEveryRegion(string region, string residency)
    {
        var blocks = YamlBlock().Matches(File.ReadAllText(Repository.Of("README.md"))).Select(static m => m.Groups[1].Value).ToList();
        var directory = Directory.CreateTempSubdirectory("mahavishnu-readme-").FullName;
        File.WriteAllText(Path.Combine(directory, "global.yaml"), blocks[0]);
        File.WriteAllText(
            Path.Combine(directory, region + ".yaml"),
            blocks[1].Replace("us-east-1", region, StringComparison.Ordinal).Replace("data_residency: us", "data_residency: " + residency, StringComparison.Ordinal));

        var result = ConfigLoader.Load(directory, region, "production", new Dictionary<string, string>());

        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(region, result.Options!.Region.Value);
        Directory.Delete(directory, recursive: true);
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
