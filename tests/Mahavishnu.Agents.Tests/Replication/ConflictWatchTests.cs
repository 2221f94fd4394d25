using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.TestKit.Servers;
using Npgsql;
using Xunit;
using static Mahavishnu.Agents.Tests.Replication.MultiMasterWorld;

namespace Mahavishnu.Agents.Tests.Replication;

/// <summary>Conflicts between two real servers that replicate to each other by pglogical, decided by each region's agent for itself.</summary>
public sealed class ConflictWatchTests
{
    [Fact]
    public async Task Conflicts_OfEveryKind_EndInTheSameRowsEverywhere()
    {
        await using var world = await StartAsync(Us, Eu);
        var servers = world.Servers;
        await servers.ExecuteAsync(Us, "insert into orders values (1, 'old', 10), (2, 'old', 10)", Cancelled);
        await world.AllHaveAsync("(1,old,10);(2,old,10)");
        await world.FlowAsync(false, Us, Eu);

        // Update against update, insert against insert, and a deletion against a later update, which pglogical lets the deletion win.
        await servers.ExecuteAsync(Us, "update orders set item = 'us', version = 20 where id = 1; delete from orders where id = 2; insert into orders values (3, 'us', 20)", Cancelled);
        await servers.ExecuteAsync(Eu, "update orders set item = 'eu', version = 21 where id = 1; update orders set item = 'eu', version = 22 where id = 2; insert into orders values (3, 'eu', 19)", Cancelled);
        await world.FlowAsync(true, Us, Eu);
        await world.AllHaveAsync("(1,eu,21);(3,eu,19)");
        await ReportAsync(world, Us, 1, """{"region":"us-east-1","hlc":20,"deleted":false,"content":{"id":1,"item":"us","version":20}},{"region":"eu-west-1","hlc":21,"deleted":false,"content":{"id":1,"item":"eu","version":21}}""");
        await ReportAsync(world, Us, 2, """{"region":"us-east-1","hlc":21,"deleted":true},{"region":"eu-west-1","hlc":22,"deleted":false,"content":{"id":2,"item":"eu","version":22}}""");
        await ReportAsync(world, Eu, 3, """{"region":"us-east-1","hlc":20,"deleted":false,"content":{"id":3,"item":"us","version":20}},{"region":"eu-west-1","hlc":19,"deleted":false,"content":{"id":3,"item":"eu","version":19}}""");

        using var us = world.Conflicts(Us);
        using var eu = world.Conflicts(Eu);
        await DecideAsync(world, us, Us, 3);
        Assert.Equal("(1,eu,21);(3,eu,19)", await servers.OrdersAsync(Eu, Cancelled)); // What a region decides is its own; nothing of it travels.
        await DecideAsync(world, eu, Eu, 3);

        await world.AllHaveAsync("(1,eu,21);(2,eu,22);(3,us,20)");
        Assert.Equal("agreed;replaced;restored", await OutcomesAsync(world, Us));
        Assert.Equal("agreed;replaced;restored", await OutcomesAsync(world, Eu));
        Assert.Equal("(eu)", await servers.TextAsync(Us, "select losers::jsonb -> 0 -> 'content' ->> 'item' from mahavishnu.conflict_log where outcome = 'replaced'", Cancelled));
        Assert.Contains(us.View().Values, static v => v is { Gauge.Name: "conflicts_total", Value: 1, Labels: ["last_write_wins", "restored"] });

        // A write that came later than all versions is left alone, and so is everything when a conflict is reported again.
        Assert.Null(await servers.ApplicationAsync(Us, "update orders set item = 'newer', version = 30 where id = 3", Cancelled));
        await ReportAsync(world, Us, 3, """{"region":"us-east-1","hlc":20,"deleted":false,"content":{"id":3,"item":"us","version":20}},{"region":"eu-west-1","hlc":19,"deleted":false,"content":{"id":3,"item":"eu","version":19}}""");
        await ReportAsync(world, Us, 3, """{"region":"eu-west-1","hlc":25,"deleted":true}""");
        await DecideAsync(world, us, Us, 4);
        await DecideAsync(world, eu, Eu, 4);
        await world.AllHaveAsync("(1,eu,21);(2,eu,22);(3,newer,30)");
    }

    [Fact]
    public async Task Conflicts_HeardInAnyOrder_HaveTheSameWinner()
    {
        await using var world = await StartAsync(Us, Eu);
        await world.Servers.ExecuteAsync(Us, "insert into orders values (1, 'none', 1)", Cancelled);
        await world.AllHaveAsync("(1,none,1)");
        string[] heard =
        [
            Event(1, """{"region":"us-east-1","hlc":20,"deleted":false,"content":{"id":1,"item":"[1]","version":20}},{"region":"eu-west-1","hlc":21,"deleted":false,"content":{"id":1,"item":"[2]","version":21}}"""),
            Event(2, """{"region":"us-east-1","hlc":30,"deleted":false,"content":{"id":1,"item":"[3]","version":30}},{"region":"us-east-1","hlc":20,"deleted":false,"content":{"id":1,"item":"[1]","version":20}}"""),
            Event(3, """{"region":"eu-west-1","hlc":25,"deleted":true},{"region":"eu-west-1","hlc":21,"deleted":false,"content":{"id":1,"item":"[2]","version":21}}"""),
        ];
        using var us = world.Conflicts(Us, source: new Heard(heard));
        using var eu = world.Conflicts(Eu, source: new Heard([heard[2], heard[1], heard[1], heard[0], "rubbish"]));

        await us.RunOnceAsync(Cancelled);
        await eu.RunOnceAsync(Cancelled);

        await world.AllHaveAsync("(1,[3],30)");
        Assert.Contains(eu.View().Values, static v => v is { Gauge.Name: "conflicts_total", Labels: ["none", "unreadable"] });
    }

