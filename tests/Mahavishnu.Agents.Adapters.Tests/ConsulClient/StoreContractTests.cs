using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Client and store together: sessions, keys, locks, transactions and watches.</summary>
public sealed class StoreContractTests : EmbeddedStoreTest
{
    [Fact]
    public async Task CreateAsync_ThenInfo_IsWhatWasAskedForAndBoundToNoCheck()
    {
        var id = await CreateSessionAsync("agent", ttlSeconds: 30, lockDelaySeconds: 2.5, SessionBehavior.Delete);

        var session = Value(await Client.Sessions.InfoAsync(id, Deadline, Cancellation))!;

        Assert.Equal((id, "agent", SessionBehavior.Delete), (session.Id, session.Name, session.Behavior));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2.5)), (session.Ttl, session.LockDelay));
        Assert.Empty(session.Checks);
        Assert.True(session.CreateIndex > 0);
    }

    [Fact]
    public async Task DestroyAsync_OnceOrTwice_IsTrueAndTheSessionIsGone()
    {
        var id = await CreateSessionAsync();

        Assert.True(Value(await Client.Sessions.DestroyAsync(id, Deadline, Cancellation)));
        Assert.True(Value(await Client.Sessions.DestroyAsync(id, Deadline, Cancellation)));

        Assert.Null(Value(await Client.Sessions.InfoAsync(id, Deadline, Cancellation)));
        Assert.Equal(new SessionRenewal.NotFound(), Value(await Client.Sessions.RenewAsync(id, Deadline, Cancellation)));
    }

    [Fact]
    public async Task CreateAsync_TtlBelowTheStoresMinimum_IsRefused()
    {
        var spec = new SessionSpec("A", TimeSpan.FromSeconds(5), TimeSpan.Zero, SessionBehavior.Release);

        var refused = Assert.IsType<ConsulResult<string>.Refused>(await Client.Sessions.CreateAsync(spec, Deadline, Cancellation));

        Assert.Contains("Invalid Session TTL", refused.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain/key")]
    [InlineData("a b/ü?&#%2F+/…")]
    [InlineData("folder/")]
    public async Task PutAsync_AnyKeyAndBytes_AreReadBackExactly(string key)
    {
        var bytes = new byte[] { 0, 255, 10, 13, 128 };

        Assert.True(Value(await Client.Keys.PutAsync(key, new ConsulValue(bytes, ulong.MaxValue), Deadline, Cancellation)));

        var entry = (await ReadAsync(key))!;
        Assert.Equal(bytes, entry.Value.ToArray());
        Assert.Equal((key, ulong.MaxValue), (entry.Key, entry.Flags));
    }

    [Fact]
    public async Task PutAsync_ValueOverTheStoresLimit_IsRefused()
    {
        var result = await Client.Keys.PutAsync("big", new ConsulValue(new byte[524_289]), Deadline, Cancellation);

        Assert.Equal(413, Assert.IsType<ConsulResult<bool>.Refused>(result).Status);
    }

    [Fact]
    public async Task CompareAndSetAsync_StaleOrCurrent_IsFalseOrTrue()
    {
        async Task<bool> Cas(string text, ulong index) =>
            Value(await Client.Keys.CompareAndSetAsync("k", ConsulValue.FromText(text), index, Deadline, Cancellation));

        Assert.True(await Cas("one", 0));
        Assert.False(await Cas("two", 0));
        var first = (await ReadAsync("k"))!.ModifyIndex;
        Assert.True(await Cas("two", first));
        Assert.False(await Cas("three", first));
        Assert.Equal("two", (await ReadAsync("k"))!.Text);
    }

    [Fact]
    public async Task DeleteIfAsync_StaleOrCurrent_IsFalseOrTrue()
    {
        Value(await Client.Keys.PutAsync("k", ConsulValue.FromText("v"), Deadline, Cancellation));
        var index = (await ReadAsync("k"))!.ModifyIndex;

        Assert.False(Value(await Client.Keys.DeleteIfAsync("k", index - 1, Deadline, Cancellation)));
        Assert.True(Value(await Client.Keys.DeleteIfAsync("k", index, Deadline, Cancellation)));
        Assert.Null(await ReadAsync("k"));
        Assert.True(Value(await Client.Keys.DeleteAsync("k", Deadline, Cancellation)));
    }

    [Fact]
    public async Task ListAsync_Prefix_GivesItsKeysInOrder()
    {
        foreach (var key in (string[])["votes/eu/b", "votes/eu/a", "votesx", "votes/us/a"])
        {
            Value(await Client.Keys.PutAsync(key, default, Deadline, Cancellation));
        }

        var entries = Value(await Client.Keys.ListAsync("votes/", true, Deadline, Cancellation));

        Assert.Equal(["votes/eu/a", "votes/eu/b", "votes/us/a"], entries.Select(static e => e.Key));
        Assert.Empty(Value(await Client.Keys.ListAsync("none/", true, Deadline, Cancellation)));
        Assert.Equal(4, Value(await Client.Keys.ListAsync("", true, Deadline, Cancellation)).Count);
    }

    [Fact]
    public async Task ReleaseAsync_HolderOrNot_IsTrueOrFalse()
    {
        var mine = await CreateSessionAsync("mine");
        var other = await CreateSessionAsync("other");
        Assert.True(await AcquireAsync("lock", mine));
        Assert.True(await AcquireAsync("lock", mine));
        Assert.False(await AcquireAsync("lock", other));

        Assert.False(Value(await Client.Keys.ReleaseAsync("lock", default, other, Deadline, Cancellation)));
        Assert.True(Value(await Client.Keys.ReleaseAsync("lock", default, mine, Deadline, Cancellation)));
        Assert.False(Value(await Client.Keys.ReleaseAsync("lock", default, mine, Deadline, Cancellation)));
        Assert.True(await AcquireAsync("lock", other));
    }

    [Fact]
    public async Task CommitAsync_FencedWrite_IsAppliedOnlyUnderTheSessionAndEpoch()
    {
        var mine = await CreateSessionAsync("mine");
        Assert.True(await AcquireAsync("leader", mine));
        var epoch = Assert.IsType<TransactionAnswer.Committed>(await CommitAsync(
            new TransactionOperation.CheckSession("leader", mine),
            new TransactionOperation.CompareAndSet("epoch", ConsulValue.FromText("1"), 0))).Of("epoch")!;

        TransactionOperation[] journal =
        [
            new TransactionOperation.CheckSession("leader", mine),
            new TransactionOperation.CheckIndex("epoch", epoch.ModifyIndex),
            new TransactionOperation.CompareAndSet("journal", ConsulValue.FromText("intended"), 0),
        ];
        Assert.IsType<TransactionAnswer.Committed>(await CommitAsync(journal));
        Assert.Equal("intended", (await ReadAsync("journal"))!.Text);

        Value(await Client.Sessions.DestroyAsync(mine, Deadline, Cancellation));
        var conflict = Assert.IsType<TransactionAnswer.Conflict>(await CommitAsync(journal));
        Assert.Equal([0, 2], conflict.Errors.Select(static e => e.OpIndex));
    }

    [Fact]
    public async Task CommitAsync_EveryOperation_CommitsAndShowsWhatItShould()
    {
        var mine = await CreateSessionAsync("mine");
        Value(await Client.Keys.PutAsync("old", ConsulValue.FromText("v"), Deadline, Cancellation));
        var old = (await ReadAsync("old"))!.ModifyIndex;

        var committed = Assert.IsType<TransactionAnswer.Committed>(await CommitAsync(
            new TransactionOperation.CheckNotExists("new"),
            new TransactionOperation.CheckIndex("old", old),
            new TransactionOperation.CheckSession("old", ""),
            new TransactionOperation.Set("new", new ConsulValue("v"u8.ToArray(), 7)),
            new TransactionOperation.Lock("lock", ConsulValue.FromText("held"), mine),
            new TransactionOperation.Get("lock"),
            new TransactionOperation.Unlock("lock", ConsulValue.FromText("free"), mine),
            new TransactionOperation.CompareAndSet("old", ConsulValue.FromText("w"), old),
            new TransactionOperation.GetOrEmpty("absent"),
            new TransactionOperation.Delete("old")));

        Assert.Equal(["old", "old", "new", "lock", "lock", "lock", "old", "absent"], committed.Entries.Select(static e => e.Key));
        Assert.Equal(("held", mine, 1UL), (committed.Entries[4].Text, committed.Entries[4].Session, committed.Entries[4].LockIndex));
        Assert.Equal(7UL, committed.Of("new")!.Flags);
        Assert.Equal((0UL, 0UL), (committed.Of("absent")!.CreateIndex, committed.Of("absent")!.ModifyIndex));
        Assert.Null(await ReadAsync("old"));
        Assert.Equal(committed.Of("new")!.ModifyIndex, (await ReadAsync("new"))!.ModifyIndex);
    }

    [Fact]
    public async Task CommitAsync_OnlyReads_IsAConsistentRead()
    {
        Value(await Client.Keys.PutAsync("a", ConsulValue.FromText("1"), Deadline, Cancellation));

        var committed = Assert.IsType<TransactionAnswer.Committed>(
            await CommitAsync(new TransactionOperation.Get("a"), new TransactionOperation.GetOrEmpty("b")));

        Assert.Equal(["1", ""], committed.Entries.Select(static e => e.Text));
    }

    [Fact]
    public async Task WatchAsync_KeyWritten_ReturnsTheNewValue()
    {
        Value(await Client.Keys.PutAsync("k", ConsulValue.FromText("one"), Deadline, Cancellation));
        var first = Assert.IsType<ConsulResult<ConsulEntry?>.Ok>(
            await Client.Keys.WatchAsync("k", true, WatchPosition.Start, TimeSpan.FromMinutes(1), Cancellation));
        var position = WatchPosition.Start.After(first.Index);

        var watch = Client.Keys.WatchAsync("k", true, position, TimeSpan.FromMinutes(1), Cancellation);
        await BlockedAsync(1);
        Value(await Client.Keys.PutAsync("other", ConsulValue.FromText("x"), Deadline, Cancellation));
        Value(await Client.Keys.PutAsync("k", ConsulValue.FromText("two"), Deadline, Cancellation));

        var second = Assert.IsType<ConsulResult<ConsulEntry?>.Ok>(await watch);
        Assert.Equal(("one", "two"), (first.Value!.Text, second.Value!.Text));
        Assert.True(position.After(second.Index).Index > position.Index);
    }

    [Fact]
    public async Task WatchAsync_NothingHappens_ReturnsTheSameIndexAfterTheWait()
    {
        Value(await Client.Keys.PutAsync("k", ConsulValue.FromText("one"), Deadline, Cancellation));
        var position = new WatchPosition((await ReadAsync("k"))!.ModifyIndex);

        var watch = Client.Keys.WatchAsync("k", true, position, TimeSpan.FromSeconds(16), Cancellation);
        await BlockedAsync(1);
        StoreTime.Advance(TimeSpan.FromSeconds(17));

        Assert.Equal(position.Index, Assert.IsType<ConsulResult<ConsulEntry?>.Ok>(await watch).Index);
    }

    [Fact]
    public async Task WatchListAsync_KeyUnderThePrefixDeleted_ReturnsWithoutIt()
    {
        Value(await Client.Keys.PutAsync("votes/a", ConsulValue.FromText("1"), Deadline, Cancellation));
        var now = Assert.IsType<ConsulResult<IReadOnlyList<ConsulEntry>>.Ok>(
            await Client.Keys.ListAsync("votes/", true, Deadline, Cancellation));

        var watch = Client.Keys.WatchListAsync("votes/", true, new WatchPosition(now.Index), TimeSpan.FromMinutes(1), Cancellation);
        await BlockedAsync(1);
        Value(await Client.Keys.DeleteAsync("votes/a", Deadline, Cancellation));

        Assert.Empty(Value(await watch));
    }

    [Fact]
    public async Task Status_WithALeader_NamesItAmongItsPeers()
    {
        var leader = Value(await Client.Status.LeaderAsync(Deadline, Cancellation));

        Assert.NotNull(leader);
        Assert.Contains(leader, Value(await Client.Status.PeersAsync(Deadline, Cancellation)));
    }
}
