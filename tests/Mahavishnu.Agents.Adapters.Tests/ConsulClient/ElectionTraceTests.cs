using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>One election as the reference traces it, step by step, from client to store.</summary>
public sealed class ElectionTraceTests : EmbeddedStoreTest
{
    private const string Key = "svc/leader";

    [Fact]
    public async Task TwoCandidates_HolderDies_GoesAsTheReferenceTraces()
    {
        using var b = Connect(Store.Address);
        var sA = await CreateSessionAsync("A", lockDelaySeconds: 5);
        Assert.True(Value(await Client.Keys.AcquireAsync(Key, ConsulValue.FromText("A", flags: 42), sA, Deadline, Cancellation)));
        var heldByA = (await ReadAsync(Key))!;
        Assert.Equal(("A", 42UL, sA, 1UL), (heldByA.Text, heldByA.Flags, heldByA.Session, heldByA.LockIndex));

        var sB = await CreateSessionAsync("B", lockDelaySeconds: 5);
        Assert.False(await AcquireAsync(Key, sB, "B"));
        var watch = b.Keys.WatchAsync(Key, true, new WatchPosition(heldByA.ModifyIndex), TimeSpan.FromMinutes(5), Cancellation);
        await BlockedAsync(1);

        for (var renewal = 0; renewal < 3; renewal++)
        {
            StoreTime.Advance(TimeSpan.FromSeconds(3));
            Assert.Equal(
                new SessionRenewal.Renewed(TimeSpan.FromSeconds(10)),
                Value(await Client.Sessions.RenewAsync(sA, Deadline, Cancellation)));
            Value(await b.Sessions.RenewAsync(sB, Deadline, Cancellation));
        }

        // A dies. Its session lasts twice its time to live; B goes on renewing.
        StoreTime.Advance(TimeSpan.FromSeconds(10));
        Value(await b.Sessions.RenewAsync(sB, Deadline, Cancellation));
        Assert.False(watch.IsCompleted);
        StoreTime.Advance(TimeSpan.FromSeconds(11));
        var free = Assert.IsType<ConsulResult<ConsulEntry?>.Ok>(await watch);
        Assert.Equal(((string?)null, 1UL), (free.Value!.Session, free.Value.LockIndex));
        Assert.True(free.Index > heldByA.ModifyIndex);

        Assert.False(await AcquireAsync(Key, sB, "B"));
        Assert.Null((await ReadAsync(Key))!.Session);
        StoreTime.Advance(TimeSpan.FromSeconds(5.1));
        Assert.True(await AcquireAsync(Key, sB, "B"));
        var heldByB = (await ReadAsync(Key))!;
        Assert.Equal((sB, 2UL), (heldByB.Session, heldByB.LockIndex));
        Assert.True(heldByB.ModifyIndex > free.Index);

        Assert.Equal(new SessionRenewal.NotFound(), Value(await Client.Sessions.RenewAsync(sA, Deadline, Cancellation)));
        var refused = Assert.IsType<ConsulResult<bool>.Refused>(
            await Client.Keys.AcquireAsync(Key, ConsulValue.FromText("A"), sA, Deadline, Cancellation));
        Assert.Equal(500, refused.Status);

        Assert.True(Value(await b.Keys.ReleaseAsync(Key, ConsulValue.FromText("B left"), sB, Deadline, Cancellation)));
        Assert.True(Value(await b.Sessions.DestroyAsync(sB, Deadline, Cancellation)));
        var sC = await CreateSessionAsync("C");
        Assert.True(await AcquireAsync(Key, sC, "C"));
        Assert.Equal(3UL, (await ReadAsync(Key))!.LockIndex);
    }
}
