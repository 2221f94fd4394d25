using Mahavishnu.Agents.Lab.Simulation.World;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

/// <summary>Scripted worlds. The judge of the world fails them on its own when two agents lead, or a record is lost.</summary>
public sealed class ScenarioTests
{
    private static readonly CampaignGate Closed = new(false, "the scenario says so");

    [Theory]
    //          default  agents
    [InlineData(false,   2)]
    [InlineData(false,   3)]
    [InlineData(true,    2)]
    [InlineData(true,    3)]
    public void Resign_OthersFollow_HandsOverWithinASecond(bool usesDefault, int agents)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var world = Settled(seed, usesDefault ? LeadershipTiming.Default : LeadershipTiming.Fast, agents);
            var former = world.Leader!;
            world.Resign(former, TimeSpan.FromMinutes(1));

            var took = world.RunUntil(() => world.Leader is { } leader && leader != former, TimeSpan.FromSeconds(30), "a successor");

            Assert.True(took < TimeSpan.FromSeconds(1), $"seed {seed}: {took}");
        }
    }

    [Theory]
    //          default  store dies too  seconds at most; the table allows 3.5 and 22, and a wasted candidacy would cost 2.5 to 7.5
    [InlineData(false,   false,          3.5)]
    [InlineData(false,   true,           3.5)]
    [InlineData(true,    false,          18)]
    [InlineData(true,    true,           18)]
    public void Crash_OfTheLeader_BringsAnotherWithinTheTable(bool usesDefault, bool storeDies, double seconds)
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var world = Settled(seed, usesDefault ? LeadershipTiming.Default : LeadershipTiming.Fast, 3);
            var former = world.Leader!;
            world.Crash(former);
            world.Stores.Single(store => store.Region == former.Region).Up = !storeDies;

            var took = world.RunUntil(() => world.Leader is not null, TimeSpan.FromMinutes(1), "a successor");

            Assert.True(took < TimeSpan.FromSeconds(seconds), $"seed {seed}: {took}");
        }
    }

    [Theory]
    //          stores  agents  down  leads
    [InlineData(1,      1,      0,    true)]
    [InlineData(1,      3,      0,    true)]
    [InlineData(1,      1,      1,    false)]
    [InlineData(2,      2,      0,    true)]
    [InlineData(2,      2,      1,    false)]
    [InlineData(3,      6,      1,    true)]
    [InlineData(3,      3,      2,    false)]
    [InlineData(5,      5,      2,    true)]
    [InlineData(5,      5,      3,    false)]
    public void Election_SomeStoresDown_NeedsAMajority(int stores, int agents, int down, bool leads)
    {
        var world = new LeadershipWorld(stores, new WorldOptions { Stores = stores, Agents = agents });
        foreach (var store in world.Stores.Take(down))
        {
            store.Up = false;
        }

        world.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal(leads, world.Leader is not null);
        Assert.Equal(leads ? 1 : 0, world.Terms.Count);
    }

    [Fact]
    public void Loss_WhileTheHolderIsUnseen_DoesNotCountAsWaitedOut()
    {
        var (world, leader, other) = WithOneCandidate();
        var (first, second, third) = (world.Stores[0], world.Stores[1], world.Stores[2]);
        world.Cut(leader, third, answers: false);
        world.Cut(other, first, answers: true);
        world.Advance(TimeSpan.FromSeconds(2.9));
        world.LoseData(first);
        world.KillHolder(second);
        world.Isolate(leader);
        world.Mend(other, first, answers: true);
        other.Gate = CampaignGate.Yes;

        var took = world.RunUntil(() => other.Leads(world.Now), TimeSpan.FromSeconds(10), "the other leads");

        Assert.True(took > TimeSpan.FromSeconds(1.5), $"{took}");
    }

    [Fact]
    public void Loss_ThenACandidacyThatFails_IsStillSeenAsALoss()
    {
        var world = Settled(1, LeadershipTiming.Fast, 2);
        var (first, second, third) = (world.Stores[0], world.Stores[1], world.Stores[2]);
        second.Up = false;
        world.Propose(world.Leader!);
        world.RunUntil(() => world.Committed == 1, TimeSpan.FromSeconds(1), "the record at the first and third store");
        world.Crash(world.Leader!);
        world.LoseData(third);
        second.Up = true;
        // The candidacy comes as far as its epoch; the record never gets from the first store to the others.
        world.Script = static (_, request) => request is StoreRequest.WriteJournal ? new MessageFate(null, null) : null;
        world.RunUntil(() => second.State.EpochNumber == 2, TimeSpan.FromSeconds(10), "the epoch at the second store");
        first.Up = false;
        world.Script = null;

        world.Advance(TimeSpan.FromSeconds(15));
        Assert.Null(world.Leader);
        first.Up = true;
        world.RunUntil(() => world.Leader is not null, TimeSpan.FromSeconds(10), "a leader that knows the record");

        Assert.Equal("1", world.Terms[^1].Recovered?.Reason);
    }

    [Fact]
    public void Abandon_BeforeTheHolderIsWaitedOut_LeavesNoMarker()
    {
        var (world, leader, other) = WithOneCandidate();
        var (first, second) = (world.Stores[0], world.Stores[1]);
        // The other sees the second store stand still: the holder writes there again only after the other's last look.
        world.Cut(leader, world.Stores[2], answers: false);
        world.Cut(leader, second, answers: false);
        world.Advance(TimeSpan.FromSeconds(1.2));
        world.Cut(other, second, answers: true);
        world.Mend(leader, second, answers: false);
        world.Advance(TimeSpan.FromSeconds(1.4));
        world.KillHolder(first);
        world.Cut(leader, first, answers: false);
        other.Gate = CampaignGate.Yes;
        world.RunUntil(() => first.State.Leader?.Session is not null, TimeSpan.FromSeconds(1), "the other locks the first store");
        world.RunUntil(() => other.Standing(world.Now).Role == Role.Campaigning, TimeSpan.FromSeconds(1), "the other campaigns");
        world.Advance(TimeSpan.FromMilliseconds(30));
        Assert.True(leader.Leads(world.Now), "the lease of the holder still counts at the first store");

        other.Gate = Closed;
        world.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Null(first.State.Leader!.Session);
        Assert.False(HeartbeatValue.Parse(first.State.Heartbeat!.Value)!.Released);
    }

    [Fact]
    public void FirstElection_BrokenOffAfterOneEpoch_IsTakenUpAgain()
    {
        var world = new LeadershipWorld(1, new WorldOptions());
        var broken = false;
        world.Script = (agent, request) =>
        {
            if (!broken && request is StoreRequest.WriteEpoch)
            {
                // One store gets the epoch; its author is gone before it hears of it.
                broken = true;
                world.At(world.Now + TimeSpan.FromMilliseconds(5), () => world.Crash(agent));
                return new MessageFate(TimeSpan.FromMilliseconds(1), null);
            }

            return request is StoreRequest.WriteEpoch && world.Agents.Any(a => !a.Alive) is false ? new MessageFate(null, null) : null;
        };

        world.RunUntil(() => world.Leader is not null, TimeSpan.FromSeconds(15), "a first leader");

        Assert.True(broken);
        Assert.Equal(2, world.Terms[0].Epoch);
    }

    [Fact]
    public void Loss_DuringTheTerm_IsBroughtBackByAHigherEpoch()
    {
        var world = Settled(1, LeadershipTiming.Fast, 3);
        var leader = world.Leader!;
        world.Propose(leader);
        world.Advance(TimeSpan.FromSeconds(1));
        world.LoseData(world.Stores[1]);

        world.RunUntil(() => world.StoresWithData == 3, TimeSpan.FromSeconds(5), "the store has its data again");

        Assert.Same(leader, world.Leader);
        Assert.Equal([1, 2], world.Terms.Select(static t => t.Epoch));
        Assert.Equal("1", world.Terms[^1].Recovered?.Reason);
    }

    [Fact]
    public void Recovery_UnreadableRecord_StopsWithAnAlarmAndIsNotOverwritten()
    {
        var world = Settled(1, LeadershipTiming.Fast, 3);
        world.Propose(world.Leader!);
        world.Advance(TimeSpan.FromSeconds(1));
        foreach (var store in world.Stores)
        {
            store.Overwrite(ControlKey.Journal, "{\"format\":99}");
        }

        world.Resign(world.Leader!, TimeSpan.Zero);
        world.Advance(TimeSpan.FromSeconds(10));

        Assert.Null(world.Leader);
        Assert.NotEmpty(world.Alarms);
        Assert.All(world.Stores, static store => Assert.Equal("{\"format\":99}", store.State.Journal!.Value));
    }

    [Fact]
    public void Term_RecordAtOneStoreBecomesUnreadable_GoesOnWithoutThatStoreAndDoesNotOverwriteIt()
    {
        var world = Settled(1, LeadershipTiming.Fast, 3);
        var leader = world.Leader!;
        world.Propose(leader);
        world.Advance(TimeSpan.FromSeconds(1));
        world.Stores[1].Overwrite(ControlKey.Journal, "garbage");

        world.Advance(TimeSpan.FromSeconds(2));
        world.Propose(leader);
        world.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((leader, 2, 1), (world.Leader, world.Committed, world.Terms.Count));
        Assert.Equal("garbage", world.Stores[1].State.Journal!.Value);
        Assert.Contains(world.Alarms, static alarm => alarm.StartsWith("region-2: the journal record cannot be read", StringComparison.Ordinal));

        world.Stores[1].Overwrite(ControlKey.Journal, world.Stores[0].State.Journal!.Value);
        world.RunUntil(() => leader.Standing(world.Now).Counted == 3, TimeSpan.FromSeconds(10), "the repaired store counts again");
    }

    [Fact]
    public void Members_AnotherList_EndsTheTermAndNobodyCampaigns()
    {
        var world = Settled(1, LeadershipTiming.Fast, 3);
        world.Stores[0].Overwrite(ControlKey.Members, new MembersRecord(3, ["elsewhere", "region-1", "region-2", "region-3"]).ToText());

        world.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(world.Leader);
        Assert.All(world.Agents, agent => Assert.Contains("another list", agent.Standing(world.Now).Reason, StringComparison.Ordinal));
    }

    [Theory]
    //          stores that slept   leads
    [InlineData(1,                  true)]
    [InlineData(2,                  false)]
    public void Members_StoresThatSleptThroughSeveralChanges_AreNoConflictWhileAMajorityShowsThem(int slept, bool leads)
    {
        var world = new LeadershipWorld(1, new WorldOptions { MembersVersion = 4 });
        world.RunUntil(() => world.StoresWithData == 3 && world.Leader is not null, TimeSpan.FromMinutes(1), "a first leader at every store");
        foreach (var store in world.Stores.Take(slept))
        {
            store.Overwrite(ControlKey.Members, new MembersRecord(1, ["region-1"]).ToText());
        }

        world.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(leads, world.Leader is not null);
    }

    [Fact]
    public void Pause_BeyondTheLease_EndsTheTermOnWaking()
    {
        var world = Settled(1, LeadershipTiming.Fast, 3);
        var former = world.Leader!;
        world.Pause(former, TimeSpan.FromSeconds(6));

        world.RunUntil(() => world.Leader is { } leader && leader != former, TimeSpan.FromSeconds(5), "a successor");
        world.Advance(TimeSpan.FromSeconds(5));

        Assert.NotSame(former, world.Leader);
        Assert.Equal(Role.Follower, former.Standing(world.Now).Role);
    }

    [Fact]
    public void Seed_RunTwice_GivesTheSameHistory()
    {
        Assert.Equal(LeadershipSimulation.Run(7).Hash, LeadershipSimulation.Run(7).Hash);
        Assert.NotEqual(LeadershipSimulation.Run(7).Hash, LeadershipSimulation.Run(8).Hash);
    }

    private static LeadershipWorld Settled(int seed, LeadershipTiming timing, int agents)
    {
        var world = new LeadershipWorld(seed, new WorldOptions { Agents = agents, Timing = timing });
        world.RunUntil(() => world.StoresWithData == 3 && world.Leader is not null, TimeSpan.FromMinutes(1), "a first leader at every store");
        world.Advance(timing.WaitOut * 2);
        return world;
    }

    private static (LeadershipWorld World, SimulatedAgent Leader, SimulatedAgent Other) WithOneCandidate()
    {
        var world = new LeadershipWorld(1, new WorldOptions { Agents = 2 });
        world.Agents[1].Gate = Closed;
        world.RunUntil(() => world.Leader is not null && world.StoresWithData == 3, TimeSpan.FromSeconds(10), "a first leader");
        world.Advance(TimeSpan.FromSeconds(5));
        return (world, world.Agents[0], world.Agents[1]);
    }
}
