using System.Reflection;
using Mahavishnu.Agents.Cli;
using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>A secret is found where the configuration says, and shown nowhere.</summary>
public sealed class SecretTests
{
    private const string Hidden = "hunter2";

    [Fact]
    public void TryReveal_Literal_GivesIt() => Assert.Equal(("s3cret", null), Reveal("s3cret"));

    [Fact]
    public void TryReveal_File_GivesItsContentWithoutTheLastLineEnd()
    {
        using var folder = new ConfigFolder();
        var path = folder.Write("token", "s3cret \r\n");

        Assert.Equal(("s3cret ", null), Reveal($"file:{path}"));
    }

    [Fact]
    public void TryReveal_FileThatIsMissingOrEmpty_NamesIt()
    {
        using var folder = new ConfigFolder();
        var path = folder.Write("token", "\n");

        Assert.Equal($"{path}: the file is empty; expected a secret", Reveal($"file:{path}").Problem);
        Assert.StartsWith($"{path}2: the file with the secret cannot be read: ", Reveal($"file:{path}2").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryReveal_Variable_GivesItOrNamesIt()
    {
        var path = Environment.GetEnvironmentVariable("PATH")!;

        Assert.Equal((path, null), Reveal("env:PATH"));
        Assert.Equal("MAHAVISHNU_NOT_SET: the environment variable with the secret is not set", Reveal("env:MAHAVISHNU_NOT_SET").Problem);
    }

    [Fact]
    public void TryReveal_SecretManager_IsNotAvailable() =>
        Assert.Equal("secret://db#password: secret managers are not available in this build; use file: or env:", Reveal("secret://db#password").Problem);

    [Fact]
    public void SecretKeys_EveryOptionThatIsASecret_IsRecognisedByItsName()
    {
        var names = typeof(AgentOptions).Assembly.GetTypes()
            .Where(static type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(static type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(static property => property.PropertyType == typeof(Secret))
            .Select(static property => OptionSchema.SnakeCase(property.Name))
            .ToList();

        Assert.NotEmpty(names);
        Assert.All(names, static name => Assert.True(SecretKeys.Contains(name), name));
    }

    [Theory]
    [InlineData("lock_key", false)]
    [InlineData("tokens", false)]
    [InlineData("secrets", false)]
    [InlineData("db-password", true)]
    [InlineData("webhook_url", true)]
    [InlineData("integration_key", true)]
    public void SecretKeys_Name_IsJudged(string key, bool expected) => Assert.Equal(expected, SecretKeys.Contains(key));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Show_SecretsEverywhere_AreNeverPrinted(bool json)
    {
        using var folder = new ConfigFolder(region:
            $$$"""
            agent: {tokens: [{name: a, token: {{{Hidden}}}, scopes: [read]}]}
            regions: {us-east-1: {consul_token: "{{{Hidden}}}"}}
            dns: {cloudflare: {zone: z, api_token: {{{Hidden}}}}, powerdns: {url: "http://d", zone: z, api_key: '{{{Hidden}}}'}}
            tracing: {password: {{{Hidden}}}, url: "postgres://me:{{{Hidden}}}@db/x"}
            alerting: {channels: [{webhook_url: "https://hooks/{{{Hidden}}}", integration_key: {{{Hidden}}}}]}
            monitoring: {auth_token: {nested: [{{{Hidden}}}]}}
            """);
        folder.Variables["MAHAVISHNU_US_EAST_1__TRACING__ADMIN_PASSWORD"] = Hidden;
        using var output = new StringWriter();

        var exit = ConfigCommand.Show(new ConfigRequest(folder.Root, "us-east-1", "production", json, folder.Variables), output, output);

        Assert.Equal(0, exit);
        Assert.DoesNotContain(Hidden, output.ToString(), StringComparison.Ordinal);
        Assert.Contains("***", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ADMIN_PASSWORD", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent: {tokens: [{name: a, token: [hunter2], scopes: [read]}]}")]
    [InlineData("agent: {tokens: [{name: a, token: \"secret://hunter2\", scopes: [read]}]}")]
    [InlineData("agent: {tokens: [{name: a, token: *hunter2, scopes: [read]}]}")]
    [InlineData("agent: {tokens: [{name: a, token: !hunter2 x, scopes: [read]}]}")]
    [InlineData("agent: {tokens: [{name: a, token: \"hunter2, scopes: [read]}]}")]
    [InlineData("agent: {tokens: [{name: a, token: 'hunter2' 'x'}]}")]
    [InlineData("agent: {tokens: [{name: a, token: @hunter2}]}")]
    [InlineData("agent: {tokens: [{name: a, token: %hunter2}]}")]
    [InlineData("regions: {us-east-1: {endpoint: \"http://me:hunter2@x y\"}}")]
    [InlineData("tracing: {password: hunter2}\nlog_level: {password: hunter2}")]
    public void Check_SecretInSomethingWrong_IsNotRepeated(string text)
    {
        using var folder = new ConfigFolder(region: text);
        using var output = new StringWriter();

        var exit = ConfigCommand.Check(new ConfigRequest(folder.Root, "us-east-1", "production", Json: false, folder.Variables), output);

        Assert.Equal(2, exit);
        Assert.DoesNotContain(Hidden, output.ToString(), StringComparison.Ordinal);
    }

    private static (string? Value, string? Problem) Reveal(string reference)
    {
        Assert.True(Secret.TryCreate(reference, out var secret, out _));
        Assert.Equal("***", secret.ToString());
        secret.TryReveal(out var value, out var problem);
        return (value, problem);
    }
}
