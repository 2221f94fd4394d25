using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>A primary in one region and its standby in another, made anew for each test.</summary>
public sealed class PostgresStandbyTests : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);
    private static readonly PostgresBeat Beat = new("a", 1, new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
    private PostgresCluster _eu = null!;
    private PostgresCluster _us = null!;
    private string _database = "";
    private PostgresNode _primary = null!;
    private PostgresNode _standby = null!;

    public async ValueTask InitializeAsync()
    {
        _eu = await StartAsync();
        _database = await _eu.DatabaseAsync();
        _us = await _eu.StandbyAsync();
        (_primary, _standby) = (_eu.Node(_database), _us.Node(_database, Us));
        Value(await _primary.OpenAsync(5, Deadline, Cancellation));
        await using var application = await _eu.ApplicationAsync(_database);
        await RunAsync(application, "insert into orders values (1)");
        Value(await _primary.BeatAsync(Beat, Deadline, Cancellation));
        await UntilAsync(() => ReadAsync(_standby), static reading => reading.Heartbeats.Count == 1);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in new[] { _us, _eu })
        {
            if (cluster is not null)
            {
                await cluster.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Read_Both_ShowTheLinkFromEitherSide()
    {
        var primary = await UntilAsync(() => ReadAsync(_primary), static r => r.Senders is [{ State: "streaming", BytesBehind: 0 }]);
        var standby = await ReadAsync(_standby);

        var sender = Assert.Single(primary.Senders);
        Assert.Equal(("copy", "async"), (sender.Name, sender.SyncState));
        Assert.Equal(primary.Written, sender.Replayed);
        Assert.NotNull(sender.ReplyAge);
        var slot = Assert.Single(primary.Slots);
        Assert.Equal(("copy", "physical", true, null, "reserved"), (slot.Name, slot.Type, slot.Active, slot.UnconfirmedBytes, slot.WalStatus));
        Assert.NotNull(slot.RetainedBytes);
        Assert.Equal((true, 1, false, primary.SystemIdentifier), (standby.InRecovery, standby.Timeline, standby.ReplayPaused, standby.SystemIdentifier));
        Assert.Null(standby.Written);
        Assert.True(standby.Received >= primary.Written && standby.Replayed >= primary.Written);
        Assert.Equal(("streaming", 1, "127.0.0.1", _eu.Server.Port), (standby.Receiver!.Status, standby.Receiver.Timeline, standby.Receiver.SenderHost, standby.Receiver.SenderPort));
        Assert.Equal(new PostgresHeartbeat(Eu, "a", 1, Beat.Stamp), Assert.Single(standby.Heartbeats));
        Assert.Equal(new PostgresFence(5, false, Eu, null), standby.Fence);
    }

    [Fact]
    public async Task Read_StandbyThatIsGone_HasNoRowAndAnIdleSlot()
    {
        await _us.Server.StopAsync(Cancellation);

        var reading = await UntilAsync(() => ReadAsync(_primary), static r => r.Senders.Count == 0);

        Assert.False(Assert.Single(reading.Slots).Active);
    }

    [Fact]
    public async Task Read_StandbyWhosePrimaryIsGone_HasNoReceiver()
    {
        await _eu.Server.KillAsync();

        var reading = await UntilAsync(() => ReadAsync(_standby), static r => r.Receiver is null);

        Assert.Equal((true, 1), (reading.InRecovery, reading.Timeline));
        Assert.NotNull(reading.Received);
    }

    [Fact]
    public async Task Standby_AskedToWrite_Refuses()
    {
        string[] reasons =
        [
            Assert.IsType<DataAnswer<PostgresBeat>.Refused>(await _standby.BeatAsync(Beat, Deadline, Cancellation)).Reason,
            Assert.IsType<DataAnswer<PostgresFence>.Refused>(await _standby.FenceAsync(6, Deadline, Cancellation)).Reason,
            Assert.IsType<DataAnswer<PostgresFence>.Refused>(await _standby.OpenAsync(6, Deadline, Cancellation)).Reason,
            Assert.IsType<DataAnswer<int>.Refused>(await _us.InstallAsync(_database)).Reason,
        ];

        Assert.All(reasons, static reason => Assert.Contains("is a standby", reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Promote_PrimaryGone_IsOpenWithItsDataAndCanBeRepeated()
    {
        await _eu.Server.KillAsync();

        var promoted = Value(await _standby.PromoteAsync(6, Wait, Deadline, Cancellation));
        var again = Value(await _standby.PromoteAsync(6, Wait, Deadline, Cancellation));

        Assert.Equal(new PostgresFence(6, false, Us, null), promoted);
        Assert.Equal(promoted, again);
        var reading = await ReadAsync(_standby);
        Assert.Equal((false, 2), (reading.InRecovery, reading.Timeline));
        Assert.Equal(1, await _us.Server.ValueAsync<long>(_database, "select count(*) from orders", Cancellation));
        Assert.Null(await _us.ErrorAsync(Application, _database, "insert into orders values (2)"));
        Value(await _standby.BeatAsync(Beat, Deadline, Cancellation));
    }

    [Theory]
    [InlineData(4, "token 4 is stale")]
    [InlineData(5, "token 5 has opened eu-west-1")]
    public async Task Promote_UsedToken_IsRefusedAndStaysAStandby(long token, string reason)
    {
        var answer = await _standby.PromoteAsync(token, Wait, Deadline, Cancellation);

        Assert.Contains(reason, Assert.IsType<DataAnswer<PostgresFence>.Refused>(answer).Reason, StringComparison.Ordinal);
        Assert.True((await ReadAsync(_standby)).InRecovery);
    }

    [Fact]
    public async Task Promote_ReplayPaused_IsRefusedUntilResumed()
    {
        await _us.Server.ExecuteAsync("postgres", "select pg_wal_replay_pause()", Cancellation);
        Assert.True((await ReadAsync(_standby)).ReplayPaused);

        var answer = await _standby.PromoteAsync(6, Wait, Deadline, Cancellation);
        Assert.Contains("paused", Assert.IsType<DataAnswer<PostgresFence>.Refused>(answer).Reason, StringComparison.Ordinal);
        await _us.Server.ExecuteAsync("postgres", "select pg_wal_replay_resume()", Cancellation);

        Assert.False(Value(await _standby.PromoteAsync(6, Wait, Deadline, Cancellation)).Fenced);
    }

    [Theory]
    //          the server's wait   the deadline   what ends the first attempt
    [InlineData(1,                  20,            "still under way")]
    [InlineData(20,                 1,             "no answer within 1 s")]
    public async Task Promote_TimedOutHalfway_IsCompleteWhenCalledAgain(int wait, int deadline, string reason)
    {
        await _us.Server.PauseAsync("startup", Cancellation);

        var answer = await _standby.PromoteAsync(6, TimeSpan.FromSeconds(wait), TimeSpan.FromSeconds(deadline), Cancellation);
        Assert.Contains(reason, Assert.IsType<DataAnswer<PostgresFence>.Unknown>(answer).Reason, StringComparison.Ordinal);
        await _us.Server.ResumeAsync(Cancellation);

        Assert.Equal(new PostgresFence(6, false, Us, null), Value(await _standby.PromoteAsync(6, Wait, Deadline, Cancellation)));
        Assert.Null(await _us.ErrorAsync(Application, _database, "insert into orders values (2)"));
    }

    [Fact]
    public async Task Switchover_FencedThenPromotedUnderOneToken_LosesNothing()
    {
        await using var application = await _eu.ApplicationAsync(_database);
        await RunAsync(application, "insert into orders select generate_series(2, 1000)");

        var fence = Value(await _primary.FenceAsync(6, Deadline, Cancellation));
        await UntilAsync(() => ReadAsync(_standby), reading => reading.Received >= fence.FencedAt);
        var promoted = Value(await _standby.PromoteAsync(6, Wait, Deadline, Cancellation));

        Assert.Equal(new PostgresFence(6, false, Us, null), promoted);
        Assert.Equal(1000, await _us.Server.ValueAsync<long>(_database, "select count(*) from orders", Cancellation));
        Assert.Null(await _us.ErrorAsync(Application, _database, "insert into orders values (1001)"));
        Assert.Equal("42501", await _eu.ErrorAsync(Application, _database, "select 1"));
        Assert.False((await ReadAsync(_standby)).DefaultReadOnly);
    }

    private static async Task<PostgresReading> ReadAsync(PostgresNode node) => Value(await node.ReadAsync(Deadline, Cancellation));
}
