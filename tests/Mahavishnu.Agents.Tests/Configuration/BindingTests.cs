using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Values that do not fit their key are reported with line and key, all of them at once.</summary>
public sealed class BindingTests
{
    private const string Regional = "health_checks: {regional: {";

    public static TheoryData<string, string> BadValues => new()
    {
        { "log_level: LOUD", "log_level: is `LOUD`; expected one of DEBUG, INFO, WARNING, ERROR" },
        { "log_level: WARN", "log_level: is `WARN`; expected one of DEBUG, INFO, WARNING, ERROR" },
        { "log_level: [INFO]", "log_level: is a list; expected one of DEBUG, INFO, WARNING, ERROR" },
        { "failovr: {}", $"failovr: is not a known key; expected one of {RootKeys}; did you mean `failover`?" },
        { "zzzzzzzzz: {}", $"zzzzzzzzz: is not a known key; expected one of {RootKeys}" },
        { "failover: 3", "failover: is a single value; expected a map of thresholds, cooldown, cooldown_seconds, cooldown_ms, watch, watch_seconds, watch_ms, step_deadline, step_deadline_seconds, step_deadline_ms, max_data_loss, max_data_loss_seconds, max_data_loss_ms, data_loss_stores, accept_data_loss, automatic" },
        { "failover: {automatic: yes}", "failover.automatic: is `yes`; expected true or false" },
        { "failover: {cooldown: 300}", "failover.cooldown: is `300`; expected a duration with its unit, such as 500ms, 30s or 5m, from 0s to 1d" },
        { "failover: {cooldown: 3 fortnights}", "failover.cooldown: is `3 fortnights`; expected a duration with its unit, such as 500ms, 30s or 5m, from 0s to 1d" },
        { "failover: {cooldown_seconds: -1}", "failover.cooldown_seconds: is `-1`; expected a number of seconds, or a duration such as 30s, from 0s to 1d" },
        { "failover: {cooldown: 2d}", "failover.cooldown: is `2d`; expected a duration with its unit, such as 500ms, 30s or 5m, from 0s to 1d" },
        { Regional + "failure_threshold: 0}}", "health_checks.regional.failure_threshold: is `0`; expected a whole number from 1 to 100" },
        { Regional + "failure_threshold: 2.5}}", "health_checks.regional.failure_threshold: is `2.5`; expected a whole number from 1 to 100" },
        { Regional + "success_threshold: many}}", "health_checks.regional.success_threshold: is `many`; expected a whole number from 1 to 100" },
        { Regional + "endpoints: {path: /}}}", "health_checks.regional.endpoints: is a map; expected a list" },
        { Regional + "endpoints: [/health]}}", $"health_checks.regional.endpoints[0]: is a single value; expected a map of {CheckKeys}" },
        { Regional + "endpoints: [{path: /, weight: nan}]}}", "health_checks.regional.endpoints[0].weight: is `nan`; expected a number from 0.001 to 1000" },
        { Regional + "endpoints: [{path: /, expected_sttaus: 200}]}}", $"health_checks.regional.endpoints[0].expected_sttaus: is not a known key; expected one of {CheckKeys}; did you mean `expected_status`?" },
        { "regions: {US_EAST_2: {}}", "regions.US_EAST_2: is `US_EAST_2`; expected 1 to 63 lower-case letters, digits and hyphens, such as us-east-1; did you mean `us-east-2`?" },
        { "regions: {us-east-1: {capacity: 2}}", "regions.us-east-1.capacity: is `2`; expected a number from 0 to 1" },
        { "regions: {us-east-1: {capacity_percent: 200}}", "regions.us-east-1.capacity_percent: is `200`; expected a number of percent from 0 to 100" },
        { "regions: {us-east-1: {role: main}}", "regions.us-east-1.role: is `main`; expected one of primary, backup" },
        { "regions: {us-east-1: {endpoint: us.example}}", "regions.us-east-1.endpoint: is `us.example`; expected an absolute URL that begins with http:// or https:// or tcp:// without user name and password" },
        { "regions: {us-east-1: {endpoint: \"ftp://us.example\"}}", "regions.us-east-1.endpoint: is `ftp://us.example`; expected an absolute URL that begins with http:// or https:// or tcp:// without user name and password" },
        { "regions: {us-east-1: {endpoint: \"http://me:hunter2@us.example\"}}", "regions.us-east-1.endpoint: is not usable; expected an absolute URL that begins with http:// or https:// or tcp:// without user name and password" },
        { "regions: {us-east-1: {consul: \"http://c:8500/v1\"}}", "regions.us-east-1.consul: is `http://c:8500/v1`; expected an absolute URL that begins with http:// or https://, or host:port, without path, user name and password" },
        { "health_checks: {dependencies: [{service: a, endpoint: nonsense}]}", "health_checks.dependencies[0].endpoint: is `nonsense`; expected an absolute URL that begins with http:// or https:// or tcp:// or redis:// or rediss:// or kafka:// or postgres:// or postgresql:// without user name and password" },
        { "health_checks: {dependencies: [{service: a, endpoint: \"tcp://a:1/b\"}]}", "health_checks.dependencies[0].endpoint: is `tcp://a:1/b`; expected an absolute URL that begins with http:// or https:// or tcp:// or redis:// or rediss:// or kafka:// or postgres:// or postgresql:// without user name and password" },
        { "load_balancer: {haproxy: [{name: x, address: \"unix:///s\", routes: [a]}]}", "load_balancer.haproxy[0].routes: is a list; expected a map" },
        { "agent: {flight_recorder: {file_size_mb: 0}}", "agent.flight_recorder.file_size_mb: is `0`; expected a whole number from 1 to 1024" },
        { "agent: {flight_recorder: {files: 0}}", "agent.flight_recorder.files: is `0`; expected a whole number from 1 to 1000" },
        { "agent: {flight_recorder: {size: 8}}", "agent.flight_recorder.size: is not a known key; expected one of enabled, file_size_mb, files; did you mean `file_size_mb`?" },
        { "agent: {tokens: [{name: a, scopes: [read]}]}", "agent.tokens[0].token: is missing; it is required here" },
        { "agent: {tokens: [{name: a, token: \"\", scopes: [read]}]}", "agent.tokens[0].token: is empty; expected a secret, `file:PATH`, `env:NAME` or `secret://NAME#FIELD`" },
        { "agent: {tokens: [{name: a, token: \"secret://x\", scopes: [read]}]}", "agent.tokens[0].token: is not a reference to a secret; expected `secret://NAME#FIELD`" },
        { "agent: {tokens: [{name: a, token: b, scopes: [opperate]}]}", "agent.tokens[0].scopes[0]: is `opperate`; expected one of read, sidecar, operate, approve; did you mean `operate`?" },
        { "agent: {modules: [health, ledership, failover]}", "agent.modules[1]: is `ledership`; expected one of health, leadership, failover, lag, policy-api; did you mean `leadership`?" },
        { "split_brain_prevention: {mechanism: etcd}", "split_brain_prevention.mechanism: is `etcd`; expected one of consul" },
        { "load_balancer: {haproxy: [{name: x, address: \"tcp://host\", routes: {}}]}", "load_balancer.haproxy[0].address: is `tcp://host`; expected an absolute URL that begins with unix:// or tcp:// without user name and password" },
    };

