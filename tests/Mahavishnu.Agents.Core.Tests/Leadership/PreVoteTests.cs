using Mahavishnu.Agents.Lab.Simulation.World;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.TestKit.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

public sealed class PreVoteTests
{
    [Theory]
    //          situation     the reason says
    [InlineData("barred",     "does not campaign: maintenance")]
    [InlineData("alone",      "0 of 3 stores answer, 2 are needed")]
    [InlineData("minority",   "1 of 3 stores answer, 2 are needed")]
    [InlineData("led",        "another agent's heartbeat is alive, or was within the wait-out")]
    [InlineData("other list", "region-1 was led with another list of stores")]
    public void Tick_OfAFollower_SaysWhyItDoesNotCampaign(string situation, string reason)
    {
        var world = new LeadershipWorld(1, new WorldOptions { Agents = 2 });
        var (first, second) = (world.Agents[0], world.Agents[1]);
        second.Gate = situation == "barred" ? new CampaignGate(false, "maintenance") : CampaignGate.Yes;
        first.Gate = situation == "led" ? CampaignGate.Yes : new CampaignGate(false, "the scenario says so");
        if (situation == "alone")
        {
            world.Isolate(second);
        }
        else if (situation == "minority")
        {
            (world.Stores[0].Up, world.Stores[2].Up) = (false, false);
        }
        else if (situation == "other list")
        {
            world.Stores[0].Overwrite(ControlKey.Members, new MembersRecord(9, ["elsewhere"]).ToText());
        }

        world.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(Role.Follower, second.Standing(world.Now).Role);
        Assert.Contains(reason, second.Standing(world.Now).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Gate_ClosedDuringTheCandidacy_GivesItUp()
    {
        var world = new LeadershipWorld(1, new WorldOptions { Agents = 1 });
        var agent = world.Agents[0];
        world.RunUntil(() => agent.Standing(world.Now).Role == Role.Campaigning, TimeSpan.FromSeconds(5), "the candidacy");

        agent.Gate = new CampaignGate(false, "draining");
        world.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Role.Follower, agent.Standing(world.Now).Role);
        Assert.All(world.Stores, static store => Assert.Null(store.State.Leader?.Session));
        Assert.All(world.Stores, static store => Assert.Empty(store.Sessions));
    }

    [Fact]
    public void Resign_WithABar_KeepsOutUntilItIsOver()
    {
        var world = new LeadershipWorld(1, new WorldOptions { Agents = 1 });
        var agent = world.Agents[0];
        world.RunUntil(() => agent.Leads(world.Now), TimeSpan.FromSeconds(10), "the term");
        world.Resign(agent, TimeSpan.FromSeconds(20));

        world.Advance(TimeSpan.FromSeconds(19));
        Assert.Single(world.Terms);
        world.RunUntil(() => agent.Leads(world.Now), TimeSpan.FromSeconds(5), "the next term");

        Assert.Equal(2, world.Terms.Count);
    }

    [Fact]
    public void Propose_WithoutLeading_IsABug()
    {
        var world = new LeadershipWorld(1, new WorldOptions { Agents = 1 });

        Assert.Throws<InvalidOperationException>(() => world.Propose(world.Agents[0]));
    }

    [Theory]
    //          role               work  covered
    [InlineData(Role.Leader,       10,   true)]
    [InlineData(Role.Leader,       10.1, false)]
    [InlineData(Role.Established,  1,    false)]
    [InlineData(Role.Follower,     0,    false)]
    public void Covers_WorkOfALength_OnlyWhileTheLeaseLasts(Role role, double work, bool covered) =>
        Assert.Equal(covered, new Standing(role, 1, TimeSpan.FromSeconds(110), 2, "").Covers(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(work)));
}
