using System.Globalization;
using System.Text;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>Writes the configuration of a lab's agents as an operator would: YAML files, and tokens in files of their own.</summary>
internal static class LabConfiguration
{
    /// <summary>Writes every file. An observer reaches the services below <c>/from/{observer}</c>, so that it alone can be cut off.</summary>
    public static void Write(LabPlan plan, string agentToken, string edgeToken)
    {
        Directory.CreateDirectory(plan.ConfigDirectory);
        WriteSecret(plan.AgentTokenFile, agentToken);
        WriteSecret(plan.EdgeTokenFile, edgeToken);
        File.WriteAllText(Path.Combine(plan.ConfigDirectory, "global.yaml"), Global(plan));
        foreach (var region in plan.Regions)
        {
            File.WriteAllText(Path.Combine(plan.ConfigDirectory, $"{region.Region}.yaml"), Own(plan, region));
        }
    }

    /// <summary>What all regions share.</summary>
    public static string Global(LabPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Written by the lab.
            app_name: mahavishnu-lab
            agent:
              profile: {plan.Timing.Profile}
              tokens:
                - name: lab
                  token: 'file:{plan.AgentTokenFile}'
                  scopes: [read, operate, approve]
            regions:

            """);
        foreach (var region in plan.Regions)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                  {region.Region}:
                    provider: {region.Facts.Provider}
                    data_residency: {region.Facts.Residency}
                    data_classes: [{string.Join(", ", Classes(plan, region.Facts))}]
                    endpoint: '{region.Service}'
                    consul: '{region.Consul}'

                """);
        }

        return text.Append(DataClasses(plan)).Append(HealthChecks).Append(Quorum(plan)).Append(Failover(plan)).Append(plan.Databases).ToString();
    }

    /// <summary>What one region has of its own.</summary>
    public static string Own(LabPlan plan, RegionPlan own)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Written by the lab.
            region: {own.Region}
            agent:
              listen: '{own.Agent.Authority}'
              data_directory: '{Path.Combine(plan.Directory, "data", $"agent-{own.Region}")}'
            regions:

            """);
        foreach (var region in plan.Regions)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                  {region.Region}:
                    endpoint: '{region.Service}from/{own.Region}'

                """);
        }

        return text.ToString();
    }

    private const string HealthChecks = """
        health_checks:
          regional:
            endpoints:
              - path: /health
                expected_status: 200
                expected_body: '{"status":"healthy"}'
                critical: true
              - path: /api/v1/ping
              - path: /api/v1/workflows

        """;

    private static IEnumerable<string> Classes(LabPlan plan, LabRegionFacts facts) =>
        plan.HoldsEuropeanData && facts.Residency == "eu" ? ["workflow_state", "eu_personal_data"] : ["workflow_state"];

    private static string DataClasses(LabPlan plan) => $$"""
        data_classes:
          workflow_state: {anywhere: true}
        {{(plan.HoldsEuropeanData ? "  eu_personal_data: {may_move: {eu: [eu]}}" : "")}}

        """;

    private static string Quorum(LabPlan plan) => string.Create(CultureInfo.InvariantCulture, $"""
        split_brain_prevention:
          quorum:
            size: {plan.Regions.Count}
            regions: [{string.Join(", ", plan.Regions.Select(static r => r.Region))}]

        """);

    private static string Failover(LabPlan plan) => string.Create(CultureInfo.InvariantCulture, $"""
        failover:
          cooldown_seconds: {plan.Timing.Cooldown.TotalSeconds}
          watch_seconds: {plan.Timing.Watch.TotalSeconds}
        failback:
          enabled: true
          auto_failback: true
          health_check_duration: {plan.Timing.FailbackHealth.TotalSeconds}
          steps:
            - name: verify_original_region_health
              type: health_check
              target_region: original
              threshold: 0.9
            - name: drain_failover_region
              type: drain_traffic
              region: failover
              duration_seconds: {plan.Timing.FailbackDrain.TotalSeconds}
            - name: enable_original_region
              type: enable_traffic
              region: original
              traffic_percentage: 100
            - name: verify_failback
              type: health_check
              target_region: original
              threshold: 0.95
        load_balancer:
          edge:
            - name: lab-edge
              url: '{plan.Edge}'
              token: 'file:{plan.EdgeTokenFile}'

        """);

    private static void WriteSecret(string path, string secret)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, create);
        file.Write(secret);
    }
}
