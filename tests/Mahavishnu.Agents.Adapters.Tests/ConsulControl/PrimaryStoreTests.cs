using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulControl;

/// <summary>Who may write a dataset, at a store that is well.</summary>
public sealed class PrimaryStoreTests : ControlStoreTest
{
    private const string Dataset = "postgresql";
    private const string Agent = "eu-west-1-1";
    private static readonly PrimaryClaim First = new(new RegionId("eu-west-1"), 1, PrimaryClaim.TokenOf(1, 0));
    private static readonly PrimaryClaim Second = new(new RegionId("us-east-1"), 1, PrimaryClaim.TokenOf(1, 9));

    private ConsulPrimaryStore Primary => new(new RegionId("eu-west-1"), Prefix, Client);

    private async Task LeadAsAgentAsync()
    {
        await LeadAsync();
        await Client.Transactions.CommitAsync(
            [new TransactionOperation.Lock(Prefix + "leader", ConsulValue.FromText(new LeaderValue(Agent, "eu-west-1", "t").ToText()), Session)], Deadline, Cancellation);
    }

    private Task<DataAnswer<PrimaryState>> WriteAsync(PrimaryClaim claim, string agent = Agent, long epoch = 1) =>
        Primary.WriteAsync(Dataset, agent, claim, epoch, Deadline, Cancellation);

    private async Task<PrimaryState> ReadAsync() => Value(await Primary.ReadAsync(Dataset, Deadline, Cancellation));

    private static T Value<T>(DataAnswer<T> answer) => Assert.IsType<DataAnswer<T>.Ok>(answer).Value;

    [Fact]
    public async Task ReadAsync_NothingThere_IsNoClaim() => Assert.Equal(new PrimaryState(null, 0, null), await StartAndReadAsync());

    private async Task<PrimaryState> StartAndReadAsync()
    {
        await LeadAsAgentAsync();
        return await ReadAsync();
    }

    [Fact]
    public async Task WriteAsync_ByTheLeader_Stands()
    {
        await LeadAsAgentAsync();

        Value(await WriteAsync(First));

        Assert.Equal(First, (await ReadAsync()).Claim);
        Value(await WriteAsync(First));
        Value(await WriteAsync(Second));
        Assert.Equal(Second, (await ReadAsync()).Claim);
    }

    [Theory]
    [InlineData("other", 1)]
    [InlineData(Agent, 2)]
    public async Task WriteAsync_BySomebodyElseOrInAnotherTerm_IsRefused(string agent, long epoch)
    {
        await LeadAsAgentAsync();

        Assert.IsType<DataAnswer<PrimaryState>.Refused>(await WriteAsync(First, agent, epoch));
        Assert.Null((await ReadAsync()).Claim);
    }

    [Fact]
    public async Task WriteAsync_AfterTheLockWasLost_IsRefused()
    {
        await LeadAsAgentAsync();
        await SendAsync(Request("release"));

        Assert.IsType<DataAnswer<PrimaryState>.Refused>(await WriteAsync(First));
    }

    [Fact]
    public async Task WriteAsync_LowerTokenThanStands_IsRefused()
    {
        await LeadAsAgentAsync();
        Value(await WriteAsync(Second));

        Assert.IsType<DataAnswer<PrimaryState>.Refused>(await WriteAsync(First));
        Assert.Equal(Second, (await ReadAsync()).Claim);
    }

    [Fact]
    public async Task ProveAsync_WhileTheClaimStands_IsSeenByWhoReplacesIt()
    {
        await LeadAsAgentAsync();
        var before = Value(await WriteAsync(First));

        Value(await Primary.ProveAsync(Dataset, before, "one", Deadline, Cancellation));
        Value(await Primary.ProveAsync(Dataset, await ReadAsync(), "two", Deadline, Cancellation));

        Assert.Equal("two", Value(await WriteAsync(Second)).Proof);
    }

    [Fact]
    public async Task ProveAsync_AfterTheClaimWasReplaced_IsRefused()
    {
        await LeadAsAgentAsync();
        var before = Value(await WriteAsync(First));
        Value(await Primary.ProveAsync(Dataset, before, "one", Deadline, Cancellation));
        Value(await WriteAsync(Second));

        Assert.IsType<DataAnswer<bool>.Refused>(await Primary.ProveAsync(Dataset, before, "two", Deadline, Cancellation));
        Assert.Equal("one", (await ReadAsync()).Proof);
    }

    [Fact]
    public async Task ReadAsync_WhatIsNoClaim_IsRefusedAndNotOverwritten()
    {
        await LeadAsAgentAsync();
        await Client.Keys.PutAsync($"{Prefix}primary/{Dataset}", ConsulValue.FromText("rubbish"), Deadline, Cancellation);

        Assert.IsType<DataAnswer<PrimaryState>.Refused>(await Primary.ReadAsync(Dataset, Deadline, Cancellation));
        Assert.IsType<DataAnswer<PrimaryState>.Refused>(await WriteAsync(First));
    }
}