    private static string RootKeys => string.Join(", ", OptionSchema.For(typeof(AgentOptions)).Keys);

    private static string CheckKeys => string.Join(", ", OptionSchema.For(typeof(EndpointCheckOptions)).Keys);

    [Theory]
    [MemberData(nameof(BadValues))]
    public void Load_BadValue_IsReportedWithLineAndKey(string text, string expected)
    {
        using var folder = new ConfigFolder(region: $"# a first line\n{text}");

        Assert.Equal([$"us-east-1.yaml:2: {expected}"], folder.Errors());
    }

    [Fact]
    public void Load_ManyBadValues_AreAllReportedInOrder()
    {
        using var folder = new ConfigFolder(region: "log_level: LOUD\nfailovr: {}\nfailover:\n  automatic: maybe\n  thresholds: {target: 7}");
        folder.Write("us-east-1/production.yaml", "agent: {profile: slow}");
        folder.Variables["MAHAVISHNU_US_EAST_1__FAILOVER__WATCH"] = "long";

        Assert.Equal(
            [
                "us-east-1.yaml:1: log_level",
                "us-east-1.yaml:2: failovr",
                "us-east-1.yaml:4: failover.automatic",
                "us-east-1.yaml:5: failover.thresholds.target",
                "us-east-1/production.yaml:1: agent.profile",
                "MAHAVISHNU_US_EAST_1__FAILOVER__WATCH: failover.watch",
            ],
            folder.Errors().Select(static error => string.Join(": ", error.Split(": ").Take(2))));
    }

