using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

public sealed class PostgresReadingTests : IClassFixture<PostgresCluster>
{
    private static readonly DateTimeOffset Stamp = new(2026, 5, 6, 9, 8, 7, 123, TimeSpan.FromHours(2));
    private readonly PostgresCluster _cluster;

    public PostgresReadingTests(PostgresCluster cluster)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _cluster = cluster;
    }

    [Fact]
    public async Task Read_LonePrimary_SaysWhatItIs()
    {
        var database = await _cluster.DatabaseAsync();

        var reading = Value(await _cluster.Node(database).ReadAsync(Deadline, Cancellation));

        Assert.InRange(reading.Version, 150000, 159999);
        Assert.Equal(await _cluster.Server.ValueAsync<long>("postgres", "select system_identifier from pg_control_system()", Cancellation), reading.SystemIdentifier);
        Assert.Equal((false, false, 1, false), (reading.InRecovery, reading.DefaultReadOnly, reading.Timeline, reading.ReplayPaused));
        Assert.NotNull(reading.Written);
        Assert.Equal((null, null, null), (reading.Received, reading.Replayed, reading.Receiver));
        Assert.Equal((0, 0, 0), (reading.Heartbeats.Count, reading.Senders.Count, reading.Subscriptions.Count));
        Assert.InRange(reading.DatabaseBytes, 1_000_000, 100_000_000);
        Assert.InRange(reading.WalBytes ?? 0, 1 << 24, 1 << 30);
        Assert.Equal(new PostgresFence(0, false, null, null), reading.Fence);
    }

    [Fact]
    public async Task Beat_Twice_TheLaterIsRead()
    {
        var node = _cluster.Node(await _cluster.DatabaseAsync());
        Value(await node.BeatAsync(new PostgresBeat("a", 1, Stamp), Deadline, Cancellation));

        Value(await node.BeatAsync(new PostgresBeat("b", 2, Stamp.AddSeconds(1)), Deadline, Cancellation));

        var heartbeat = Assert.Single(Value(await node.ReadAsync(Deadline, Cancellation)).Heartbeats);
        Assert.Equal(new PostgresHeartbeat(Eu, "b", 2, Stamp.AddSeconds(1).ToUniversalTime()), heartbeat);
    }

    [Fact]
    public async Task Beat_ReadOnlyByDefault_IsWrittenAllTheSame()
    {
        var node = _cluster.Node(await _cluster.DatabaseAsync());
        Value(await node.FenceAsync(1, Deadline, Cancellation));

        Value(await node.BeatAsync(new PostgresBeat("a", 1, Stamp), Deadline, Cancellation));

        var reading = Value(await node.ReadAsync(Deadline, Cancellation));
        Assert.Single(reading.Heartbeats);
        Assert.True(reading.DefaultReadOnly);
        Assert.Equal((1, true), (reading.Fence!.Token, reading.Fence.Fenced));
    }

    [Fact]
    public async Task NotInstalled_ReadsWithoutAFenceAndRefusesTheRest()
    {
        var database = await _cluster.DatabaseAsync(install: false);
        var node = _cluster.Node(_cluster.Options(database, "postgres"));

        var reading = Value(await node.ReadAsync(Deadline, Cancellation));
        string?[] problems =
        [
            Assert.IsType<DataAnswer<PostgresBeat>.Refused>(await node.BeatAsync(new PostgresBeat("a", 1, Stamp), Deadline, Cancellation)).Reason,
            Assert.IsType<DataAnswer<PostgresFence>.Refused>(await node.FenceAsync(1, Deadline, Cancellation)).Reason,
            Assert.IsType<DataAnswer<PostgresFence>.Refused>(await node.OpenAsync(1, Deadline, Cancellation)).Reason,
            Assert.IsType<DataAnswer<PostgresFence>.Refused>(await node.PromoteAsync(1, TimeSpan.FromSeconds(1), Deadline, Cancellation)).Reason,
        ];

        Assert.Null(reading.Fence);
        Assert.Empty(reading.Heartbeats);
        Assert.All(problems, problem => Assert.Contains($"no schema mahavishnu in database {database}", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task HalfInstalled_IsRefused()
    {
        var database = await _cluster.DatabaseAsync();
        await _cluster.Server.ExecuteAsync(database, "drop function mahavishnu.beat(text, text, bigint, timestamptz)", Cancellation);

        var answer = await _cluster.Node(database).BeatAsync(new PostgresBeat("a", 1, Stamp), Deadline, Cancellation);

        Assert.Contains("install it again", Assert.IsType<DataAnswer<PostgresBeat>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_RoleThatSeesNoLag_IsRefused()
    {
        var database = await _cluster.DatabaseAsync();

        var answer = await _cluster.Node(_cluster.Options(database, Application)).ReadAsync(Deadline, Cancellation);

        Assert.Contains("grant pg_monitor", Assert.IsType<DataAnswer<PostgresReading>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_Subscription_ShowsItsProgressItsErrorsAndItsEnd()
    {
        var (from, to) = (await _cluster.DatabaseAsync(), await _cluster.DatabaseAsync());
        var node = _cluster.Node(to);
        await _cluster.Server.ExecuteAsync(from, "create publication orders_out for table orders", Cancellation);
        await _cluster.Server.ExecuteAsync(from, $"select pg_create_logical_replication_slot('to_{to}', 'pgoutput')", Cancellation);
        await _cluster.Server.ExecuteAsync(
            to,
            FormattableString.Invariant($"create subscription orders_in connection 'host=127.0.0.1 port={_cluster.Server.Port} user=postgres dbname={from}' publication orders_out with (create_slot = false, slot_name = 'to_{to}')"),
            Cancellation);

        var copied = await SubscriptionAsync(node, static s => s is { Running: true, NotReadyTables: 0, LatestEnd: not null });
        Assert.Equal(("orders_in", true, 0L, 0L), (copied.Name, copied.Enabled, copied.ApplyErrors, copied.SyncErrors));
        Assert.NotNull(copied.Received);
        Assert.InRange(copied.LastMessageAge ?? Deadline, TimeSpan.Zero, Deadline / 2);
        var slot = Assert.Single(Value(await node.ReadAsync(Deadline, Cancellation)).Slots, s => s.Name == $"to_{to}");
        Assert.Equal(("logical", true, "reserved"), (slot.Type, slot.Active, slot.WalStatus));
        Assert.NotNull(slot.UnconfirmedBytes);

        await _cluster.Server.ExecuteAsync(to, "insert into orders values (1)", Cancellation);
        await _cluster.Server.ExecuteAsync(from, "insert into orders values (1)", Cancellation);
        await SubscriptionAsync(node, static s => s.ApplyErrors > 0);

        await _cluster.Server.ExecuteAsync(to, "alter subscription orders_in disable", Cancellation);
        await SubscriptionAsync(node, static s => s is { Enabled: false, Running: false, Received: null });
        await UntilAsync(async () => Value(await node.ReadAsync(Deadline, Cancellation)), r => !Assert.Single(r.Slots, s => s.Name == $"to_{to}").Active);
        await _cluster.Server.ExecuteAsync(to, "drop subscription orders_in", Cancellation);
    }

    [Theory]
    [InlineData("0/0",           0UL)]
    [InlineData("16/B374D848",   0x16B374D848UL)]
    [InlineData("FFFFFFFF/FFFFFFFF", ulong.MaxValue)]
    public void Lsn_Text_IsTheServersForm(string text, ulong value)
    {
        Assert.Equal(value, PostgresLsn.Parse(text).Value);
        Assert.Equal(text, new PostgresLsn(value).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("/")]
    [InlineData("1/2/3")]
    [InlineData("1/123456789")]
    [InlineData(" 1/2")]
    [InlineData("1/G")]
    public void Lsn_OtherText_IsNoPosition(string text) => Assert.Throws<FormatException>(() => PostgresLsn.Parse(text));

    [Fact]
    public void Lsn_Difference_IsSigned()
    {
        Assert.Equal(0x100, PostgresLsn.Parse("1/0").BytesAfter(PostgresLsn.Parse("0/FFFFFF00")));
        Assert.Equal(-0x100, PostgresLsn.Parse("0/FFFFFF00").BytesAfter(PostgresLsn.Parse("1/0")));
        Assert.True(PostgresLsn.Parse("A/0") > PostgresLsn.Parse("9/FFFFFFFF"));
    }

    private static async Task<PostgresSubscription> SubscriptionAsync(PostgresNode node, Func<PostgresSubscription, bool> hoped) =>
        Assert.Single((await UntilAsync(
            async () => Value(await node.ReadAsync(Deadline, Cancellation)), reading => hoped(Assert.Single(reading.Subscriptions)))).Subscriptions);
}
