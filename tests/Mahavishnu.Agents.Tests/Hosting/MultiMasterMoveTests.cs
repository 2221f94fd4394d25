using System.Globalization;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Agents of three regions with a real PostgreSQL each, which all take writes and replicate to each other by pglogical.</summary>
[Collection(RunningAgents.Name)]
public sealed class MultiMasterMoveTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailoverAndFailback_OfARegionThatWrites_FenceItAndOpenItWhenItHasEverything()
    {
        Assert.SkipWhen(PglogicalServers.Missing is not null, PglogicalServers.Missing ?? "");
        await using var servers = await PglogicalServers.StartAsync(AgentWorld.Quorum, Cancelled);
        await using var world = await AgentWorld.CreateAsync(new WorldOptions { Modules = "health, leadership, failover, lag" }, Cancelled);
        await File.AppendAllTextAsync(Path.Combine(world.ConfigDirectory, "global.yaml"), Configuration(servers), Cancelled);
        await world.StartAgentsAsync(Cancelled);
        var leader = await world.LeaderAsync();
        await Until.TrueAsync("every region's lag behind every other is known", async () =>
            (await Task.WhenAll(AgentWorld.Quorum.Select(world.StatusAsync))).All(static s => AgentWorld.Quorum.All(r => AgentWorld.Condition(s, r) == "Healthy"))
            && (await world.GetAsync(leader, "/metrics")).Text.Split('\n').Count(static l => l.StartsWith("mahavishnu_agent_replication_lag_seconds{store=\"postgresql\"", StringComparison.Ordinal)) == 2);
        Assert.Null(await servers.ApplicationAsync(AgentWorld.Us, "insert into orders values (1, 'before', 1)", Cancelled));

        await MoveAsync(world, leader, "/v1/failover", """{"from":"us-east-1","to":"eu-west-1","force":true,"reason":"rehearsal"}""");

        Assert.Equal("42501", await servers.ApplicationAsync(AgentWorld.Us, "select 1", Cancelled));
        Assert.Equal("(1,before,1)", await servers.OrdersAsync(AgentWorld.Eu, Cancelled));
        Assert.Null(await servers.ApplicationAsync(AgentWorld.Eu, "insert into orders values (2, 'meanwhile', 1)", Cancelled));
        var links = (await world.StatusAsync(AgentWorld.Eu))["replication"]!["stores"]!["postgresql_links"]!.ToJsonString();
        Assert.Contains("eu_west_1_from_us_east_1", links, StringComparison.Ordinal);

        // An agent that starts anew learns from the journal that its region stays fenced, whoever opened the database meanwhile.
        await world.StopAgentAsync(AgentWorld.Us);
        await servers.ExecuteAsync(AgentWorld.Us, $"begin read write; update mahavishnu.fence set token = 1, fenced = false; alter database {PglogicalServers.Database} reset default_transaction_read_only; grant connect on database {PglogicalServers.Database} to {PglogicalServers.Application}; commit", Cancelled);
        Assert.Null(await servers.ApplicationAsync(AgentWorld.Us, "select 1", Cancelled));
        await world.StartAgentAsync(AgentWorld.Us, Cancelled);
        await Until.TrueAsync("the returned region is fenced", async () => await servers.ApplicationAsync(AgentWorld.Us, "select 1", Cancelled) == "42501");

        await MoveAsync(world, await world.LeaderAsync(), "/v1/failback", """{"region":"us-east-1","approve":true,"force":true,"reason":"rehearsal over"}""");

        Assert.Null(await servers.ApplicationAsync(AgentWorld.Us, "insert into orders values (3, 'home', 1)", Cancelled));
        foreach (var region in AgentWorld.Quorum)
        {
            await Until.TrueAsync($"{region} has all orders", async () => await servers.OrdersAsync(region, Cancelled) == "(1,before,1);(2,meanwhile,1);(3,home,1)");
        }

        await Until.TrueAsync("a conflict is decided in every region", async () =>
        {
            await servers.ExecuteAsync(AgentWorld.Eu, """select mahavishnu.report_conflict('orders', '{"id":3}', '[{"region":"eu-west-1","hlc":7,"deleted":false,"content":{"id":3,"item":"decided","version":7}}]')""", Cancelled);
            return (await Task.WhenAll(AgentWorld.Quorum.Select(r => servers.TextAsync(r, "select item from orders where id = 3", Cancelled)))).All(static t => t == "(decided)");
        });
    }

    private static async Task MoveAsync(AgentWorld world, RegionId leader, string path, string order)
    {
        var accepted = await world.PostAsync(leader, path, order);
        Assert.True(accepted.Status == 202, accepted.Text);
        var plan = (string)accepted.Json["plan"]!["planId"]!;
        JsonNode? last = null;
        await Until.TrueAsync($"{plan} complete", async () => (last = (await world.StatusAsync(leader))["lastSaga"]) is { } saga && (string?)saga["planId"] == plan && (string?)saga["phase"] == "Complete");
    }

    private static string Configuration(PglogicalServers servers) => $$"""
        database:
          postgresql:
            mode: multi_master
            database: {{PglogicalServers.Database}}
            username: {{PglogicalServers.Agent}}
            application_role: {{PglogicalServers.Application}}
            tls: disable
            primary_regions:
        {{string.Join('\n', servers.Regions.Select(r => string.Create(CultureInfo.InvariantCulture, $"      - {{region: {r}, endpoint: '127.0.0.1:{servers[r].Port}'}}")))}}
            conflicts:
              tables:
                orders: {key: [id]}

        """;
}
