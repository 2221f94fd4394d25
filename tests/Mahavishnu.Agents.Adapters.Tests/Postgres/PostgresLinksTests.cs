using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>Two real servers that replicate to each other by pglogical.</summary>
public sealed class PostgresLinksTests(PostgresLinksTests.Servers fixture) : IClassFixture<PostgresLinksTests.Servers>
{
    private PglogicalServers Both => fixture.Both ?? throw new InvalidOperationException("The servers do not run.");

    [Fact]
    public async Task ReadAsync_BothDirectionsRun_TellsLinksSlotsAndWhatTravels()
    {
        Skip();
        await using var links = Links(Us);

        var reading = await UntilAsync(async () => Value(await links.ReadAsync(Deadline, Cancellation)), static r => r.Slots.All(static s => s.Active));

        var link = Assert.Single(reading.Links);
        Assert.Equal(("pglogical", "us_east_1_from_eu_west_1", "eu_west_1", true, true, "replicating", false), (link.Kind, link.Name, link.Provider, link.Enabled, link.Running, link.Status, link.Loops));
        Assert.True(link.IsFrom("eu_west_1"));
        Assert.False(link.IsFrom("us_east_1"));
        Assert.Equal("us_east_1", reading.Node);
        Assert.Equal(["conflicts", "heartbeat"], reading.Published);
        Assert.Equal((true, false), (Assert.Single(reading.Slots).Active, reading.Slots[0].Lost));
        Assert.Equal(0, reading.Fence!.Token >> 40);
        Assert.Empty(PostgresLinkHealth.Findings(reading, "us_east_1", ["eu_west_1"], new HashSet<string>(), new Dictionary<string, TimeSpan>(), null));
    }

