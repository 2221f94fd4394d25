using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>What is written for people is true: the example has nothing wrong with it, the table of laws has the code's figures.</summary>
public sealed class ExampleConfigTests
{
    private static readonly string Example = Repository.Of("tests/examples/config");

    [Theory]
    [InlineData("us-east-1", "production")]
    [InlineData("eu-west-1", "production")]
    [InlineData("eu-west-1", "staging")]
    [InlineData("ap-southeast-1", "production")]
    public void Load_Example_HasNeitherErrorsNorWarnings(string region, string environment)
    {
        var result = ConfigLoader.Load(Example, region, environment, new Dictionary<string, string>());

        Assert.Empty(result.Errors.Concat(result.Warnings.Where(static warning => !warning.Message.Contains("no such environment"))));
        Assert.Equal(region, result.Options!.Region.Value);
        Assert.Equal(environment != "staging", result.Options.Failover.Automatic);
    }

    [Fact]
    public void Readme_TableOfLaws_HasTheFiguresOfTheProfiles()
    {
        var readme = File.ReadAllText(Repository.Of("src/Mahavishnu.Agents/Configuration/README.md"));
        var fast = LeadershipTiming.Fast.Inequalities();

        Assert.All(
            LeadershipTiming.Default.Inequalities().Zip(fast),
            laws => Assert.Contains($"| {laws.First.Statement} | {laws.First.Figures} | {laws.Second.Figures} |", readme, StringComparison.Ordinal));
    }
}
