using System.Text;
using CsCheck;
using Mahavishnu.Agents.Cli;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Files and variables near sound ones: each is refused with its place, or the agent can be made of it and its laws hold.</summary>
public sealed class ConfigFuzzTests
{
    /// <summary>A configuration that uses everything that this build uses.</summary>
    private const string Whole = """
        log_level: INFO
        agent:
          name: us-east-1-a
          listen: 127.0.0.1:8610
          advertise: http://127.0.0.1:8610
          profile: default
          modules: [health, leadership, failover]
          data_directory: data
          tokens:
            - name: on-call
              token: literal-token
              scopes: [read, operate, approve]
        regions:
          us-east-1:
            provider: aws
            role: primary
            data_residency: us
            data_classes: [public_content]
            endpoint: https://us.example.com
            consul: https://consul.us.example.com:8501
            consul_token: literal
            consul_datacenter: dc1
            capacity_percent: 40
            preference: 1
          eu-west-1:
            data_residency: eu
            data_classes: [public_content, eu_personal_data]
            endpoint: http://eu.example.com:8080
            consul: consul.eu.example.com:8500
          ap-southeast-1:
            data_residency: apac
            endpoint: tcp://ap.example.com:443
            consul: http://consul.ap.example.com:8500
            capacity: 0.3
        data_classes:
          public_content:
            anywhere: true
          eu_personal_data:
            may_move:
              eu: [eu]
        health_checks:
          regional:
            interval_seconds: 10
            timeout: 5s
            failure_threshold: 3
            success_threshold: 2
            endpoints:
              - path: /health
                expected_status: 200
                expected_body: '{"status":"healthy"}'
                expected_headers: {X-Region: us}
                weight: 2
                critical: true
              - name: port
                type: tcp
          dependencies:
            - service: gateway
              endpoint: http://127.0.0.1:9000/live
        split_brain_prevention:
          enabled: true
          consul:
            session_ttl: 30s
            key_prefix: mahavishnu/control
            retry_interval: 5s
          leadership:
            election_timeout: 10s
            heartbeat_interval: 5s
            request_timeout: 4s
            validity: 15s
            wait_out: 15.2s
            wait_out_margin: 100ms
            effect_deadline: 5s
            effect_margin: 500ms
            clock_drift: 0.001
          quorum:
            size: 3
            version: 1
            regions: [us-east-1, eu-west-1, ap-southeast-1]
        failover:
          automatic: true
          cooldown_seconds: 300
          watch: 1m
          step_deadline: 1m
          thresholds:
            immediate: 0.2
            graceful: 0.5
            target: 0.7
        failback:
          auto_failback: false
          health_check_duration: 300
          steps:
            - name: healthy
              type: health_check
              target_region: original
              threshold: 0.9
            - name: drain
              type: drain_traffic
              region: failover
              duration_seconds: 300
              traffic_percentage: 50
        dns:
          powerdns:
            url: http://127.0.0.1:8081
            api_key: literal
            zone: app.example.
            ttl: 30
            routes:
              us-east-1:
                name: us.app.example.
                type: A
                records: {us-east-1: 127.0.1.1, eu-west-1: 127.0.1.2}
          cloudflare:
            zone: example.com
            account_id: acc
            api_token: literal
            records:
              - name: app
                load_balancing: true
                steering_policy: geo
                fallback_pool: us
                pools:
                  - name: us
                    regions: [ENAM]
                    origins:
                      - name: us-east-1
                        address: 192.0.2.1
        load_balancer:
          haproxy:
            - name: edge-1
              address: unix:///run/haproxy/admin.sock
              routes:
                us-east-1:
                  backend: users-us
                  servers: {us-east-1: us, eu-west-1: eu}
          edge:
            - name: edge-2
              url: http://127.0.0.1:8080
              token: literal
        """;

