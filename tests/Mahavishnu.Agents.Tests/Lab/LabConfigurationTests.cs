using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class LabConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lab-configuration-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public static TheoryData<int, string, bool> Labs() => new()
    {
        { 3, "fast", false },
        { 3, "fast", true },
        { 5, "default", false },
        { 9, "fast", true },
    };

    [Theory]
    [MemberData(nameof(Labs))]
    public void Write_AnyLab_LoadsWithoutErrorInEveryRegion(int regions, string profile, bool holdsEuropeanData)
    {
        var plan = Write(regions, profile == "fast" ? LabTiming.Fast : LabTiming.Default, holdsEuropeanData);

        foreach (var region in plan.Regions)
        {
            var result = ConfigLoader.Load(plan.ConfigDirectory, region.Region.Value, "production", new Dictionary<string, string>());

            Assert.Empty(result.Errors);
            var options = result.Options!;
            Assert.Equal($"127.0.0.1:{region.AgentPort}", options.Agent.Listen);
            Assert.All(plan.Regions, other => Assert.Equal(new Uri($"http://127.0.0.1:{other.ServicePort}/from/{region.Region}"), options.Regions[other.Region].Endpoint));
            Assert.Equal(plan.Regions.Select(static r => r.Consul).Order(Comparer<Uri>.Create(static (a, b) => a.Port - b.Port)), options.Stores().Select(static s => s.Url).Order(Comparer<Uri>.Create(static (a, b) => a.Port - b.Port)));
            Assert.Equal(plan.Timing.FailbackHealth, options.Failback.HealthCheckDuration);
            Assert.Equal(plan.Edge, Assert.Single(options.LoadBalancer.Edge).Url);
        }
    }

    [Fact]
    public void Write_EuropeanData_StaysInTheUnion()
    {
        var plan = Write(5, LabTiming.Fast, holdsEuropeanData: true);
        var options = ConfigLoader.Load(plan.ConfigDirectory, "us-east-1", "production", new Dictionary<string, string>()).Options!;

        Assert.Contains("eu_personal_data", options.Regions[new RegionId("eu-west-1")].DataClasses!);
        Assert.DoesNotContain("eu_personal_data", options.Regions[new RegionId("us-east-1")].DataClasses!);
        Assert.Equal(["eu"], options.DataClasses["eu_personal_data"].MayMove!["eu"]);
    }

    [Fact]
    public void Write_Tokens_AreInFilesOfTheOwnerAlone()
    {
        var plan = Write(3, LabTiming.Fast, holdsEuropeanData: false);

        Assert.Equal("agent-secret", File.ReadAllText(plan.AgentTokenFile));
        Assert.DoesNotContain("secret", File.ReadAllText(Path.Combine(plan.ConfigDirectory, "global.yaml")), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(plan.EdgeTokenFile));
        }
    }

    private LabPlan Write(int regions, LabTiming timing, bool holdsEuropeanData)
    {
        var planned = LabRegions.All.Take(regions).Select(static (facts, i) => new RegionPlan(facts, 20_000 + (i * 3), 20_001 + (i * 3), 20_002 + (i * 3))).ToList();
        var plan = new LabPlan(_directory, timing, planned, new Uri("http://127.0.0.1:20100/"), holdsEuropeanData);
        LabConfiguration.Write(plan, "agent-secret", "edge-secret");
        return plan;
    }
}