    [Fact]
    public void Load_Durations_AreReadInEveryUnit()
    {
        using var folder = new ConfigFolder(region: "failover: {cooldown: 1.5h, watch_seconds: 0.25, step_deadline_ms: 1500}\nfailback: {health_check_duration: 300}");

        var options = folder.Load().Options!;

        Assert.Equal(TimeSpan.FromMinutes(90), options.Failover.Cooldown);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Failover.Watch);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), options.Failover.StepDeadline);
        Assert.Equal(TimeSpan.FromSeconds(300), options.Failback.HealthCheckDuration);
    }

    [Fact]
    public void Load_Ratios_AreReadAsPercentToo()
    {
        using var folder = new ConfigFolder(region: "regions: {us-east-1: {capacity_percent: 40}, eu-west-1: {capacity: 0.5}}");

        var regions = folder.Load().Options!.Regions;

        Assert.Equal([0.4, 0.5], new[] { regions[new("us-east-1")].Capacity, regions[new("eu-west-1")].Capacity });
    }

    [Fact]
    public void Load_DataClasses_AbsentIsUnknownAndEmptyIsNone()
    {
        using var folder = new ConfigFolder();

        var regions = folder.Load().Options!.Regions;

        Assert.Null(regions[new("ap-southeast-1")].DataClasses);
        Assert.Empty(regions[new("eu-west-1")].DataClasses!);
    }

    [Fact]
    public void Load_NothingSaid_HasTheDefaults()
    {
        using var folder = new ConfigFolder();

        var options = folder.Load().Options!;

        Assert.Equal("us-east-1-1", options.AgentName);
        Assert.Equal("http://127.0.0.1:8610/", options.Agent.AdvertisedUrl.AbsoluteUri);
        Assert.Equal("mahavishnu/control/", options.SplitBrainPrevention.Consul.ControlPrefix);
        Assert.Equal([0.2, 0.5, 0.7], [options.Failover.Thresholds.Immediate, options.Failover.Thresholds.Graceful, options.Failover.Thresholds.Target]);
        Assert.Equal(5, options.Agent.Modules.Count);
        Assert.Equal((true, 8, 8), (options.Agent.FlightRecorder.Enabled, options.Agent.FlightRecorder.FileSizeMb, options.Agent.FlightRecorder.Files));
        Assert.Equal(["ap-southeast-1", "eu-west-1", "us-east-1"], options.Stores().Select(static store => store.Region.Value));
    }

    [Fact]
    public void Load_Targets_AreTyped()
    {
        using var folder = new ConfigFolder(region:
            """
            dns:
              powerdns:
                url: http://dns.example:8081
                api_key: k
                zone: example.com.
                routes:
                  us-east-1: {name: us.app, type: AAAA, records: {us-east-1: "2001:db8::1", eu-west-1: "2001:db8::2"}}
            load_balancer:
              haproxy:
                - name: edge-1
                  address: tcp://127.0.0.1:9999
                  routes: {us-east-1: {backend: b, servers: {us-east-1: s1}}}
              edge:
                - {name: lab, url: "http://127.0.0.1:9000", token: t}
            """);

        var options = folder.Load().Options!;

        Assert.Equal(DnsRecordType.Aaaa, options.Dns.Powerdns!.Routes[new("us-east-1")].Type);
        Assert.Equal("2001:db8::2", options.Dns.Powerdns.Routes[new("us-east-1")].Records[new("eu-west-1")]);
        Assert.Equal(9999, options.LoadBalancer.Haproxy[0].Address.Port);
        Assert.Equal("lab", options.LoadBalancer.Edge[0].Name);
    }
}
