using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Lab.Consul;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;
using EmbeddedConsul = Mahavishnu.Agents.Lab.Consul.ConsulServer;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Client and store together while something is wrong, and what a fresh read then shows.</summary>
public sealed class StoreFaultTests : EmbeddedStoreTest
{
    [Fact]
    public async Task AcquireAsync_ReplyLost_IsUnknownYetHeldAndSafeToRepeat()
    {
        var mine = await CreateSessionAsync();
        Store.Faults.LoseReply(requests: 1);

        var result = await Client.Keys.AcquireAsync("lock", ConsulValue.FromText("me"), mine, Deadline, Cancellation);

        Assert.IsType<ConsulResult<bool>.Unknown>(result);
        Assert.Equal(mine, (await ReadAsync("lock"))!.Session);
        Assert.True(await AcquireAsync("lock", mine));
        Assert.Equal(1UL, (await ReadAsync("lock"))!.LockIndex);
    }

    [Fact]
    public async Task ReleaseAsync_ReplyLost_IsUnknownAndNotRepeated()
    {
        var mine = await CreateSessionAsync();
        Assert.True(await AcquireAsync("lock", mine));
        Store.Faults.LoseReply(requests: 1);

        var result = await Client.Keys.ReleaseAsync("lock", default, mine, Deadline, Cancellation);

        // Had the client repeated it, the second would have answered false.
        Assert.IsType<ConsulResult<bool>.Unknown>(result);
        Assert.Null((await ReadAsync("lock"))!.Session);
    }

    [Fact]
    public async Task CommitAsync_ReplyLost_IsUnknownYetApplied()
    {
        Store.Faults.LoseReply(requests: 1);

        var result = await Client.Transactions.CommitAsync(
            [new TransactionOperation.CompareAndSet("epoch", ConsulValue.FromText("1"), 0)], Deadline, Cancellation);

        Assert.IsType<ConsulResult<TransactionAnswer>.Unknown>(result);
        Assert.Equal("1", (await ReadAsync("epoch"))!.Text);
    }

    [Fact]
    public async Task PutAsync_DroppedRequest_IsUnknownAtTheDeadlineAndNotApplied()
    {
        Store.Faults.Drop(requests: 1);

        var result = await Client.Keys.PutAsync("k", ConsulValue.FromText("v"), TimeSpan.FromSeconds(1), Cancellation);

        Assert.IsType<ConsulResult<bool>.Unknown>(result);
        Assert.Null(await ReadAsync("k"));
    }

    [Fact]
    public async Task PutAsync_AnswerAfterTheDeadline_IsUnknownYetApplied()
    {
        Value(await Client.Keys.PutAsync("k", ConsulValue.FromText("old"), Deadline, Cancellation));
        var position = new WatchPosition((await ReadAsync("k"))!.ModifyIndex);
        var time = new FakeTimeProvider();
        using var hasty = Connect(Store.Address, time);
        var applied = Client.Keys.WatchAsync("k", true, position, TimeSpan.FromMinutes(1), Cancellation);
        await BlockedAsync(1);
        Store.Faults.DelayReply(TimeSpan.FromMinutes(1), requests: 1);

        var pending = hasty.Keys.PutAsync("k", ConsulValue.FromText("v"), TimeSpan.FromSeconds(4), Cancellation);
        await applied;
        time.Advance(TimeSpan.FromSeconds(4));

        Assert.IsType<ConsulResult<bool>.Unknown>(await pending);
        Assert.Equal("v", (await ReadAsync("k"))!.Text);
    }

    [Fact]
    public async Task EitherKind_NoLeader_SaysSoAndWorksAgainAfterwards()
    {
        Store.Faults.NoLeader = true;

        var write = await Client.Keys.PutAsync("k", ConsulValue.FromText("v"), Deadline, Cancellation);
        var read = await Client.Keys.GetAsync("k", consistent: true, Deadline, Cancellation);
        var leader = Value(await Client.Status.LeaderAsync(Deadline, Cancellation));
        Store.Faults.NoLeader = false;

        Assert.IsType<ConsulResult<bool>.NoLeader>(write);
        Assert.IsType<ConsulResult<ConsulEntry?>.NoLeader>(read);
        Assert.Null(leader);
        Assert.Null(await ReadAsync("k"));
    }

    [Theory]
    [InlineData(500, "rpc error making call: raft apply failed: leadership lost while committing log", "Unknown")]
    [InlineData(429, "rate limit exceeded, try again later or against a different server", "Throttled")]
    [InlineData(503, "rate limit exceeded for operation that can only be performed by the leader, try again later", "Throttled")]
    public async Task RenewAsync_StoreInTrouble_IsNotTakenForTheEndOfTheSession(int status, string body, string expected)
    {
        var mine = await CreateSessionAsync();
        Store.Faults.Answer(status, body, requests: 1);

        Assert.Equal(expected, Calls.CaseOf(await Client.Sessions.RenewAsync(mine, Deadline, Cancellation)));
        Assert.IsType<SessionRenewal.Renewed>(Value(await Client.Sessions.RenewAsync(mine, Deadline, Cancellation)));
    }

    [Fact]
    public async Task PutAsync_OtherDatacenter_ReachesItOrIsUnreachable()
    {
        await using var remote = await EmbeddedConsul.StartAsync(
            new ConsulServerOptions { Datacenter = "dc2", Time = StoreTime }, Cancellation);
        Store.Federate(remote);
        using var across = Connect(Store.Address, datacenter: "dc2");
        using var there = Connect(remote.Address);

        Assert.True(Value(await across.Keys.PutAsync("k", ConsulValue.FromText("v"), Deadline, Cancellation)));
        Assert.Null(await ReadAsync("k"));
        Assert.Equal("v", Value(await there.Keys.GetAsync("k", true, Deadline, Cancellation))!.Text);

        Store.Faults.CutDatacenter("dc2", seen: true);
        var cut = await across.Keys.PutAsync("k", ConsulValue.FromText("w"), Deadline, Cancellation);
        Assert.IsType<ConsulResult<bool>.Unreachable>(cut);
    }

    [Theory]
    [InlineData("right", "Ok")]
    [InlineData("wrong", "Refused")]
    [InlineData(null, "Refused")]
    public async Task PutAsync_StoreThatWantsAToken_IsServedOnlyWithIt(string? token, string expected)
    {
        var options = new ConsulServerOptions
        {
            DenyByDefault = true,
            Tokens = [new ConsulToken { Secret = "right", KeyWritePrefixes = [""] }],
        };
        await using var guarded = await EmbeddedConsul.StartAsync(options, Cancellation);
        using var client = Connect(guarded.Address, token: token);

        var result = await client.Keys.PutAsync("k", ConsulValue.FromText("v"), Deadline, Cancellation);

        Assert.Equal(expected, Calls.CaseOf(result));
        Assert.True(result is not ConsulResult<bool>.Refused { Status: not 403 });
    }
}
