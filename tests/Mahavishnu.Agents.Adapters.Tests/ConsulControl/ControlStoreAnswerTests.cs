using Mahavishnu.Agents.Core.Leadership;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulControl;

/// <summary>What each request does at a store that is well, and what it shows.</summary>
public sealed class ControlStoreAnswerTests : ControlStoreTest
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_StoreIsWell_IsOkWithStoreAndCorrelation(string kind)
    {
        await LeadAsync();

        var answer = await SendAsync(Request(kind));

        Assert.Equal((StoreAnswerKind.Ok, "eu-west-1", 9L), (answer.Kind, answer.Store.Value, answer.Correlation));
        Assert.Equal(kind is "read" or "acquire", answer.State is not null);
        Assert.Equal(kind == "create", answer.Session is not null);
        Assert.Equal(kind is "epoch" or "journal", answer.Index > 0);
    }

    [Fact]
    public async Task ReadState_NothingThereYet_IsEmpty()
    {
        await LeadAsync();
        await ClearAsync();

        Assert.Equal(ControlState.Empty, await StateAsync());
    }

    [Fact]
    public async Task ReadState_EverythingThere_ShowsEachKeyInItsPlace()
    {
        await LeadAsync();
        await SendAsync(Request("heartbeat"));
        await Client.Keys.PutAsync(Prefix + "maintenance", Mahavishnu.Agents.Adapters.Consul.ConsulValue.FromText("paused"), Deadline, Cancellation);

        var state = await StateAsync();

        Assert.Equal(
            ("me", "beat", "1", "first", "members", "paused"),
            (state.Leader!.Value, state.Heartbeat!.Value, state.Epoch!.Value, state.Journal!.Value, state.Members!.Value, state.Maintenance!.Value));
        Assert.Equal(Session, state.Leader.Session);
        Assert.Equal((EpochIndex, JournalIndex), (state.Epoch.ModifyIndex, state.Journal.ModifyIndex));
        Assert.Equal(1, state.EpochNumber);
    }

    [Fact]
    public async Task Acquire_Free_ShowsTheStateThatItLeft()
    {
        await LeadAsync();
        await SendAsync(Request("release"));

        var state = (await SendAsync(Request("acquire"))).State!;

        Assert.Equal(("me", Session, "marker"), (state.Leader!.Value, state.Leader.Session, state.Heartbeat!.Value));
    }

    [Fact]
    public async Task CreateSession_Made_ReleasesWithoutDelayAndIsBoundToNoCheck()
    {
        await LeadAsync();

        var made = Value(await Client.Sessions.InfoAsync(Session, Deadline, Cancellation))!;

        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(10), "eu-west-1-1"), (made.LockDelay, made.Ttl, made.Name));
        Assert.Equal("Release", made.Behavior.ToString());
        await SendAsync(Request("destroy"));
        Assert.Null((await StateAsync()).Leader!.Session);
    }

    [Fact]
    public async Task Release_Holder_LeavesTheMarkerAndNoHolder()
    {
        await LeadAsync();

        await SendAsync(Request("release"));

        var state = await StateAsync();
        Assert.Equal("marker", state.Heartbeat!.Value);
        Assert.Null(state.Leader!.Session);
    }

    [Theory]
    [InlineData("acquire")]
    [InlineData("heartbeat")]
    [InlineData("epoch")]
    [InlineData("journal")]
    [InlineData("release")]
    public async Task SendAsync_LockIsAnothers_IsRefusedAndChangesNothing(string kind)
    {
        await LeadAsync();
        var before = await StateAsync();
        var other = (await SendAsync(Request("create"))).Session;

        var answer = await SendAsync(Request(kind, session: other));

        Assert.Equal(StoreAnswerKind.Refused, answer.Kind);
        Assert.NotEmpty(answer.Detail);
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData("renew", StoreAnswerKind.Refused)]
    [InlineData("destroy", StoreAnswerKind.Ok)]
    [InlineData("acquire", StoreAnswerKind.Refused)]
    [InlineData("heartbeat", StoreAnswerKind.Refused)]
    [InlineData("epoch", StoreAnswerKind.Refused)]
    [InlineData("journal", StoreAnswerKind.Refused)]
    [InlineData("release", StoreAnswerKind.Refused)]
    public async Task SendAsync_SessionIsGone_IsRefusedAndChangesNothing(string kind, StoreAnswerKind expected)
    {
        await LeadAsync();
        await SendAsync(Request("destroy"));
        var before = await StateAsync();

        Assert.Equal(expected, (await SendAsync(Request(kind))).Kind);
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task WriteEpoch_WrittenSince_IsRefused()
    {
        await LeadAsync();
        var second = await SendAsync(Request("epoch"));

        var again = await SendAsync(Request("epoch"));

        Assert.Equal(StoreAnswerKind.Refused, again.Kind);
        Assert.Equal((2L, second.Index), ((await StateAsync()).EpochNumber, (await StateAsync()).Epoch!.ModifyIndex));
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("epoch")]
    public async Task WriteJournal_RecordOrEpochWrittenSince_IsRefused(string changed)
    {
        await LeadAsync();
        await SendAsync(Request(changed));

        Assert.Equal(StoreAnswerKind.Refused, (await SendAsync(Request("journal"))).Kind);
    }

    [Theory]
    [InlineData("../../v1/kv/x", 1)]
    [InlineData("a/b", 1)]
    [InlineData("a b", 1)]
    [InlineData("", 1)]
    [InlineData("x", 129)]
    [InlineData("x", 20_000)]
    public async Task DestroySession_HolderThatIsNoSession_IsRefusedAndNotSent(string text, int times)
    {
        await LeadAsync();
        Store.Faults.Drop();
        var holder = string.Concat(Enumerable.Repeat(text, times));

        Assert.Equal(StoreAnswerKind.Refused, (await SendAsync(Request("destroy", session: holder))).Kind);
    }

    private async Task ClearAsync()
    {
        foreach (var key in new[] { "leader", "heartbeat", "epoch", "journal/current", "members", "maintenance" })
        {
            await Client.Keys.DeleteAsync(Prefix + key, Deadline, Cancellation);
        }
    }
}