    /// <summary>Variables that name what <see cref="Whole"/> has, and some that name nothing.</summary>
    private static readonly string[] s_names =
    [
        "AGENT__NAME", "AGENT__LISTEN", "AGENT__TOKENS", "REGIONS__US_EAST_1__CONSUL", "REGIONS__EU_WEST_1__ENDPOINT", "HEALTH_CHECKS__REGIONAL__TIMEOUT", "HEALTH_CHECKS__REGIONAL__INTERVAL_MS", "SPLIT_BRAIN_PREVENTION__LEADERSHIP__VALIDITY",
        "SPLIT_BRAIN_PREVENTION__LEADERSHIP__WAIT_OUT", "SPLIT_BRAIN_PREVENTION__LEADERSHIP__CLOCK_DRIFT", "SPLIT_BRAIN_PREVENTION__CONSUL__KEY_PREFIX", "SPLIT_BRAIN_PREVENTION__QUORUM__REGIONS", "FAILOVER__THRESHOLDS__TARGET", "FAILOVER", "DNS__POWERDNS__ROUTES",
        "LOAD_BALANCER__HAPROXY", "NOBODY__KNOWS", "_", "__", "AGENT____NAME", "AGENT__NAME__X", "é__É",
    ];

    private static readonly Gen<string> Value = Gen.OneOf(Gen.Int[0, 9999].Select(static i => YamlEdits.Values[i % YamlEdits.Values.Count]), Gen.String[Gen.Char[' ', '~'], 0, 40], Gen.String[Gen.Char, 0, 10]);

    [Fact]
    public void Load_WholeConfiguration_IsAccepted()
    {
        using var folder = new ConfigFolder(Whole);

        Assert.Empty(folder.Errors());
        AcceptedConfiguration.AssertIsSound(folder.Load().Options!);
    }

    [Fact]
    public async Task Load_TextWithAFewChanges_IsRefusedWithItsPlaceOrTheAgentCanBeMadeOfIt()
    {
        using var folder = new ConfigFolder();
        await Fuzz.HoldsAsync(YamlEdits.Of(Whole).Select(static text => new Edited(text)), 400, edited => Task.Run(() => AssertLoads(folder, Encoding.UTF8.GetBytes(edited.Text), [])));
    }

    [Fact]
    public async Task Load_AnyVariables_AreRefusedOrTheAgentCanBeMadeOfThem()
    {
        using var folder = new ConfigFolder(Whole);
        var variables = Gen.Select(Gen.Int[0, s_names.Length - 1], Value).Array[1, 4];
        await Fuzz.HoldsAsync(variables, 250, found => Task.Run(() => AssertLoads(folder, null, found.Select(static v => (s_names[v.Item1], v.Item2)))));
    }

    [Fact]
    public void Load_TextCutAnywhere_IsRefusedOrTheAgentCanBeMadeOfIt()
    {
        using var folder = new ConfigFolder();
        var bytes = Encoding.UTF8.GetBytes(Whole.Replace("literal", "é", StringComparison.Ordinal));
        for (var length = 0; length < bytes.Length; length += 13)
        {
            AssertLoads(folder, bytes[..length], []);
        }
    }

    private static void AssertLoads(ConfigFolder folder, byte[]? global, IEnumerable<(string Name, string Value)> variables)
    {
        if (global is not null)
        {
            folder.Write("global.yaml", global);
        }

        folder.Variables.Clear();
        foreach (var (name, value) in variables)
        {
            folder.Variables[$"MAHAVISHNU_US_EAST_1__{name}"] = value;
        }

        var result = folder.Load();

        Assert.Equal(result.Options is null, result.Errors.Count > 0);
        Assert.All(result.Errors.Concat(result.Warnings).Concat(result.Notes), static problem =>
        {
            Assert.True(problem.Message.Length > 0 && problem.Origin.Source.Length > 0 && !problem.ToString().Any(char.IsControl), problem.ToString());
            Assert.True(problem.Key.Length == 0 || problem.Origin.Line > 0 || problem.Origin.Layer is ConfigLayer.Variable or ConfigLayer.CommandLine, $"without a line: {problem}");
        });
        if (result.Options is { } options)
        {
            AcceptedConfiguration.AssertIsSound(options);
        }

        ConfigCommand.Show(new ConfigRequest(folder.Root, "us-east-1", "production", Json: true, folder.Variables), TextWriter.Null, TextWriter.Null);
    }

    private sealed record Edited(string Text)
    {
        /// <summary>The lines that the whole configuration does not have, and those that it has alone.</summary>
        public override string ToString()
        {
            var (ours, theirs) = (Text.Split('\n').Index().ToList(), Whole.Split('\n').ToList());
            return string.Join('\n', ours.Where(l => !theirs.Contains(l.Item)).Select(static l => $"{l.Index + 1} + {(l.Item.Length > 500 ? l.Item[..500] : l.Item)}")
                .Concat(theirs.Where(l => !ours.Exists(o => o.Item == l)).Select(static l => $"- {l}")));
        }
    }
}