    [Fact]
    public async Task SwitchAsync_OffAndOn_HoldsChangesBackAndLetsThemThrough()
    {
        Skip();
        await using var links = Links(Us);
        var link = Assert.Single(Value(await links.ReadAsync(Deadline, Cancellation)).Links);
        var token = Value(await links.ReadAsync(Deadline, Cancellation)).Fence!.Token + 5;

        Assert.Equal(token, Value(await links.SwitchAsync(token, link, enabled: false, Deadline, Cancellation)).Token);
        await UntilAsync(async () => Value(await links.ReadAsync(Deadline, Cancellation)).Links[0], static l => l is { Enabled: false, Running: false, Status: "disabled" });
        await Both.ExecuteAsync(Eu, "insert into orders values (100, 'while off', 1)", Cancellation);
        Value(await links.SwitchAsync(token, link, enabled: false, Deadline, Cancellation));
        Assert.Contains("is stale", Assert.IsType<DataAnswer<PostgresFence>.Refused>(await links.SwitchAsync(token - 1, link, enabled: true, Deadline, Cancellation)).Reason, StringComparison.Ordinal);
        Assert.Equal("", await Both.TextAsync(Us, "select item from orders where id = 100", Cancellation));

        Value(await links.SwitchAsync(token, link, enabled: true, Deadline, Cancellation));
        await UntilAsync(() => Both.TextAsync(Us, "select item from orders where id = 100", Cancellation), static t => t == "(\"while off\")");
        Assert.Contains("there is no", Assert.IsType<DataAnswer<PostgresFence>.Refused>(await links.SwitchAsync(token, link with { Name = "other" }, enabled: true, Deadline, Cancellation)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAsync_OneOfTwoNodes_ShutsTheApplicationOutThereAndReplicationGoesOn()
    {
        Skip();
        await using var node = new PostgresNode(Both.Options(Us), TimeProvider.System);
        await using var here = Links(Us);
        await using var there = Links(Eu);
        var token = Value(await here.ReadAsync(Deadline, Cancellation)).Fence!.Token + 5;
        Assert.Null(await Both.ApplicationAsync(Us, "insert into orders values (200, 'before the fence', 1)", Cancellation));

        var fencedAt = Value(await node.FenceAsync(token, Deadline, Cancellation)).FencedAt!.Value;

        Assert.Equal("42501", await Both.ApplicationAsync(Us, "insert into orders values (201, 'after the fence', 1)", Cancellation));
        Assert.Null(await Both.ApplicationAsync(Eu, "insert into orders values (202, 'elsewhere', 1)", Cancellation));
        await UntilAsync(() => Both.TextAsync(Us, "select item from orders where id = 202", Cancellation), static t => t == "(elsewhere)");
        await UntilAsync(() => Both.TextAsync(Eu, "select item from orders where id = 200", Cancellation), static t => t == "(\"before the fence\")");
        await UntilAsync(
            async () => (Value(await here.ReadAsync(Deadline, Cancellation)).Slots[0].Confirmed, Value(await there.ReadAsync(Deadline, Cancellation)).Links[0].Applied),
            all => all.Confirmed >= fencedAt || all.Applied >= fencedAt);
        Assert.False(Value(await there.ReadAsync(Deadline, Cancellation)).Fence!.Fenced);

        Value(await node.OpenAsync(token + 1, Deadline, Cancellation));
        Assert.Null(await Both.ApplicationAsync(Us, "insert into orders values (203, 'opened', 1)", Cancellation));
    }

    [Fact]
    public async Task DropIdleSlotAsync_OnlyWhatIsIdleAndKeepsTooMuch_IsDropped()
    {
        Skip();
        await using var links = Links(Eu);
        var used = Assert.Single(Value(await links.ReadAsync(Deadline, Cancellation)).Slots).Name;
        await Both.ExecuteAsync(Eu, "select pg_create_logical_replication_slot('spare', 'pgoutput')", Cancellation);
        await Both.ExecuteAsync(Eu, "select pg_logical_emit_message(false, 'test', repeat('x', 100000))", Cancellation);
        await Both.ExecuteAsync(Eu, "select pg_switch_wal()", Cancellation);

        Assert.IsType<DataAnswer<long>.Refused>(await links.DropIdleSlotAsync(used, 1, Deadline, Cancellation));
        Assert.IsType<DataAnswer<long>.Refused>(await links.DropIdleSlotAsync("spare", 1_000_000_000, Deadline, Cancellation));
        Assert.IsType<DataAnswer<long>.Refused>(await links.DropIdleSlotAsync("none", 1, Deadline, Cancellation));
        Assert.True(Value(await links.DropIdleSlotAsync("spare", 50_000, Deadline, Cancellation)) > 50_000);
        Assert.DoesNotContain("spare", Value(await links.ReadAsync(Deadline, Cancellation)).Slots.Select(static s => s.Name));
    }

    [Fact]
    public async Task DigestAsync_CopiesOfATable_DifferWhereTheirRowsDo()
    {
        Skip();
        await using var here = Links(Us);
        await using var there = Links(Eu);
        var table = new PostgresTable("public", "orders");
        await Both.ExecuteAsync(Eu, "insert into orders select g, 'row ' || g, g from generate_series(300, 399) g", Cancellation);
        await UntilAsync(() => Both.TextAsync(Us, "select count(*) from orders where id between 300 and 399", Cancellation), static t => t == "(100)");

        var (one, other) = (Value(await here.DigestAsync(table, 64, Deadline, Cancellation)), Value(await there.DigestAsync(table, 64, Deadline, Cancellation)));
        Assert.Contains(table, Value(await here.TablesAsync(Deadline, Cancellation)));
        Assert.True(one.Values.Sum(static b => b.Rows) >= 100);
        await UntilAsync(async () => Value(await here.DigestAsync(table, 64, Deadline, Cancellation)).OrderBy(static b => b.Key).SequenceEqual(other.OrderBy(static b => b.Key)), static same => same);

        await Both.ExecuteAsync(Eu, "select pglogical.replication_set_remove_table('default', 'orders')", Cancellation);
        Assert.IsType<DataAnswer<IReadOnlyDictionary<int, Core.Replication.BucketDigest>>.Refused>(await there.DigestAsync(table, 64, Deadline, Cancellation));
        await Both.ExecuteAsync(Eu, "update orders set item = 'another' where id = 350", Cancellation);
        await Both.ExecuteAsync(Eu, "select pglogical.replication_set_add_table('default', 'orders')", Cancellation);
        var changed = Value(await there.DigestAsync(table, 64, Deadline, Cancellation));
        Assert.Single(changed.Keys, k => changed[k] != other.GetValueOrDefault(k));
        await Both.ExecuteAsync(Eu, "update orders set item = 'row 350' where id = 350", Cancellation);
    }

    [Fact]
    public async Task SwitchAsync_NativeSubscription_IsReadAndSwitchedToo()
    {
        Skip();
        await using var links = Links(Us);
        await using var there = Links(Eu);
        foreach (var region in Both.Regions)
        {
            await Both.ExecuteAsync(region, "create table plain (id int primary key)", Cancellation);
        }

        await Both.ExecuteAsync(Eu, "create publication plain for table plain", Cancellation);
        await Both.ExecuteAsync(Us, $"create subscription from_eu_west_1 connection 'host=127.0.0.1 port={Both[Eu].Port} dbname={PglogicalServers.Database} user=postgres' publication plain", Cancellation);
        try
        {
            var link = await UntilAsync(async () => Value(await links.ReadAsync(Deadline, Cancellation)).Links.Single(static l => l.Kind == PostgresLink.Native), static l => l is { Running: true, PendingBytes: 0 });
            Assert.Equal(("from_eu_west_1", null, "from_eu_west_1", true, "replicating", true), (link.Name, link.Provider, link.Slot, link.Enabled, link.Status, link.Loops));
            Assert.True(link.IsFrom("eu_west_1"));
            Assert.False(link.IsFrom("eu_west"));
            var token = Value(await links.ReadAsync(Deadline, Cancellation)).Fence!.Token + 5;

            Value(await links.SwitchAsync(token, link, enabled: false, Deadline, Cancellation));
            await UntilAsync(async () => Value(await links.ReadAsync(Deadline, Cancellation)).Links.Single(static l => l.Kind == PostgresLink.Native), static l => l is { Enabled: false, Running: false, Status: "disabled" });
            await Both.ExecuteAsync(Eu, "insert into plain values (1)", Cancellation);
            Value(await links.SwitchAsync(token, link, enabled: true, Deadline, Cancellation));
            await UntilAsync(() => Both.TextAsync(Us, "select id from plain", Cancellation), static t => t == "(1)");
            var written = Value(await there.ReadAsync(Deadline, Cancellation)).Written;
            Assert.True(Value(await links.ReadAsync(Deadline, Cancellation)).Links.Single(static l => l.Kind == PostgresLink.Native).Applied is { } applied && applied <= written);
            Assert.Contains(new PostgresTable("public", "plain"), Value(await there.TablesAsync(Deadline, Cancellation)));
        }
        finally
        {
            await Both.ExecuteAsync(Us, "drop subscription from_eu_west_1", Cancellation);
            await Both.ExecuteAsync(Eu, "drop publication plain", Cancellation);
        }
    }

    private static void Skip() => Assert.SkipWhen(PglogicalServers.Missing is not null, PglogicalServers.Missing ?? "");

    private PostgresLinks Links(Core.Regions.RegionId region) => new(Both.Options(region), TimeProvider.System);

    /// <summary>The servers, for all tests of the class.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        public PglogicalServers? Both { get; private set; }

        public async ValueTask InitializeAsync() => Both = PglogicalServers.Missing is null ? await PglogicalServers.StartAsync([Eu, Us], Cancellation) : null;

        public async ValueTask DisposeAsync() => await (Both?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
