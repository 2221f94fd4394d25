using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>The reference design's own blocks load as they are, or are refused for the reason that the design gives.</summary>
public sealed class ReferenceTests
{
    private const string Folder = "tests/Mahavishnu.Agents.Tests/Configuration/Reference";

    public static TheoryData<string> Blocks =>
        [.. Directory.EnumerateFiles(Repository.Of(Folder), "*.yaml").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Load_BlockOfTheReference_IsAcceptedOrRefusedForItsKnownFault(string block)
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of($"{Folder}/{block}")), ConfigFolder.Sound);

        string[] expected = block switch
        {
            "opensearch.yaml" =>
            [
                "global.yaml:22: opensearch.indexes[1].read_only_followers: is false, but a follower of OpenSearch refuses every write but its leader's; expected true, and for writes "
                + "in every region an index of its own in each, followed by the others and read through an alias",
            ],
            "dns.yaml" =>
            [
                "global.yaml:36: dns.cloudflare.records[0].steering_policy: is `latency`; expected one of off, geo, random, dynamic_latency, "
                + "proximity, least_outstanding_requests, least_connections; did you mean `dynamic_latency`?",
            ],
            _ => [],
        };
        Assert.Equal(expected, folder.Errors());
    }

    [Fact]
    public void Load_AllBlocksAreThere_TwentyEightOfThem() => Assert.Equal(28, Blocks.Count);

    [Fact]
    public void Load_LayersOfTheReference_StandUnderTheirOwnTopKeys()
    {
        using var folder = new ConfigFolder(
            File.ReadAllText(Repository.Of($"{Folder}/layers/global.yaml")), File.ReadAllText(Repository.Of($"{Folder}/layers/us-east-1.yaml")));
        folder.Write("us-east-1/production.yaml", ConfigFolder.Sound);

        var result = folder.Load();

        Assert.Empty(result.Errors);
        Assert.Equal("1.0.0", result.Options!.Version);
        Assert.Equal("aws", result.Options.Provider);
        Assert.Equal("5432", Assert.IsType<ConfigScalar>(result.Tree.Find(ConfigPath.Of("database.port"))).Text);
    }

    [Fact]
    public void Load_DatabaseBlock_MeansWhatItSays()
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of($"{Folder}/database.yaml")), ConfigFolder.Sound);

        var postgres = folder.Load().Options!.Database.Postgresql!;

        Assert.Equal(PostgresMode.MultiMaster, postgres.Mode);
        Assert.Equal(["us-east-1", "eu-west-1", "ap-southeast-1"], postgres.PrimaryRegions.Select(static s => s.Region.Value));
        Assert.Equal(("postgres-primary-eu.aws.example.com", 5432), (postgres.PrimaryRegions[1].Endpoint.Host, postgres.PrimaryRegions[1].Endpoint.Port));
        Assert.All(postgres.PrimaryRegions, static s => Assert.Equal(PostgresRole.Writer, s.Role));
        Assert.Equal(TimeSpan.FromMilliseconds(100), postgres.Replication.LagTolerance);
    }

    [Fact]
    public void Load_OpenSearchBlock_MeansWhatItSays()
    {
        var block = File.ReadAllText(Repository.Of($"{Folder}/opensearch.yaml")).Replace("read_only_followers: false", "read_only_followers: true");
        using var folder = new ConfigFolder(block, ConfigFolder.Sound);

        var result = folder.Load();
        var search = result.Options!.Opensearch!;

        Assert.Equal(["us-east-1", "eu-west-1", "ap-southeast-1"], search.Clusters.Select(static c => c.Region.Value));
        Assert.Equal((6, 3), (search.LeaderCluster.Nodes, search.FollowerClusters[1].Nodes));
        Assert.Equal(["mahavishnu_code", "mahavishnu_sessions", "mahavishnu_agent_heartbeat"], search.Replicated);
        Assert.Equal(["CatchUp", "FenceSource", "PromoteSearch", "SyncData"], result.Options.DataSteps().Select(static s => s.ToString()).Order());
        Assert.Contains(
            "global.yaml:11: opensearch.follower_clusters[0].replication_type: is push, and means pull: in OpenSearch a follower pulls from its leader, and cannot be pushed to",
            folder.Printed(result.Notes));
    }

    [Fact]
    public void Load_SplitBrainBlock_MeansWhatItSays()
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of($"{Folder}/split_brain_prevention.yaml")), ConfigFolder.Sound);

        var split = folder.Load().Options!.SplitBrainPrevention;

        Assert.Equal(TimeSpan.FromSeconds(30), split.Consul.SessionTtl);
        Assert.Equal(TimeSpan.FromSeconds(5), split.Consul.RetryInterval);
        Assert.Equal("mahavishnu/regional_failover_lock/", split.Consul.ControlPrefix);
        Assert.Equal(TimeSpan.FromSeconds(10), split.Leadership.ElectionTimeout);
        Assert.Equal(TimeSpan.FromSeconds(15), split.Leadership.Validity);
        Assert.Equal(["us-east-1", "eu-west-1", "ap-southeast-1"], split.Quorum.Regions.Select(static region => region.Value));
    }

    [Fact]
    public void Load_HealthChecksBlock_MeansWhatItSays()
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of($"{Folder}/health_checks.yaml")), "{}");
        folder.Write("us-east-1/production.yaml", ConfigFolder.Sound.Replace("health_checks:\n  regional:\n    endpoints:\n      - path: /health\n", ""));

        var checks = folder.Load().Options!.HealthChecks;

        Assert.Equal(TimeSpan.FromSeconds(10), checks.Regional.Interval);
        Assert.Equal(["/health", "/api/v1/ping", "/api/v1/workflows"], checks.Regional.Endpoints.Select(static check => check.Path));
        Assert.Equal("""{"status":"healthy"}""", checks.Regional.Endpoints[0].ExpectedBody);
        Assert.Equal(TimeSpan.FromMilliseconds(500), checks.Database!.MaxReplicationLag);
        Assert.Equal(0.2, checks.Database.MinDiskSpace);
        Assert.Equal([true, false, false], checks.Dependencies.Select(static dependency => dependency.CanBeChecked));
    }

    [Fact]
    public void Load_FailbackBlock_MeansWhatItSays()
    {
        using var folder = new ConfigFolder(File.ReadAllText(Repository.Of($"{Folder}/failback.yaml")), ConfigFolder.Sound);

        var failback = folder.Load().Options!.Failback;

        Assert.Equal(TimeSpan.FromMinutes(5), failback.HealthCheckDuration);
        Assert.Equal(
            [FailbackStepType.HealthCheck, FailbackStepType.DataSync, FailbackStepType.DrainTraffic, FailbackStepType.EnableTraffic, FailbackStepType.HealthCheck],
            failback.Steps.Select(static step => step.Type));
        Assert.Equal(0.95, failback.Steps[4].Threshold);
        Assert.Equal(TimeSpan.FromMinutes(5), failback.Steps[2].Duration);
    }

    [Fact]
    public void Load_CloudflareBlock_MapsRegionsToCloudflaresCodes()
    {
        var block = File.ReadAllText(Repository.Of($"{Folder}/dns.yaml")).Replace("steering_policy: latency", "steering_policy: dynamic_latency");
        using var folder = new ConfigFolder(block, ConfigFolder.Sound);

        var result = folder.Load();

        Assert.Equal(
            [["WNAM", "ENAM"], ["WEU", "EEU", "NAF", "SAF"], ["SAS", "SEAS", "NEAS", "OC"]],
            result.Options!.Dns.Cloudflare!.Records[0].Pools.Select(static pool => pool.RegionCodes.ToArray()));
        Assert.Contains("global.yaml:13: dns.cloudflare.records[0].pools[0].regions[0]: is US, which means WNAM and ENAM in Cloudflare's codes", folder.Printed(result.Notes));
    }
}
