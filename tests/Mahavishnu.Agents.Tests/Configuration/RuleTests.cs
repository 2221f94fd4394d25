using Mahavishnu.Agents.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>Values that fit their keys but contradict each other are errors, at the line to change.</summary>
public sealed class RuleTests
{
    private const string Quorum = "split_brain_prevention: {quorum: {";
    private const string Leadership = "split_brain_prevention: {leadership: {";
    private const string NoRegion = "which is not configured; expected one of regions: ap-southeast-1, eu-west-1, us-east-1";

    public static TheoryData<string, string> Contradictions => new()
    {
        // the process
        { "region: eu-west-1", "us-east-1.yaml:1: region: is `eu-west-1`, but this is the configuration of us-east-1; expected us-east-1" },
        { "agent: {listen: localhost}", "us-east-1.yaml:1: agent.listen: is `localhost`; expected host:port, such as 127.0.0.1:8610 or [::1]:8610" },
        { "agent: {listen: \"h:99999\"}", "us-east-1.yaml:1: agent.listen: is `h:99999`; expected host:port, such as 127.0.0.1:8610 or [::1]:8610" },
        { "agent: {listen: \"127.0.0.1:0\"}", "us-east-1.yaml:1: agent.listen: is `127.0.0.1:0`; expected host:port, such as 127.0.0.1:8610 or [::1]:8610" },
        { "agent: {listen: \"some-host:8610\"}", "us-east-1.yaml:1: agent.listen: is `some-host:8610`; its host must be an IP address of this machine, or localhost" },
        { "agent: {name: a/b}", "us-east-1.yaml:1: agent.name: is `a/b`; expected 1 to 63 letters, digits, dots, underscores and hyphens, the first a letter or a digit" },
        { "agent: {name: ..}", "us-east-1.yaml:1: agent.name: is `..`; expected 1 to 63 letters, digits, dots, underscores and hyphens, the first a letter or a digit" },
        { "agent: {listen: \"0.0.0.0:8610\"}", "us-east-1.yaml:1: agent.listen: is every address of the machine, which others cannot call; expected agent.advertise to say the URL that they use" },
        { "agent: {modules: []}", "us-east-1.yaml:1: agent.modules: is an empty list; expected at least one of health, leadership, failover, lag, policy-api" },
        { "agent: {modules: [health, health]}", "us-east-1.yaml:1: agent.modules[1]: is `Health`, as is agent.modules[0] at us-east-1.yaml:1; expected every module once" },
        { "agent: {modules: [failover]}", "us-east-1.yaml:1: agent.modules: has failover without leadership, and only a leader fails over; expected both" },
        { "agent:\n  tokens:\n  - {name: a, token: x, scopes: [read]}\n  - {name: a, token: y, scopes: [read]}", "us-east-1.yaml:4: agent.tokens[1].name: is `a`, as is agent.tokens[0].name at us-east-1.yaml:3; expected a name that no other token has" },
        { "agent: {tokens: [{name: a, token: x, scopes: []}]}", "us-east-1.yaml:1: agent.tokens[0].scopes: is an empty list; expected at least one of read, sidecar, operate, approve" },

        // regions and data classes
        { "data_residency: eu", "us-east-1.yaml:1: data_residency: is `eu`, but regions.us-east-1.data_residency at global.yaml:2 is `us`; expected the same" },
        { "regions: {eu-west-1: {endpoint: \"http://us.example/\"}}", "global.yaml:2: regions.us-east-1.endpoint: is `http://us.example/`, as is regions.eu-west-1.endpoint at us-east-1.yaml:1; expected regions that do not overlap: an endpoint of its own for each" },
        { "regions: {eu-west-1: {consul: \"consul-us.example:8500\"}}", "global.yaml:2: regions.us-east-1.consul: is `http://consul-us.example:8500/`, as is regions.eu-west-1.consul at us-east-1.yaml:1; expected regions that do not overlap: a store of its own for each" },
        { "regions: {us-east-1: {endpoint: \"http://us.example/?a=b\"}}", "us-east-1.yaml:1: regions.us-east-1.endpoint: is `http://us.example/?a=b`; expected no query and no fragment, since the paths of the checks follow it" },
        { "regions: {us-east-1: {data_classes: [log]}}", "us-east-1.yaml:1: regions.us-east-1.data_classes[0]: is `log`, which data_classes does not have; expected one of logs; did you mean `logs`?" },
        { "data_classes: {logs: {may_move: {us: [eu]}}}", "global.yaml:6: data_classes.logs: may lie anywhere and only where may_move says; expected one of the two" },
        { "data_classes: {pii: {}}", "us-east-1.yaml:1: data_classes.pii: does not say where it may lie; expected `anywhere: true`, or `may_move` with the residencies that it may move to, such as {eu: [eu]}" },

        // health checks
        { "health_checks: {regional: {timeout_seconds: 10}}", "us-east-1.yaml:1: health_checks.regional.timeout: is 10s, and the interval is 10s; expected timeout < interval" },
        { "health_checks: {regional: {endpoints: [{path: health}]}}", "us-east-1.yaml:1: health_checks.regional.endpoints[0].path: is `health`; expected a path that begins with /" },
        { "health_checks: {regional: {endpoints: [{name: x}]}}", "us-east-1.yaml:1: health_checks.regional.endpoints[0]: is an HTTP check without a path; expected path, such as /health, or type: tcp" },
        { "health_checks: {regional: {endpoints: [{path: /, type: tcp}]}}", "us-east-1.yaml:1: health_checks.regional.endpoints[0].path: is given for a TCP check, which only opens a connection; expected no path, or type: http" },
        { "health_checks: {regional: {endpoints: [{path: /, follow_redirects: true}]}}", "us-east-1.yaml:1: health_checks.regional.endpoints[0].follow_redirects: is true, but a probe never follows a redirect, which could lead out of the region; expected false, with the redirect's own status as expected_status if one is expected" },
        { "health_checks: {regional: {endpoints: [{path: /, expected_body: fine}]}}", "us-east-1.yaml:1: health_checks.regional.endpoints[0].expected_body: is `fine`; expected JSON, which is compared by structure" },
        { "health_checks: {regional: {endpoints: [{path: /}, {path: /}]}}", "us-east-1.yaml:1: health_checks.regional.endpoints[1]: is `/`, as is health_checks.regional.endpoints[0] at us-east-1.yaml:1; expected a name or a path that no other check has" },
        { "health_checks: {dependencies: [{service: /health, endpoint: \"http://d\"}]}", "us-east-1.yaml:1: health_checks.dependencies[0].service: is `/health`, as is health_checks.regional.endpoints[0] at global.yaml:10; expected a name or a path that no other check has" },

        // the quorum
        { Quorum + "regions: [us-east-1, eu-west-1, us-east-2]}}", $"us-east-1.yaml:1: split_brain_prevention.quorum.regions[2]: names the region `us-east-2`, {NoRegion}; did you mean `us-east-1`?" },
        { Quorum + "regions: [us-east-1, eu-west-1, us-east-1]}}", "us-east-1.yaml:1: split_brain_prevention.quorum.regions[2]: is `us-east-1`, as is split_brain_prevention.quorum.regions[0] at us-east-1.yaml:1; expected every region once" },
        { Quorum + "size: 2}}", "us-east-1.yaml:1: split_brain_prevention.quorum.size: is 2, but quorum.regions lists 3; expected 3: the size is the number of stores, of which a majority must agree" },
        { Quorum + "regions: [], size: 0}}", "us-east-1.yaml:1: split_brain_prevention.quorum.regions: lists no region, but the module failover of agent.modules needs the stores of a quorum; expected the regions that have a store, or agent.modules without it" },
        { Quorum + "enabled: false}}", "us-east-1.yaml:1: split_brain_prevention.quorum.enabled: is false, but leadership over 3 stores always rests on a majority; expected true, or one region" },
        { "regions: {eu-west-1: {consul: null}}", "us-east-1.yaml:1: regions.eu-west-1.consul: is missing, but quorum.regions at global.yaml:14 lists the region; expected the URL of its own store" },
        { "split_brain_prevention: {enabled: false}", "us-east-1.yaml:1: split_brain_prevention.enabled: is false, but the module failover of agent.modules acts only as the elected leader; expected true, or agent.modules without it" },
        { "split_brain_prevention: {consul: {session_ttl: 9s}}", "us-east-1.yaml:1: split_brain_prevention.consul.session_ttl: is 9s; expected from 10s, Consul's minimum, to 24h, its maximum" },
        { "agent: {profile: fast}\nsplit_brain_prevention: {consul: {session_ttl: 5s}}", "us-east-1.yaml:2: split_brain_prevention.consul.session_ttl: is 5s; expected from 10s, Consul's minimum, to 24h, its maximum" },
        { "split_brain_prevention: {consul: {key_prefix: /}}", "us-east-1.yaml:1: split_brain_prevention.consul.key_prefix: is the root of the store; expected a directory, such as mahavishnu/control/" },
        { "split_brain_prevention: {consul: {key_prefix: a//b}}", "us-east-1.yaml:1: split_brain_prevention.consul.key_prefix: is `a//b`; expected a directory, such as mahavishnu/control/, of printable names, none of them empty, . or .." },
        { "split_brain_prevention: {consul: {lock_key: ../x}}", "us-east-1.yaml:1: split_brain_prevention.consul.lock_key: is `../x`; expected a directory, such as mahavishnu/control/, of printable names, none of them empty, . or .." },
        { Leadership + "pre_vote: false}}", "us-east-1.yaml:1: split_brain_prevention.leadership.pre_vote: is false, but an agent always asks before it campaigns, so that it does not disturb a leader; expected true" },

        // the laws of timing
        { Leadership + "heartbeat_interval: 5100ms}}", "us-east-1.yaml:1: split_brain_prevention.leadership.heartbeat_interval: breaks the law of timing heartbeat_interval <= validity / 3, because 5.1s > 5s; expected figures that keep it" },
        { Leadership + "request_timeout: 5.4s, effect_deadline: 1s}}", "us-east-1.yaml:1: split_brain_prevention.leadership.request_timeout: breaks the law of timing request_timeout <= heartbeat_interval, because 5.4s > 5s; expected figures that keep it" },
        { Leadership + "wait_out: 15s}}", "us-east-1.yaml:1: split_brain_prevention.leadership.wait_out: breaks the law of timing validity x (1 + clock_drift) / (1 - clock_drift) + wait_out_margin <= wait_out, because 15.13s > 15s; expected figures that keep it" },
        { Leadership + "effect_deadline: 6s}}", "us-east-1.yaml:1: split_brain_prevention.leadership.effect_deadline: breaks the law of timing effect_deadline + effect_margin <= validity - heartbeat_interval - request_timeout, because 6.5s > 6s; expected figures that keep it" },

        // failover and failback
        { "failover: {thresholds: {immediate: 0.5}}", "us-east-1.yaml:1: failover.thresholds.immediate: is 0.5, and graceful is 0.5; expected immediate < graceful" },
        { "failover: {thresholds: {target: 0.4}}", "us-east-1.yaml:1: failover.thresholds.target: is 0.4, and graceful is 0.5; expected graceful <= target, or a target would itself be failed over" },
        { "failover: {data_loss_stores: [kafka]}", "us-east-1.yaml:1: failover.data_loss_stores[0]: is `kafka`, whose lag is not measured; expected one that is configured" },
        { "failback: {steps: [{name: a, type: drain_traffic}]}", "us-east-1.yaml:1: failback.steps[0].region: is missing; a step of type drain_traffic needs it" },
        { "failback: {steps: [{name: a, type: drain_traffic, region: mars}]}", $"us-east-1.yaml:1: failback.steps[0].region: names the region `mars`, {NoRegion}" },
        { "failback: {steps: [{name: a, type: data_sync, source_region: failover, target_region: failover}]}", "us-east-1.yaml:1: failback.steps[0].target_region: is `failover`, as is source_region; expected another region" },

        // caches
        { "cache: {endpoint: \"a b\"}", "us-east-1.yaml:1: cache.endpoint: is `a b`; expected the name or address of a Redis, with its port as cache.port" },
        { "cache: {redis: {tls: false, ca_file: x}}", "us-east-1.yaml:1: cache.redis.ca_file: is given for connections that are not encrypted; expected tls: true, or no ca_file" },

        // databases
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two + ", {region: us-east-2, endpoint: \"d:1\", role: replica}"), $"us-east-1.yaml:1: database.postgresql.primary_regions[3].region: names the region `us-east-2`, {NoRegion}; did you mean `us-east-1`?" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two + ", {region: us-east-1, endpoint: \"d:1\", role: replica}"), "us-east-1.yaml:1: database.postgresql.primary_regions[3].region: is `us-east-1`, as is database.postgresql.primary_regions[0].region at us-east-1.yaml:1; expected one server for each region" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two.Replace("b:1", "a:1")), "us-east-1.yaml:1: database.postgresql.primary_regions[1].endpoint: is `a:1`, as is database.postgresql.primary_regions[0].endpoint at us-east-1.yaml:1; expected a server of its own for each region" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two.Replace("\"b:1\", role: replica", "\"b:1\"")), "us-east-1.yaml:1: database.postgresql.primary_regions: has 2 servers with role writer; expected exactly one in mode primary_replica, or mode multi_master" },
        { Postgres(Both, "multi_master").Replace("mode", "replication: {conflict_resolution: latest}, mode"), "us-east-1.yaml:1: database.postgresql.replication.conflict_resolution: is `latest`; expected last_write_wins, first_write_wins, max_value:FIELD or merge_set:FIELD" },
        { Postgres(Both, "multi_master").Replace("mode", "conflicts: {tables: {orders: {strategy: max_value, key: [id]}}}, mode"), "us-east-1.yaml:1: database.postgresql.conflicts.tables.orders.strategy: is `max_value`; expected last_write_wins, first_write_wins, max_value:FIELD or merge_set:FIELD" },
        { Postgres(Both, "multi_master").Replace("mode", "conflicts: {tables: {orders: {key: []}}}, mode"), "us-east-1.yaml:1: database.postgresql.conflicts.tables.orders.key: is empty; expected the columns of the table's primary key" },
        { Postgres(Both.Replace("endpoint", "node: n, endpoint"), "multi_master"), "us-east-1.yaml:1: database.postgresql.primary_regions[1].node: is `n`, as is database.postgresql.primary_regions[0].node at us-east-1.yaml:1; expected a node of its own for each region" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}", "multi_master"), "us-east-1.yaml:1: database.postgresql.primary_regions: has 1 servers with role writer; expected two or more in mode multi_master, or mode primary_replica" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}"), "us-east-1.yaml:1: database.postgresql.primary_regions: has no server in ap-southeast-1, which so could not take over; expected one in every region" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two).Replace("mode", "interval: 8s, mode"), "us-east-1.yaml:1: database.postgresql.interval: is more than half of split_brain_prevention.primary.validity; expected less, or the agents of a region cannot see in time that another of them holds its right to write" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two) + "\nsplit_brain_prevention: {primary: {revocation_wait: 20s}}", "us-east-1.yaml:2: split_brain_prevention.primary.revocation_wait: breaks the law of timing (validity + fencing_time) x (1 + clock_drift) / (1 - clock_drift) <= revocation_wait, because 20.04s > 20s; expected figures that keep it, or two regions may write at once" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two) + "\nsplit_brain_prevention: {primary: {validity: 9s}}", "us-east-1.yaml:2: split_brain_prevention.primary.validity: is not longer than heartbeat_interval and request_timeout of leadership together; expected more, or one slow answer of a store fences the database" },
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two).Replace("mode", "interval: 5s, timeout: 26s, mode"), "us-east-1.yaml:1: database.postgresql.interval: and timeout are together more than 30 s; expected less, or a measurement is too old to decide by (1 min) soon after it is made" },

        // targets of traffic
        { "load_balancer: {haproxy: [{name: x, address: \"unix:///s\", routes: {us-east-1: {backend: b, servers: {us-east-1: s, us-east-2: t}}}}]}", $"us-east-1.yaml:1: load_balancer.haproxy[0].routes.us-east-1.servers.us-east-2: names the region `us-east-2`, {NoRegion}; did you mean `us-east-1`?" },
        { "load_balancer: {haproxy: [{name: x, address: \"unix:///s\", routes: {us-east-1: {backend: b, servers: {eu-west-1: s}}}}]}", "us-east-1.yaml:1: load_balancer.haproxy[0].routes.us-east-1.servers: has nothing for us-east-1 itself, so its users could never come home; expected an entry for it" },
        { "load_balancer: {haproxy: [{name: x, address: \"unix:///s\", routes: {us-east-1: {backend: b, servers: {us-east-1: s t}}}}]}", "us-east-1.yaml:1: load_balancer.haproxy[0].routes.us-east-1: has `s t`, which is no name of HAProxy's; expected letters, digits and . _ : -" },
        { "load_balancer: {edge: [{name: x, url: \"http://e\"}]}", "us-east-1.yaml:1: load_balancer.edge[0]: has no token, and an edge takes no orders without one; expected token" },
        { "dns: {powerdns: {url: \"http://d\", api_key: k, zone: z, routes: {us-east-1: {name: us, records: {us-east-1: \"::1\"}}}}}", "us-east-1.yaml:1: dns.powerdns.routes.us-east-1.records.us-east-1: is `::1`; expected an address of type A" },
        { "dns: {powerdns: {url: \"http://d\", api_key: k, zone: z, routes: {us-east-1: {name: us, records: {us-east-1: 10.0.0.1, eu-west-1: 10.0.0.1}}}}}", "us-east-1.yaml:1: dns.powerdns.routes.us-east-1.records.eu-west-1: is `10.0.0.1`, as is dns.powerdns.routes.us-east-1.records.us-east-1 at us-east-1.yaml:1; expected a content of its own for each region" },
        { "dns: {powerdns: {url: \"http://d\", api_key: k, zone: z, routes: {us-east-1: {name: \"a b\", records: {us-east-1: 10.0.0.1}}}}}", "us-east-1.yaml:1: dns.powerdns.routes.us-east-1.name: is `a b.z.` in full; expected a host name of letters, digits, hyphens and underscores" },
        { "regions: {us-east-1: {data_classes: [ledgers]}}\ndata_classes: {\"led\\tgers\": {anywhere: true}}", "us-east-1.yaml:1: regions.us-east-1.data_classes[0]: is `ledgers`, which data_classes does not have; expected one of logs, led?gers; did you mean `led?gers`?" },
        { "dns: {powerdns: {url: \"http://d\", api_key: k, zone: z, routes: {mars: {name: n, records: {mars: 10.0.0.1}}}}}", $"us-east-1.yaml:1: dns.powerdns.routes.mars: names the region `mars`, {NoRegion}" },
        { "dns: {cloudflare: {zone: z, records: [{name: a, pools: [{name: p, origins: [{name: eu-west-2, address: a}]}]}]}}", $"us-east-1.yaml:1: dns.cloudflare.records[0].pools[0].origins[0].name: names the region `eu-west-2`, {NoRegion}; did you mean `eu-west-1`?" },
        { "dns: {cloudflare: {zone: z, records: [{name: a, pools: [{name: p}], fallback_pool: q}]}}", "us-east-1.yaml:1: dns.cloudflare.records[0].fallback_pool: is `q`, which is no pool of the record; expected one of p" },
        { "dns: {cloudflare: {zone: z, records: [{name: a, pools: [{name: p, regions: [EUROPE]}]}]}}", "us-east-1.yaml:1: dns.cloudflare.records[0].pools[0].regions[0]: is `EUROPE`, which is no region of Cloudflare's; expected one of WNAM, ENAM, WEU, EEU, NSAM, SSAM, OC, ME, NAF, SAF, SAS, SEAS, NEAS, US, CA, MX, EU, AF, APAC, OCEANIA" },
    };

    public static TheoryData<string, string> Doubts => new()
    {
        { Postgres("{region: us-east-1, endpoint: \"a:1\"}" + Two) + "\nregions: {us-east-1: {data_classes: [pii]}}\ndata_classes: {pii: {may_move: {us: [us, eu]}}}", "us-east-1.yaml:1: database.postgresql.primary_regions[2].region: replicates the data of us-east-1 to ap-southeast-1: data class pii from us may not live in apac; expected filters that keep that class out of the copy (publications by table), or another region" },
        { "regions: {us-east-1: {endpoint: null}}", "global.yaml:2: regions.us-east-1: has no endpoint, so it cannot be probed, stays unknown and is never failed over to; expected an endpoint" },
        { "health_checks: {regional: {endpoints: []}}", "us-east-1.yaml:1: health_checks.regional.endpoints: lists no check, so every region stays unknown and none is ever failed over; expected at least one" },
        { Quorum + "size: 2, regions: [us-east-1, eu-west-1]}}\nregions: {ap-southeast-1: {consul: null}}", "us-east-1.yaml:1: split_brain_prevention.quorum.regions: lists 2, an even number: 2 of them must agree, so one more region costs availability and gains nothing; expected an odd number" },
        { Quorum + "size: 1, regions: [us-east-1]}}\nregions: {ap-southeast-1: {consul: null}}", "global.yaml:3: regions.eu-west-1.consul: is not used, because quorum.regions does not list the region" },
        { "split_brain_prevention: {consul: {address: \"c:8500\"}}", "us-east-1.yaml:1: split_brain_prevention.consul.address: is not used, because every region of the quorum has a store of its own: regions.{region}.consul" },
        { "dns: {cloudflare: {zone: z}}", "us-east-1.yaml:1: dns.cloudflare: has no account_id or no api_token, so the agent cannot change it; expected both" },
    };

    private const string Both = "{region: us-east-1, endpoint: \"a:1\"}, {region: eu-west-1, endpoint: \"b:1\"}";
    private const string Two = ", {region: eu-west-1, endpoint: \"b:1\", role: replica}, {region: ap-southeast-1, endpoint: \"c:1\", role: replica}";

    private static string Postgres(string servers, string mode = "primary_replica") => $"database: {{postgresql: {{mode: {mode}, primary_regions: [{servers}]}}}}";

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Load_Contradiction_IsTheOnlyError(string text, string expected)
    {
        using var folder = new ConfigFolder(region: text);

        Assert.Equal([expected], folder.Errors());
    }

    [Theory]
    [MemberData(nameof(Doubts))]
    public void Load_Doubt_IsTheOnlyWarning(string text, string expected)
    {
        using var folder = new ConfigFolder(region: text);

        var result = folder.Load();

        Assert.Equal([expected], folder.Printed(result.Warnings));
        Assert.NotNull(result.Options);
    }

    [Fact]
    public void Load_RegionNobodyConfigured_IsAnError()
    {
        using var folder = new ConfigFolder();
        folder.Write("us-east-2.yaml", "{}");

        Assert.Equal([$"--region: region: names the region `us-east-2`, {NoRegion}; did you mean `us-east-1`?"], folder.Printed(folder.Load("us-east-2").Errors));
    }

    [Fact]
    public void Load_OneRegionInQuorum_TakesTheSharedAddress()
    {
        using var folder = new ConfigFolder(
            "regions: {us-east-1: {endpoint: \"http://us.example\"}}\nhealth_checks: {regional: {endpoints: [{path: /}]}}",
            "split_brain_prevention: {consul: {address: \"consul.example:8500\"}, quorum: {size: 1, regions: [us-east-1]}}");

        var result = folder.Load();

        Assert.Empty(result.Errors.Concat(result.Warnings));
        Assert.Equal("http://consul.example:8500/", Assert.Single(result.Options!.Stores()).Url.AbsoluteUri);
    }

    [Fact]
    public void Load_UnreadableTiming_IsNotJudgedByTheDefaultInItsPlace()
    {
        using var folder = new ConfigFolder(region: "split_brain_prevention: {leadership: {validity: soon, heartbeat_interval: 10s}}");

        Assert.StartsWith("us-east-1.yaml:1: split_brain_prevention.leadership.validity: is `soon`", Assert.Single(folder.Errors()), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SectionOfTheReferenceThatIsNotUsed_IsANote()
    {
        using var folder = new ConfigFolder(region: "log_level: INFO\ntracing: {enabled: true}\nload_balancer: {scheme: internal}");

        Assert.Equal(
            [
                "us-east-1.yaml:2: tracing: is accepted, but this build does not use it yet",
                "us-east-1.yaml:3: load_balancer.scheme: is accepted, but this build does not use it yet",
            ],
            folder.Printed(folder.Load().Notes));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("fast")]
    public void Load_Profile_KeepsEveryLawOfTiming(string profile)
    {
        using var folder = new ConfigFolder(region: $"agent: {{profile: {profile}}}");

        var result = folder.Load();

        Assert.All(result.Timing!.Inequalities(), static law => Assert.True(law.Holds, law.Statement));
        Assert.Equal(profile == "fast" ? 2 : 15, result.Options!.SplitBrainPrevention.Leadership.Validity.TotalSeconds);
        Assert.Equal(profile == "fast" ? 1 : 10, result.Options.HealthChecks.Regional.Interval.TotalSeconds);
        Assert.Equal(profile == "fast" ? 3 : 60, result.Options.Failover.Watch.TotalSeconds);
    }

    [Fact]
    public void Load_FastProfileWithExplicitValue_TheValueWins()
    {
        using var folder = new ConfigFolder(region: "agent: {profile: fast}\nhealth_checks: {regional: {interval_ms: 700}}");

        Assert.Equal(700, folder.Load().Options!.HealthChecks.Regional.Interval.TotalMilliseconds);
    }
}
