using System.Globalization;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Writes the YAML files of a world, as an operator would.</summary>
internal static class WorldConfiguration
{
    public static void Write(string directory, WorldOptions options, IReadOnlyDictionary<RegionId, WorldPorts> regions, Uri edge)
    {
        Directory.CreateDirectory(Path.Combine(directory, "config"));
        Directory.CreateDirectory(Path.Combine(directory, "tokens"));
        foreach (var (name, token) in WorldTokens.All)
        {
            File.WriteAllText(WorldTokens.File(directory, name), token + "\n");
        }

        File.WriteAllText(Path.Combine(directory, "config", "global.yaml"), Global(directory, options, regions, edge));
        foreach (var (region, ports) in regions.Where(static r => r.Value.Consul > 0))
        {
            File.WriteAllText(Path.Combine(directory, "config", $"{region}.yaml"), string.Create(CultureInfo.InvariantCulture, $"""
                region: {region}
                agent:
                  listen: 127.0.0.1:{ports.Agent}
                  data_directory: {Path.Combine(directory, "data")}

                """));
        }
    }

    private const string PatientLeadership = "  leadership: {heartbeat_interval: 1s, request_timeout: 900ms, validity: 4s, wait_out: 4.2s, effect_deadline: 1.5s, effect_margin: 200ms}";

    private static string Global(string directory, WorldOptions options, IReadOnlyDictionary<RegionId, WorldPorts> regions, Uri edge) => string.Create(CultureInfo.InvariantCulture, $$$"""
        log_level: {{{options.LogLevel}}}
        agent:
          profile: fast
          modules: [{{{options.Modules}}}]
          tokens:
            - {name: reader, token: 'file:{{{WorldTokens.File(directory, "reader")}}}', scopes: [read]}
            - {name: operator, token: 'file:{{{WorldTokens.File(directory, "operator")}}}', scopes: [operate]}
            - {name: on-call, token: 'file:{{{WorldTokens.File(directory, "on-call")}}}', scopes: [read, operate, approve]}
        regions:
        {{{string.Join("\n", regions.Select(r => Region(r.Key, r.Value)))}}}
        data_classes:
          workflow_state: {anywhere: true}
          eu_personal_data: {may_move: {eu: [eu]}}
        health_checks:
          regional:
            timeout_seconds: 0.9
            endpoints:
              - {path: /health, expected_status: 200, critical: true}
              - {path: /api/v1/ping}
        split_brain_prevention:
          quorum: {size: 3, regions: [us-east-1, eu-west-1, ap-southeast-1]}
        {{{(options.Fast ? "" : PatientLeadership)}}}
        failover: {automatic: {{{(options.Automatic ? "true" : "false")}}}, watch_seconds: 2}
        failback:
          health_check_duration: 3600
          steps:
            - {name: drain, type: drain_traffic, region: failover, duration_seconds: 1}
        load_balancer:
          edge:
            - {name: edge, url: '{{{edge}}}', token: 'file:{{{WorldTokens.File(directory, "edge")}}}'}

        """);

    private static string Region(RegionId region, WorldPorts ports)
    {
        var consul = ports.Consul > 0 ? string.Create(CultureInfo.InvariantCulture, $", consul: 'http://127.0.0.1:{ports.Consul}'") : ", role: backup";
        var (residency, classes) = region.Value[..2] == "eu" ? ("eu", "workflow_state, eu_personal_data") : (region.Value[..2], "workflow_state");
        return string.Create(CultureInfo.InvariantCulture, $$"""  {{region}}: {data_residency: {{residency}}, data_classes: [{{classes}}], endpoint: 'http://127.0.0.1:{{ports.Service}}'{{consul}} }""");
    }
}

/// <summary>The ports of one region on 127.0.0.1; a region without a store has 0 for it, and no agent.</summary>
internal sealed record WorldPorts(int Service, int Consul, int Agent);

/// <summary>The bearer tokens of a world, by name: a few scopes each.</summary>
internal static class WorldTokens
{
    public const string Reader = "reader-6fd1c0a4b3";
    public const string Operator = "operator-2b97d4c1e8";
    public const string OnCall = "oncall-91c37ab2f0";

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["reader"] = Reader,
        ["operator"] = Operator,
        ["on-call"] = OnCall,
        ["edge"] = "edge-0a8b7c6d5e",
    };

    public static string File(string directory, string name) => Path.Combine(directory, "tokens", name);
}
