using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>The example that the README shows has nothing wrong with it.</summary>
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
}
