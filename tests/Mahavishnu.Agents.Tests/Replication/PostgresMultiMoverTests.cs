using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Tests.Replication.MultiMasterWorld;

namespace Mahavishnu.Agents.Tests.Replication;

/// <summary>The data steps of sagas with real servers that all write.</summary>
public sealed class PostgresMultiMoverTests
{
    [Fact]
    public async Task Failover_GracefulAndBack_LosesNothingAndOpensOnlyWhatIsTheSame()
    {
        await using var world = await StartAsync(Us, Eu, Ap);
        var servers = world.Servers;
        Assert.Null(await servers.ApplicationAsync(Us, "insert into orders values (1, 'before', 1)", Cancelled));

        Assert.Contains("us-east-1 is fenced at ", await world.DoneAsync(SagaStep.FenceSource), StringComparison.Ordinal);
        Assert.Contains("has applied all that us-east-1 wrote", await world.DoneAsync(SagaStep.CatchUp), StringComparison.Ordinal);
        Assert.Equal("(1,before,1)", await servers.OrdersAsync(Eu, Cancelled));
        Assert.Contains("eu-west-1 receives nothing more from us-east-1", await world.DoneAsync(SagaStep.PromoteDatabase), StringComparison.Ordinal);
        foreach (var region in new[] { Eu, Ap })
        {
            await UntilAsync(() => servers.TextAsync(region, $"select status from pglogical.show_subscription_status('{PglogicalServers.LinkOf(region, Us)}')", Cancelled), "(disabled)");
        }

        Assert.Equal("42501", await servers.ApplicationAsync(Us, "insert into orders values (2, 'refused', 1)", Cancelled));
        Assert.Null(await servers.ApplicationAsync(Eu, "insert into orders values (3, 'meanwhile', 1)", Cancelled));

        // Every step once more, as a leader would that took over in the middle.
        await world.DoneAsync(SagaStep.FenceSource);
        await world.DoneAsync(SagaStep.PromoteDatabase);

        var proof = await world.DoneAsync(SagaStep.SyncData);

        Assert.Contains("public.orders: 2 rows, the same in both", proof, StringComparison.Ordinal);
        Assert.Null(await servers.ApplicationAsync(Us, "insert into orders values (4, 'home', 1)", Cancelled));
        await world.AllHaveAsync("(1,before,1);(3,meanwhile,1);(4,home,1)");
    }

    [Fact]
    public async Task Failover_SourceDead_IsFencedByItsOwnAgentWhenItReturnsAndGivesWhatItKept()
    {
        await using var world = await StartAsync(Us, Eu);
        var servers = world.Servers;
        await servers.ExecuteAsync(Us, "select mahavishnu.beat('us-east-1', 'us-east-1-a', 1, '2026-01-02T03:04:05Z')", Cancelled);
        await UntilAsync(() => servers.TextAsync(Eu, "select process from mahavishnu.heartbeat", Cancelled), "(us-east-1-a)");
        await world.FlowAsync(false, Us, Eu);
        Assert.Null(await servers.ApplicationAsync(Us, "insert into orders values (1, 'not sent yet', 1)", Cancelled));
        await servers[Us].KillAsync();

        Assert.Contains("cannot be fenced now", await world.DoneAsync(SagaStep.FenceSource, DecisionKind.ImmediateFailover), StringComparison.Ordinal);
        var promoted = await world.DoneAsync(SagaStep.PromoteDatabase, DecisionKind.ImmediateFailover);
        Assert.Contains("all that us-east-1 wrote before 2026-01-02T03:04:05.000Z", promoted, StringComparison.Ordinal);
        Assert.Null(await servers.ApplicationAsync(Eu, "insert into orders values (2, 'meanwhile', 1)", Cancelled));

        await servers[Us].StartAsync(Cancelled);
        Assert.Null(await servers.ApplicationAsync(Us, "select 1", Cancelled));
        var record = world.Record(SagaStep.Watch);
        using var agent = world.Links(Us, () => record);
        await agent.RunOnceAsync(Cancelled);
        Assert.Equal("42501", await servers.ApplicationAsync(Us, "select 1", Cancelled));
        Assert.Contains("\"database.fence\"", await File.ReadAllTextAsync(world.Audit.Path, Cancelled), StringComparison.Ordinal);

        Assert.Contains("2 rows, the same in both", await world.DoneAsync(SagaStep.SyncData), StringComparison.Ordinal);
        await agent.RunOnceAsync(Cancelled); // It still knows the old record alone, whose token the server refuses.
        Assert.Null(await servers.ApplicationAsync(Us, "select 1", Cancelled));
        await world.AllHaveAsync("(1,\"not sent yet\",1);(2,meanwhile,1)");
    }

