using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Replication.Storage;
using Mahavishnu.Agents.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

public sealed class StorageRuleTests
{
    private const string Buckets = "buckets: {us: {region: us-east-1, name: b-us}, eu: {region: eu-west-1, name: b-eu}}";

    private static ConfigResult Load(string s3, string global = ConfigFolder.Sound)
    {
        using var folder = new ConfigFolder(global, $"storage: {{s3: {{{s3}}}}}");
        return folder.Load();
    }

    [Fact]
    public void Load_ReferencesBlock_MeansWhatItSays()
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of("tests/Mahavishnu.Agents.Tests/Configuration/Reference/storage.yaml")), ConfigFolder.Sound);

        var result = folder.Load();
        var intent = result.Options!.Storage.S3!.ToIntent();

        Assert.Equal(["mahavishnu-primary-ap", "mahavishnu-primary-eu", "mahavishnu-primary-us"], intent.Buckets.Select(static b => b.Name));
        Assert.Equal(6, intent.Paths.Count);
        Assert.All(intent.Paths, static p => Assert.Equal(("STANDARD", true), (p.StorageClass, p.TimeControl)));
        Assert.Equal(new StorageLifecycle(30, 90, 365, 30, 7), intent.Lifecycle);
        Assert.DoesNotContain(result.Notes, static n => n.ToString().Contains(": storage", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("replication: {rules: [{source: b-us, destinations: [b-us]}]}",                              "replication.rules[0].destinations[0]: is 'b-us', which is the source as well")]
    [InlineData("replication: {rules: [{source: b-us, destinations: [b-ue]}]}",                              "replication.rules[0].destinations[0]: is 'b-ue', which is no bucket of storage.s3.buckets")]
    [InlineData("replication: {rules: [{source: b-uk, destinations: [b-eu]}]}",                              "replication.rules[0].source: is 'b-uk', which is no bucket of storage.s3.buckets")]
    [InlineData("replication: {rules: [{source: b-us, destinations: []}]}",                                  "replication.rules[0].destinations: is an empty list")]
    [InlineData("replication: {rules: [{source: b-us, destinations: [b-eu, b-eu]}]}",                        "replication.rules[0].destinations[1]: is ")]
    [InlineData("replication: {rules: [{source: b-us, destinations: [b-eu], replication_time: 5 minutes}]}", "replication.rules[0].replication_time: is 5m; expected 15m")]
    [InlineData("replication: {rules: [{source: b-us, destinations: [b-eu], storage_class: COLD}]}",         "replication.rules[0].storage_class: is ")]
    [InlineData("replication: {rules: [{source: b-us, destinations: [b-eu], prefixes: [/a]}]}",              "replication.rules[0].prefixes[0]: is ")]
    [InlineData("lifecycle: {transition_to_ia_days: 30, transition_to_glacier_days: 45}",                    "lifecycle.transition_to_glacier_days: is 45")]
    [InlineData("lifecycle: {transition_to_ia_days: 30, expiration_days: 30}",                               "lifecycle.expiration_days: is 30")]
    [InlineData("access_key: a",                                                                             "access_key: stands alone")]
    [InlineData("canary: {prefix: /x}",                                                                      "canary.prefix: is ")]
    [InlineData("canary: {timeout: 30s}",                                                                    "canary.timeout: is less than interval")]
    public void Load_SomethingWrong_IsNamed(string wrong, string expected)
    {
        var error = Assert.Single(Load($"{Buckets}, {wrong}").Errors);

        Assert.Contains($"storage.s3.{expected}", error.ToString().Replace('`', '\''), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ToChina_IsRefused()
    {
        var global = ConfigFolder.Sound.Replace("data_classes:\n  logs", "  cn-north-1: {endpoint: \"http://cn.example\"}\ndata_classes:\n  logs", StringComparison.Ordinal);

        var error = Assert.Single(Load("buckets: {us: {region: us-east-1, name: b-us}, cn: {region: cn-north-1, name: b-cn}}, replication: {rules: [{source: b-us, destinations: [b-cn]}]}", global).Errors);

        Assert.Contains("partitions", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("",                     1)]
    [InlineData(", prefixes: [public/]", 0)]
    public void Load_CopyOfWhatMayNotLeave_IsAWarningUnlessPrefixesKeepItOut(string prefixes, int warnings)
    {
        var global = ConfigFolder.Sound.Replace("logs: {anywhere: true}", "logs: {may_move: {us: [us]}}", StringComparison.Ordinal);

        var result = Load($"role: r, {Buckets}, replication: {{rules: [{{source: b-us, destinations: [b-eu]{prefixes}}}]}}", global);

        Assert.Empty(result.Errors);
        Assert.Equal(warnings, result.Warnings.Count(static w => w.ToString().Contains("storage.s3.replication.rules[0].destinations[0]: copies every object of us-east-1 to eu-west-1", StringComparison.Ordinal)));
    }
}