    [Fact]
    public async Task Conflicts_AgentKilledInTheMiddle_AreDecidedOnceByTheNext()
    {
        await using var world = await StartAsync(Us, Eu);
        var servers = world.Servers;
        await servers.ExecuteAsync(Us, "insert into orders values (1, 'old', 1)", Cancelled);
        await ReportAsync(world, Us, 1, """{"region":"eu-west-1","hlc":9,"deleted":false,"content":{"id":1,"item":"won","version":9}}""");
        await using var holder = await servers[Us].ConnectAsync("postgres", PglogicalServers.Database, Cancelled);
        await using var hold = new NpgsqlCommand("begin; select * from orders for update", holder);
        await hold.ExecuteNonQueryAsync(Cancelled);
        using var first = world.Conflicts(Us);

        var deciding = first.RunOnceAsync(Cancelled);
        await UntilAsync(() => servers.TextAsync(Us, "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like '%apply_decision%' and wait_event_type = 'Lock'", Cancelled), "(1)");
        await deciding;
        Assert.Equal("C-01", Assert.Single(first.View().Findings).Rule);
        Assert.Equal("", await OutcomesAsync(world, Us));
        await holder.CloseAsync();

        using var second = world.Conflicts(Us);
        await second.RunOnceAsync(Cancelled);
        await first.RunOnceAsync(Cancelled);

        Assert.Equal("replaced", await OutcomesAsync(world, Us));
        Assert.Equal("(1,won,9)", await servers.OrdersAsync(Us, Cancelled));
        Assert.Empty(second.View().Findings);
    }

    [Fact]
    public async Task Conflicts_ThatCannotBeDecided_AreKeptWithTheReasonOrWait()
    {
        await using var world = await StartAsync(Us, Eu);
        var servers = world.Servers;
        await servers.ExecuteAsync(Us, "select mahavishnu.report_conflict('secrets', '{\"id\":1}', '[{\"region\":\"us-east-1\",\"hlc\":1,\"deleted\":true}]')", Cancelled);
        await ReportAsync(world, Us, 2, """{"region":"eu-west-1","hlc":9,"deleted":false,"content":{"id":2,"item":"x","version":"no number"}}""");
        await ReportAsync(world, Us, 3, """{"region":"eu-west-1","hlc":9,"deleted":false,"content":{"id":4,"item":"another row","version":9}}""");
        var future = new HybridTime(world.Clock.Wall.AddHours(1).ToUnixTimeMilliseconds(), 0).Packed;
        await ReportAsync(world, Us, 4, FormattableString.Invariant($$$"""{"region":"eu-west-1","hlc":{{{future}}},"deleted":false,"content":{"id":4,"item":"x","version":{{{future}}}}}"""));
        using var watch = world.Conflicts(Us);

        await watch.RunOnceAsync(Cancelled);

        Assert.True(watch.View().Findings.Select(static f => f.Rule).SequenceEqual(["C-01", "C-02", "C-02"]), string.Join('\n', watch.View().Findings));
        Assert.Contains("ahead of this agent's clock", watch.View().Findings[0].Sentence, StringComparison.Ordinal);
        var reasons = await servers.TextAsync(Us, "select detail from mahavishnu.conflict_log", Cancelled);
        Assert.Contains("table public.secrets is not named", reasons, StringComparison.Ordinal);
        Assert.Contains("invalid input syntax", reasons, StringComparison.Ordinal);
        Assert.Contains("the content does not have the key of the conflict", reasons, StringComparison.Ordinal);
        Assert.Equal("", await servers.OrdersAsync(Us, Cancelled));

        await servers[Us].KillAsync();
        await watch.RunOnceAsync(Cancelled);
        Assert.NotNull(watch.View().Problem);
    }

    private static Task ReportAsync(MultiMasterWorld world, RegionId region, int id, string versions) => world.Servers.ExecuteAsync(
        region, FormattableString.Invariant($$"""select mahavishnu.report_conflict('public.orders', '{"id":{{id}}}', '[{{versions}}]')"""), Cancelled);

    private static string Event(int number, string versions) => FormattableString.Invariant(
        $$"""{"id":"00000000-0000-0000-0000-00000000000{{number}}","table":"orders","key":{"id":1},"versions":[{{versions}}]}""");

    /// <summary>Lets an agent look until it has decided so many.</summary>
    private static Task DecideAsync(MultiMasterWorld world, ConflictWatch watch, RegionId region, int decisions) => UntilAsync(
        async () =>
        {
            await watch.RunOnceAsync(Cancelled);
            return await world.Servers.TextAsync(region, "select count(*) from mahavishnu.conflict_log", Cancelled);
        },
        FormattableString.Invariant($"({decisions})"));

    private static async Task<string> OutcomesAsync(MultiMasterWorld world, RegionId region) =>
        (await world.Servers.TextAsync(region, "select outcome from mahavishnu.conflict_log", Cancelled)).Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);

    /// <summary>A source that gives what a test has it hear, once.</summary>
    private sealed class Heard(IReadOnlyList<string> events) : IConflictSource
    {
        public Task<DataAnswer<IReadOnlyList<ConflictMessage>>> ReadAsync(int most, CancellationToken cancellationToken) =>
            Task.FromResult<DataAnswer<IReadOnlyList<ConflictMessage>>>(new DataAnswer<IReadOnlyList<ConflictMessage>>.Ok([.. events.Select(static e => new ConflictMessage(e, null))]));

        public Task<DataAnswer<bool>> DoneAsync(ConflictMessage message, CancellationToken cancellationToken) => Task.FromResult<DataAnswer<bool>>(new DataAnswer<bool>.Ok(true));
    }
}
