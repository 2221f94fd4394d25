using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Leadership;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulControl;

/// <summary>Every request against a store in trouble: what may have been done is unknown, what certainly was not is not.</summary>
public sealed class ControlStoreFaultTests : ControlStoreTest
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_ReplyLost_IsUnknown(string kind)
    {
        await LeadAsync();
        Store.Faults.LoseReply(requests: 1);

        Assert.Equal(StoreAnswerKind.Unknown, (await SendAsync(Request(kind))).Kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_ConnectionClosed_IsUnknown(string kind)
    {
        await LeadAsync();
        Store.Faults.Refuse(requests: 1);

        Assert.Equal(StoreAnswerKind.Unknown, (await SendAsync(Request(kind))).Kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_NoAnswerInTime_IsUnknownAtTheDeadline(string kind)
    {
        await LeadAsync();
        Store.Faults.Drop(requests: 1);

        var answer = await SendAsync(Request(kind, s_short));

        Assert.Equal((StoreAnswerKind.Unknown, 9L), (answer.Kind, answer.Correlation));
        Assert.Contains("no answer within 0.3 s", answer.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_NobodyListens_IsUnreachable(string kind)
    {
        await LeadAsync();
        await Store.DisposeAsync();

        // A connection that was open may still be used once; what goes over a new one certainly was not sent.
        await SendAsync(Request("read"));
        Assert.Equal(StoreAnswerKind.Unreachable, (await SendAsync(Request(kind))).Kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_StoreHasNoLeader_IsUnreachable(string kind)
    {
        await LeadAsync();
        Store.Faults.NoLeader = true;

        Assert.Equal(StoreAnswerKind.Unreachable, (await SendAsync(Request(kind))).Kind);
    }

    [Theory]
    [InlineData(429, "rate limit exceeded, try again later or against a different server", StoreAnswerKind.Unreachable)]
    [InlineData(503, "rate limit exceeded for operation that can only be performed by the leader", StoreAnswerKind.Unreachable)]
    [InlineData(403, "Permission denied: token lacks permission", StoreAnswerKind.Unreachable)]
    [InlineData(500, "No cluster leader", StoreAnswerKind.Unreachable)]
    [InlineData(500, "rpc error making call: No path to datacenter", StoreAnswerKind.Unreachable)]
    [InlineData(500, "rpc error making call: leadership lost while committing log", StoreAnswerKind.Unknown)]
    [InlineData(502, "<html>bad gateway</html>", StoreAnswerKind.Unknown)]
    [InlineData(503, "<html>unavailable</html>", StoreAnswerKind.Unknown)]
    [InlineData(200, "<html>welcome</html>", StoreAnswerKind.Unknown)]
    [InlineData(200, "{}", StoreAnswerKind.Unknown)]
    [InlineData(200, "", StoreAnswerKind.Unknown)]
    public async Task SendAsync_AnyKindAnsweredSo_IsTakenForNoMoreThanItSays(int status, string body, StoreAnswerKind expected)
    {
        await LeadAsync();
        foreach (var kind in Kinds.Select(static row => row.Data))
        {
            Store.Faults.Answer(status, body, requests: 1);
            var answer = await SendAsync(Request(kind));
            Assert.True(expected == answer.Kind, $"{kind}: {answer.Kind} ({answer.Detail})");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SendAsync_Cancelled_Throws(string kind)
    {
        await LeadAsync();
        Store.Faults.Drop(requests: 1);
        using var cancelled = new CancellationTokenSource();
        var sent = Control.SendAsync(Request(kind), cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
    }

    [Fact]
    public async Task SendAsync_EverythingButHeartbeatsHangs_HeartbeatsGoTheirOwnWay()
    {
        await LeadAsync();
        await using var deaf = await Lab.Consul.ConsulServer.StartAsync(new Lab.Consul.ConsulServerOptions(), Cancellation);
        deaf.Faults.Drop();
        using var work = Connect(deaf.Address);
        var control = new ConsulControlStore(new("eu-west-1"), Prefix, "eu-west-1-1", work, Client);

        Assert.Equal(StoreAnswerKind.Unknown, (await control.SendAsync(Request("read", s_short), Cancellation)).Kind);
        Assert.Equal(StoreAnswerKind.Ok, (await control.SendAsync(Request("heartbeat"), Cancellation)).Kind);
    }
}
