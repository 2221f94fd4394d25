using CsCheck;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Regions;

public sealed class VoteLedgerTests
{
    private static readonly RegionId StoreA = new("store-a");
    private static readonly RegionId StoreB = new("store-b");
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly VoteLedger _ledger = new();

    private static Vote Vote(string process, long counter, string region = "us-east-1", string agent = "agent-1") =>
        new(agent, new RegionId(region), process, counter, null, "", []);

    private void See(int second, RegionId store, Vote vote) => _ledger.Observe(TimeSpan.FromSeconds(second), store, vote);

    private IEnumerable<string> Fresh(double second) =>
        _ledger.Fresh(TimeSpan.FromSeconds(second), Window).Select(static v => $"{v.Process}{v.Counter}");

    [Fact]
    public void Fresh_SeenForTheFirstTime_IsNotFresh()
    {
        See(0, StoreA, Vote("p", 7));

        Assert.Empty(Fresh(0));
        Assert.Null(_ledger.Latest(TimeSpan.Zero).Single().Age);
    }

    [Fact]
    public void Fresh_CounterRose_IsFreshToTheEdgeOfTheWindow()
    {
        See(0, StoreA, Vote("p", 7));
        See(10, StoreA, Vote("p", 8));

        Assert.Equal(["p8"], Fresh(10));
        Assert.Equal(["p8"], Fresh(40));
        Assert.Empty(Fresh(40.001));
    }

    [Fact]
    public void Fresh_CounterStandsStill_GrowsOld()
    {
        See(0, StoreA, Vote("p", 7));
        See(10, StoreA, Vote("p", 8));
        for (var second = 11; second <= 60; second++)
        {
            See(second, StoreA, Vote("p", 8));
        }

        Assert.Empty(Fresh(60));
    }

    [Fact]
    public void Fresh_CounterWentBack_KeepsTheNewerVote()
    {
        See(0, StoreA, Vote("p", 7));
        See(10, StoreA, Vote("p", 9));
        See(30, StoreA, Vote("p", 8));

        Assert.Equal(["p9"], Fresh(40));
        Assert.Empty(Fresh(41));
    }

    [Fact]
    public void Fresh_CounterWentBackAndRisesToWhereItWas_IsNoNews()
    {
        See(0, StoreA, Vote("p", 9));
        See(10, StoreA, Vote("p", 5));
        See(11, StoreA, Vote("p", 9));
        Assert.Empty(Fresh(11));

        See(12, StoreA, Vote("p", 10));
        Assert.Equal(["p10"], Fresh(12));
    }

    [Fact]
    public void Fresh_AgentRestarted_CountsFromOneAgain()
    {
        See(0, StoreA, Vote("p", 900));
        See(10, StoreA, Vote("p", 901));
        See(20, StoreA, Vote("q", 1));

        Assert.Equal(["q1"], Fresh(20));
    }

    [Fact]
    public void Fresh_StoreRolledBackToTheProcessBefore_KeepsTheNewerVote()
    {
        See(0, StoreA, Vote("p", 1));
        See(1, StoreA, Vote("p", 2));
        See(2, StoreA, Vote("q", 1));
        See(3, StoreA, Vote("p", 2));
        See(4, StoreA, Vote("p", 1));

        Assert.Equal(["q1"], Fresh(4));
        Assert.Empty(Fresh(33));
    }

    [Fact]
    public void Fresh_OneStoreLags_FollowsTheOther()
    {
        See(0, StoreA, Vote("p", 1));
        See(0, StoreB, Vote("p", 1));
        See(10, StoreA, Vote("p", 3));
        See(20, StoreB, Vote("p", 2));
        Assert.Equal(["p3"], Fresh(40));

        See(41, StoreB, Vote("p", 3));
        Assert.Empty(Fresh(41));
    }

    [Fact]
    public void Fresh_NewerCounterAtAStoreNeverReadBefore_IsNotFresh()
    {
        See(0, StoreA, Vote("p", 1));
        See(10, StoreB, Vote("p", 5));

        Assert.Empty(Fresh(10));
    }

    [Fact]
    public void Fresh_ReaderLookedAwayForLongerThanTheWindow_WaitsForTheNextChange()
    {
        See(0, StoreA, Vote("p", 1));
        See(3600, StoreA, Vote("p", 50));
        Assert.Empty(Fresh(3600));

        See(3610, StoreA, Vote("p", 51));
        Assert.Equal(["p51"], Fresh(3610));
    }

    [Fact]
    public void Fresh_TwoRegionsUseOneAgentName_NeitherRefreshesTheOther()
    {
        for (var second = 0; second < 60; second++)
        {
            See(second, StoreA, Vote("p", 1, "us-east-1"));
            See(second, StoreA, Vote("q", 1, "eu-west-1"));
        }

        Assert.Empty(Fresh(60));
    }

    [Fact]
    public void Latest_SeveralAgents_AreInOrder()
    {
        See(0, StoreA, Vote("p", 1, "us-east-1", "b"));
        See(0, StoreA, Vote("p", 1, "us-east-1", "a"));
        See(0, StoreA, Vote("p", 1, "eu-west-1", "c"));

        Assert.Equal(["c", "a", "b"], _ledger.Latest(TimeSpan.Zero).Select(static e => e.Vote.Agent));
    }

    [Fact]
    public void Fresh_AnyOrderOfOldVotesFromAnyStore_IsNeverFreshAgain() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[1, 4]).List[0, 40].Sample(static sights =>
        {
            var ledger = new VoteLedger();
            for (var counter = 1; counter <= 4; counter++)
            {
                foreach (var process in (string[])["p", "q"])
                {
                    ledger.Observe(TimeSpan.FromSeconds(counter), StoreA, Vote(process, counter));
                }
            }

            var second = 100;
            foreach (var (store, process, counter) in sights)
            {
                ledger.Observe(TimeSpan.FromSeconds(second += 1), new RegionId($"s{store}"), Vote(process == 0 ? "p" : "q", counter));
            }

            return ledger.Fresh(TimeSpan.FromSeconds(second), Window).Count == 0;
        });
}