    [Fact]
    public async Task Failback_RowsDifferOrASlotIsGone_IsRefusedUntilTheyAreMended()
    {
        await using var world = await StartAsync(Us, Eu);
        var servers = world.Servers;
        await servers.ExecuteAsync(Us, "insert into orders values (1, 'same', 1)", Cancelled);
        await world.DoneAsync(SagaStep.FenceSource);
        await world.DoneAsync(SagaStep.CatchUp);
        await world.DoneAsync(SagaStep.PromoteDatabase);
        await servers.ExecuteAsync(Us, "begin read write; select pg_replication_origin_create('elsewhere'); commit", Cancelled);
        await servers.ExecuteAsync(Us, "begin read write; select pg_replication_origin_session_setup('elsewhere'); insert into orders values (9, 'here alone', 1); commit", Cancelled);

        var (result, detail) = await world.RunAsync(SagaStep.SyncData);

        Assert.Equal(EffectResult.Refused, result);
        Assert.Contains("public.orders: 1 of 2 ranges of keys differ (2 rows and 1)", detail, StringComparison.Ordinal);
        Assert.Equal("42501", await servers.ApplicationAsync(Us, "select 1", Cancelled));
        await servers.ExecuteAsync(Us, "begin read write; select pg_replication_origin_session_setup('elsewhere'); delete from orders where id = 9; commit", Cancelled);

        // A slot of the returning region that keeps too much is dropped at the region that serves, and said so.
        await servers.ExecuteAsync(Us, $"select pglogical.alter_subscription_disable('{PglogicalServers.LinkOf(Us, Eu)}', true)", Cancelled);
        await UntilAsync(() => servers.TextAsync(Eu, "select active from pg_replication_slots", Cancelled), "(f)");
        await servers.ExecuteAsync(Eu, "select pg_logical_emit_message(false, 'test', repeat('x', 100000))", Cancelled);
        await servers.ExecuteAsync(Eu, "select pg_switch_wal()", Cancelled);
        using var patient = world.Links(Eu, slotLimit: 50_000, slotIdle: TimeSpan.FromHours(1));
        await patient.RunOnceAsync(Cancelled);
        await patient.RunOnceAsync(Cancelled);
        Assert.Equal(["L-09"], patient.View().Findings.Where(static f => f.Rule is "L-09" or "L-10").Select(static f => f.Rule));
        using var agent = world.Links(Eu, slotLimit: 50_000);
        await agent.RunOnceAsync(Cancelled);
        Assert.Contains(agent.View().Findings, static f => f is { Rule: "L-10", Severity: FindingSeverity.Critical });
        Assert.Contains("\"database.slot.drop\"", await File.ReadAllTextAsync(world.Audit.Path, Cancelled), StringComparison.Ordinal);

        (result, detail) = await world.RunAsync(SagaStep.SyncData);

        Assert.Equal(EffectResult.Refused, result);
        Assert.Contains("copy us-east-1 anew", detail, StringComparison.Ordinal);

        // Nothing is waited for that can never come; what a person does then: the subscription is made again, and so its slot.
        await servers.ExecuteAsync(Us, $"begin read write; select pglogical.drop_subscription('{PglogicalServers.LinkOf(Us, Eu)}'); commit", Cancelled);
        await servers.SubscribeAsync(Us, Eu, Cancelled);
        await agent.RunOnceAsync(Cancelled);
        Assert.DoesNotContain(agent.View().Findings, static f => f.Rule == "L-10");
        Assert.Contains("1 rows, the same in both", await world.DoneAsync(SagaStep.SyncData), StringComparison.Ordinal);
        Assert.Null(await servers.ApplicationAsync(Us, "select 1", Cancelled));
    }

    [Fact]
    public async Task Links_OneIsBroken_IsFoundWithTheTimeSince()
    {
        await using var world = await StartAsync(Us, Eu);
        using var agent = world.Links(Us);
        await agent.RunOnceAsync(Cancelled);
        Assert.Empty(agent.View().Findings);
        Assert.Contains(agent.View().Values, static v => v.Gauge.Name == "postgresql_link_running" && v.Value == 1 && v.Labels is ["us_east_1_from_eu_west_1", "eu-west-1"]);

        await world.Servers[Eu].KillAsync();
        await UntilAsync(
            async () =>
            {
                await agent.RunOnceAsync(Cancelled);
                return string.Join(' ', agent.View().Findings.Select(static f => f.Rule).Distinct().Order());
            },
            "L-03 L-09");
        Assert.Contains(agent.View().Values, static v => v.Gauge.Name == "postgresql_link_running" && v.Value == 0);
    }
}
