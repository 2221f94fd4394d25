using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Watch;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class SightingsTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private readonly List<string> _told = [];
    private readonly Sightings _sightings;

    public SightingsTests() => _sightings = new Sightings(new Timeline(new FakeTimeProvider(), happened => _told.Add(happened.Text)));

    [Fact]
    public void Leader_TwoClaim_TheGreaterEpochCounts()
    {
        _sightings.Take(Us, Status(Us, "Leader", 3));
        _sightings.Take(Eu, Status(Eu, "Leader", 4));

        Assert.Equal(new LeaderSighting("eu-west-1-1", Eu, 4), _sightings.Leader);
    }

    [Fact]
    public void Take_LeaderNoLongerAnswers_NobodyLeads()
    {
        _sightings.Take(Us, Status(Us, "Leader", 3));
        _sightings.Take(Us, null);

        Assert.Null(_sightings.Leader);
        Assert.Equal(["us-east-1-1 leads under epoch 3", "nobody leads"], _told);
    }

    [Fact]
    public void Take_SameAnswerAgain_TellsNothing()
    {
        var status = Status(Us, "Leader", 3) with { Regions = [new RegionStatus("eu-west-1", "Down", null)], Saga = Saga("p1", "Intended", "running") };
        _sightings.Take(Us, status);
        var told = _told.Count;
        _sightings.Take(Us, status);

        Assert.Equal(told, _told.Count);
        Assert.Contains("eu-west-1 is agreed to be down", _told);
        Assert.Contains("failover step Redirect: running", _told);
    }

    [Fact]
    public void Sagas_NextOneIsSeen_TheOneBeforeHasEnded()
    {
        _sightings.Take(Us, Status(Us, "Leader", 3) with { Saga = Saga("p1", "Intended", "running") });
        Assert.True(_sightings.SagaUnderWay);
        _sightings.Take(Us, Status(Us, "Leader", 3) with { LastSaga = Saga("p2", "Complete", "done") });

        Assert.All(_sightings.Sagas, static saga => Assert.True(saga.Ended));
        Assert.False(_sightings.SagaUnderWay);
    }

    [Fact]
    public void Sagas_NewLeaderSawOnlyLaterSteps_EarlierOnesAreKept()
    {
        _sightings.Take(Us, Status(Us, "Leader", 3) with { Saga = Saga("p1", "Intended", "done") });
        _sightings.Take(Us, null);
        _sightings.Take(Eu, Status(Eu, "Leader", 4) with { Saga = Saga("p1", "Intended", "running") with { Steps = [new SagaStepStatus("Watch", "running", 1, 0.1)] } });

        Assert.Equal(["Redirect", "Watch"], Assert.Single(_sightings.Sagas).Steps!.Select(static s => s.Name));
    }

    private static AgentStatus Status(RegionId region, string role, long epoch) =>
        new($"{region}-1", region.Value, new LeadershipStatus(role, epoch, null), null, null, [], null, null);

    private static SagaStatus Saga(string plan, string phase, string state) =>
        new(plan, "Failover", phase, "us-east-1", "eu-west-1", "Unknown", null, [new SagaStepStatus("Redirect", state, 1, 0.1)]);
}
