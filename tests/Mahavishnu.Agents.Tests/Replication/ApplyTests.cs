using Mahavishnu.Agents.Cli;
using Mahavishnu.Agents.TestKit.Servers;
using Mahavishnu.Agents.Tests.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

/// <summary>The verbs <c>storage plan</c> and <c>storage apply</c>.</summary>
public sealed class ApplyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Task<int> RunAsync(ConfigFolder folder, string verb) => CommandLine.RunAsync(["storage", verb, "--config", folder.Root, "--region", "us-east-1", "--json"]);

    /// <summary>What is planned is applied, and nothing is left.</summary>
    internal static async Task ApplyPlanApplyAsync(string section)
    {
        using var folder = new ConfigFolder(region: "");
        folder.Write("us-east-1.yaml", $"agent: {{data_directory: \"{folder.Root}/data\"}}\n{section}");

        Assert.Equal(1, await RunAsync(folder, "plan"));
        Assert.Equal(0, await RunAsync(folder, "apply"));
        Assert.Equal(0, await RunAsync(folder, "plan"));
        Assert.Equal(0, await RunAsync(folder, "apply"));
        var audit = await File.ReadAllLinesAsync($"{folder.Root}/data/us-east-1-1/storage/audit.jsonl", Cancelled);
        Assert.Equal(["storage.versioning", "storage.versioning", "storage.replication", "storage.lifecycle", "storage.lifecycle"],
            audit.Select(static l => System.Text.Json.Nodes.JsonNode.Parse(l)!["action"]!.GetValue<string>()));
        Assert.DoesNotContain(audit, static l => l.Contains("secretsecret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plan_StoreCannotBeReached_Ends3()
    {
        var url = $"http://127.0.0.1:{LocalServer.FreePort()}";
        using var folder = new ConfigFolder(
            region: $"storage: {{s3: {{path_style: true, access_key: a, secret_key: b, buckets: {{us: {{region: us-east-1, name: one, endpoint: \"{url}\"}}}}}}}}");

        Assert.Equal(3, await RunAsync(folder, "plan"));
    }

    [Fact]
    public async Task Plan_NothingConfigured_Ends2()
    {
        using var folder = new ConfigFolder();

        Assert.Equal(2, await RunAsync(folder, "plan"));
    }
}
