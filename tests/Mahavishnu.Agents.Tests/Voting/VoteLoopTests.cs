using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Tests.Leadership;
using Mahavishnu.Agents.Voting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mahavishnu.Agents.Tests.Voting;

/// <summary>Vote loops over real stores and sockets.</summary>
public sealed class VoteLoopTests : IAsyncLifetime
{
    /// <summary>So long that within a test only a change publishes a vote.</summary>
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(300);

    private readonly List<Voter> _voters = [];
    private StoreWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await StoreWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var voter in _voters)
        {
            await voter.DisposeAsync();
        }

        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Health_Changes_IsPublishedAtOnceAlsoWhileAStoreHangs()
    {
        _world[StoreWorld.Ap].Faults.Drop();
        var voter = await StartAsync("us-east-1-1", StoreWorld.Us, s_long);
        await Eventually.TrueAsync(async () => await VoteAsync(StoreWorld.Eu) is not null, "the first vote is published");

        voter.Health.Set(StoreWorld.Us, 0);

        await Eventually.TrueAsync(async () => (await VoteAsync(StoreWorld.Eu))!.ViewOf(StoreWorld.Us).Condition == RegionCondition.Down, "the change is published");
        await Eventually.TrueAsync(async () => (await VoteAsync(StoreWorld.Us))!.ViewOf(StoreWorld.Us).Condition == RegionCondition.Down, "the change is published");
    }

    [Fact]
    public async Task HangingStore_Readers_GoOnWithTheOthers()
    {
        _world[StoreWorld.Ap].Faults.Drop();
        var voter = await StartAsync("us-east-1-1", StoreWorld.Us, s_quick);
        await StartAsync("eu-west-1-1", StoreWorld.Eu, s_quick);

        await Eventually.TrueAsync(() => voter.Loop.Agreed()[StoreWorld.Us].Condition == RegionCondition.Healthy, "two observers agree by two stores");

        Assert.Null(voter.Loop.Abstains());
    }

    [Fact]
    public async Task Observers_MajorityStops_RegionsBecomeUnknown()
    {
        var voter = await StartAsync("us-east-1-1", StoreWorld.Us, s_quick);
        var other = await StartAsync("eu-west-1-1", StoreWorld.Eu, s_quick);
        await Eventually.TrueAsync(() => voter.Loop.Agreed()[StoreWorld.Ap].Condition == RegionCondition.Healthy, "two observers agree");

        await other.StopAsync();

        await Eventually.TrueAsync(() => voter.Loop.Agreed()[StoreWorld.Ap].Condition == RegionCondition.Unknown, "the vote that stands still is stale");
        Assert.Contains(voter.Loop.Latest(), static v => v.Vote.Agent == "eu-west-1-1" && v.Age > s_quick * 3);
    }

    [Fact]
    public async Task Stores_MajorityHangs_AbstainsAndVotesSoonAfterItsReturn()
    {
        _world[StoreWorld.Ap].Faults.Drop();
        _world[StoreWorld.Eu].Faults.Drop();
        var interval = TimeSpan.FromSeconds(6);
        var voter = await StartAsync("us-east-1-1", StoreWorld.Us, interval);
        await Eventually.TrueAsync(async () => (await VoteAsync(StoreWorld.Us))?.Abstains == "1 of 3 stores answer, a majority is needed", "it abstains");

        _world[StoreWorld.Ap].Faults.Clear();
        var cleared = _world.Clock.Now;
        await Eventually.TrueAsync(async () => (await VoteAsync(StoreWorld.Us))!.Abstains is null, "it votes again");

        Assert.Null(voter.Loop.Abstains());
        Assert.True(_world.Clock.Now - cleared < interval * 0.75, "it waited for the next interval");
    }

    [Fact]
    public async Task Observer_DistrustsItself_AbstainsWithItsReason()
    {
        var voter = await StartAsync("us-east-1-1", StoreWorld.Us, s_long);
        await Eventually.TrueAsync(async () => await VoteAsync(StoreWorld.Us) is not null, "the first vote is published");

        voter.Health.Abstain("its timers are late");

        await Eventually.TrueAsync(async () => (await VoteAsync(StoreWorld.Us))!.Abstains == "its timers are late", "it says why");
        Assert.Equal("its timers are late", voter.Loop.Abstains());
    }

    [Fact]
    public async Task Votes_UnreadableAtOneStore_AreToldOnceAndForgottenWhenTheyGo()
    {
        var log = new CountingLogger();
        var voter = await StartAsync("us-east-1-1", StoreWorld.Us, s_quick, log);
        await StartAsync("eu-west-1-1", StoreWorld.Eu, s_quick);
        await _world.PutAsync(StoreWorld.Ap, "votes/ap-south-1/broken", "{");
        await _world.PutAsync(StoreWorld.Eu, "votes/ap-south-1/broken", (await SomeVoteAsync()).ToText());

        await Eventually.TrueAsync(() => voter.Loop.Problems().Count == 2, "both are told of");
        await Eventually.StaysTrueAsync(s_quick * 3, () => voter.Loop.Problems().Count == 2, "they stay");
        Assert.Equal(2, log.Count);
        Assert.Equal("the vote does not stand under its author's key", voter.Loop.Problems()["test/control/votes/ap-south-1/broken at eu-west-1"]);
        await Eventually.TrueAsync(() => voter.Loop.Agreed()[StoreWorld.Us].Condition == RegionCondition.Healthy, "the readable ones count");

        await _world.DeleteAsync(StoreWorld.Ap, "votes/ap-south-1/broken");
        await _world.DeleteAsync(StoreWorld.Eu, "votes/ap-south-1/broken");

        await Eventually.TrueAsync(() => voter.Loop.Problems().Count == 0, "nothing is left to tell");
    }

    private async Task<Voter> StartAsync(string agent, RegionId region, TimeSpan interval, ILogger<VoteLoop>? logger = null)
    {
        _voters.Add(await new Voter(_world, agent, region, interval, logger: logger).StartAsync());
        return _voters[^1];
    }

    private async Task<Vote> SomeVoteAsync()
    {
        await Eventually.TrueAsync(async () => await VoteAsync(StoreWorld.Eu) is not null, "a vote is published");
        return (await VoteAsync(StoreWorld.Eu))!;
    }

    /// <summary>The vote of the agent in us-east-1 as a store has it.</summary>
    private async Task<Vote?> VoteAsync(RegionId store) =>
        await _world.ReadAsync(store, "votes/us-east-1/us-east-1-1") is { } entry ? Vote.Read(entry.Text).Vote : null;

    private sealed class CountingLogger : ILogger<VoteLoop>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _count);
    }
}
