using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Tests.Leadership;

/// <summary>Leadership loops over real stores and sockets.</summary>
public sealed class LeadershipLoopTests : IAsyncLifetime
{
    private readonly List<Candidate> _candidates = [];
    private StoreWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StoreWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var candidate in _candidates)
        {
            await candidate.DisposeAsync();
        }

        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Kill_Leader_AnotherLeadsWithAHigherEpochAndOnlyAfterTheLease()
    {
        await StartAsync(3);
        var first = await LeaderAsync();
        var epoch = first.Loop.Term!.Epoch;
        await Eventually.TrueAsync(() => first.Loop.Standing.Role == Role.Leader, "the first leader is valid");
        var validUntil = first.Loop.Standing.ValidUntil;

        await first.KillAsync();
        var second = await LeaderAsync(except: first);

        Assert.True(_world.Clock.Now >= validUntil, "two leaders were valid at the same time");
        Assert.True(second.Loop.Term!.Epoch > epoch);
    }

    [Fact]
    public async Task StopAsync_Leader_LeavesItsMarkerAndHandsOverWithinASecond()
    {
        await StartAsync(3);
        var first = await LeaderAsync();
        await Eventually.TrueAsync(() => first.Loop.Standing is { Role: Role.Leader, Counted: 3 }, "every store counts");

        var started = _world.Clock.Now;
        await first.StopAsync();
        await LeaderAsync(except: first);

        Assert.True(_world.Clock.Now - started < TimeSpan.FromSeconds(1), $"it took {_world.Clock.Now - started}");
    }

    [Fact]
    public async Task StopAsync_OnlyLeader_FreesEveryLockBehindAMarker()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();
        await Eventually.TrueAsync(() => leader.Loop.Standing is { Role: Role.Leader, Counted: 3 }, "every store counts");

        await leader.StopAsync();

        foreach (var region in StoreWorld.Regions)
        {
            Assert.Null((await _world.ReadAsync(region, "leader"))!.Session);
            Assert.True(HeartbeatValue.Parse((await _world.ReadAsync(region, "heartbeat"))!.Text)!.Released);
        }
    }

    [Fact]
    public async Task StopAsync_StoresHang_WaitsForOneRequestAndSendsNothingAfterwards()
    {
        // A release and the end of its session, one after the other, would take twice as long.
        var patient = StoreWorld.Timing with
        {
            HeartbeatInterval = TimeSpan.FromSeconds(1.5), RequestTimeout = TimeSpan.FromSeconds(1.5), Validity = TimeSpan.FromSeconds(4.5), WaitOut = TimeSpan.FromSeconds(4.7),
        };
        var leader = await new Candidate(_world, "us-east-1-1", StoreWorld.Us, patient).StartAsync();
        _candidates.Add(leader);
        await LeaderAsync();
        foreach (var server in _world.Servers)
        {
            server.Faults.Drop();
        }

        var started = _world.Clock.Now;
        await leader.StopAsync().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Eventually.Cancellation);

        Assert.True(_world.Clock.Now - started < TimeSpan.FromSeconds(2.8), $"it took {_world.Clock.Now - started}");
        var sent = 0;
        foreach (var server in _world.Servers)
        {
            server.Faults.Clear();
            server.Faults.Refuse(path: _ => Interlocked.Increment(ref sent) < 0);
        }

        await Eventually.StaysTrueAsync(TimeSpan.FromSeconds(2), () => sent == 0, "nothing is sent");
    }

    [Fact]
    public async Task HangingStore_Leader_KeepsItsTermByTheOthers()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();
        var term = leader.Loop.Term;
        await Eventually.TrueAsync(() => leader.Loop.Standing is { Role: Role.Leader, Counted: 3 }, "every store counts");

        _world[StoreWorld.Ap].Faults.Drop();

        await Eventually.StaysTrueAsync(
            StoreWorld.Timing.Validity * 2, () => leader.Loop.Term == term && leader.Loop.Standing.ValidUntil > _world.Clock.Now, "the term goes on, the lease renewed in time");
        Assert.Equal(2, leader.Loop.Standing.Counted);
    }

    [Fact]
    public async Task HangingStore_BeforeTheElection_IsPassedOver()
    {
        _world[StoreWorld.Ap].Faults.Drop();
        await StartAsync(2);

        var leader = await LeaderAsync();

        Assert.Equal(1, leader.Loop.Term!.Epoch);
    }

    [Fact]
    public async Task WriteJournalAsync_Leader_StandsAtAMajority()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();

        Assert.True(await leader.Loop.WriteJournalAsync(SampleJournal.Record(1), leader.Loop.Term!.Epoch, Eventually.Cancellation));

        var stand = 0;
        foreach (var region in StoreWorld.Regions)
        {
            stand += await _world.ReadAsync(region, "journal/current") is null ? 0 : 1;
        }

        Assert.True(stand >= 2, $"it stands at {stand} stores");
    }

    [Fact]
    public async Task WriteJournalAsync_ThoughtOutInAnotherTerm_IsNotWritten()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();

        Assert.False(await leader.Loop.WriteJournalAsync(SampleJournal.Record(1), leader.Loop.Term!.Epoch - 1, Eventually.Cancellation));

        Assert.True(leader.Leads);
        Assert.Null(await _world.ReadAsync(StoreWorld.Eu, "journal/current"));
    }

    [Fact]
    public async Task WriteJournalAsync_MajorityHangs_ReportsTheEndOfTheTerm()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();
        var term = leader.Loop.Term!;
        _world[StoreWorld.Ap].Faults.Drop();
        _world[StoreWorld.Eu].Faults.Drop();

        Assert.False(await leader.Loop.WriteJournalAsync(SampleJournal.Record(1), term.Epoch, Eventually.Cancellation));

        Assert.True(term.Ended.IsCancellationRequested);
        Assert.Null(leader.Loop.Term);
    }

    [Fact]
    public async Task WriteJournalAsync_LoopHasEnded_IsFalseAtOnce()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();
        var epoch = leader.Loop.Term!.Epoch;
        await leader.StopAsync();

        Assert.False(await leader.Loop.WriteJournalAsync(SampleJournal.Record(1), epoch, Eventually.Cancellation));
    }

    [Fact]
    public async Task TermEnded_CallbackThatBlocks_DoesNotHoldTheLoopUp()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();
        using var release = new ManualResetEventSlim();
        await using var blocking = leader.Loop.Term!.Ended.Register(() => release.Wait(TimeSpan.FromSeconds(10), Eventually.Cancellation));

        leader.Loop.Resign("the test says so", TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => !leader.Leads, "it resigned");
        var tick = leader.Loop.LastTick;

        await Eventually.TrueAsync(() => leader.Loop.LastTick > tick, "the loop turns");
        Assert.False(release.IsSet);
        Assert.True(_world.Clock.Now - tick < TimeSpan.FromSeconds(5), "the loop waited for the callback");
        release.Set();
    }

    [Fact]
    public async Task Resign_Leader_TermEndedIsToldBeforeTheNextTermBegins()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();

        leader.Loop.Resign("the test says so", TimeSpan.Zero);
        await Eventually.TrueAsync(() => leader.Loop.Term is { Epoch: 2 }, "it leads again");

        var told = new List<LeadershipNotice>();
        while (leader.Loop.Notices.TryRead(out var notice))
        {
            told.Add(notice);
        }

        Assert.Collection(
            told,
            static n => Assert.Equal(1, Assert.IsType<LeadershipNotice.BecameLeader>(n).Epoch),
            static n => Assert.Equal(1, Assert.IsType<LeadershipNotice.TermEnded>(n).Epoch),
            static n => Assert.Equal(2, Assert.IsType<LeadershipNotice.BecameLeader>(n).Epoch));
    }

    [Fact]
    public async Task RequestThatThrows_Leader_EndsLoopAndTermWithItsException()
    {
        await StartAsync(1);
        var leader = await LeaderAsync();
        var term = leader.Loop.Term!;

        await leader.KillAsync();

        Assert.True(leader.Loop.ExecuteTask!.IsFaulted);
        Assert.True(term.Ended.IsCancellationRequested);
        Assert.Equal(Role.Follower, leader.Loop.Standing.Role);
    }

    private async Task StartAsync(int count)
    {
        foreach (var region in StoreWorld.Regions.Take(count))
        {
            _candidates.Add(await new Candidate(_world, $"{region}-1", region).StartAsync());
        }
    }

    private async Task<Candidate> LeaderAsync(Candidate? except = null)
    {
        Candidate? leader = null;
        await Eventually.TrueAsync(() => (leader = _candidates.Find(c => c != except && c.Leads)) is not null, "somebody leads");
        return leader!;
    }
}
