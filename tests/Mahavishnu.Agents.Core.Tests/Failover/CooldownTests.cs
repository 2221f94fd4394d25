using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>The cooldown outlives leaders, although the journal has no clock: each agent counts from when it saw the record.</summary>
public sealed class CooldownTests
{
    private readonly FailoverMachine _machine = new(FlightWorld.SettingsOf(Ap));

    private static JournalRecord Complete(long epoch, long sequence) =>
        FailoverPlan(TrafficOnly) with { Epoch = epoch, Sequence = sequence, Step = SagaStep.Watch, Phase = StepPhase.Complete };

    private static JournalRecord FailbackAborted(long epoch, long sequence) =>
        FailbackPlan(TrafficOnly) with { Epoch = epoch, Sequence = sequence, Phase = StepPhase.Aborted, Cooling = [Us] };

    private TimeSpan? SinceFailover(double seconds, JournalRecord? shown = null)
    {
        var turn = _machine.Turn(TimeSpan.FromSeconds(seconds), FailoverFacts.None with { Epoch = _machine.Epoch, Shown = shown });
        return turn.Input.SinceFailover.TryGetValue(Us, out var since) ? since : null;
    }

    private void Lead(double seconds, long epoch, JournalRecord? recovered) => _machine.Take(TimeSpan.FromSeconds(seconds), new LeadershipNotice.BecameLeader(epoch, recovered));

    private void End(double seconds) => _machine.Take(TimeSpan.FromSeconds(seconds), new LeadershipNotice.TermEnded(_machine.Epoch, "a test"));

    [Fact]
    public void Turn_NewLeaderThatSawNothing_CountsFromItsElection()
    {
        Lead(310, 2, Complete(2, 9));

        Assert.Equal(TimeSpan.FromSeconds(5), SinceFailover(315));
    }

    [Fact]
    public void Turn_NewLeaderThatWatchedTheFailover_CountsFromWhenItSawIt()
    {
        SinceFailover(10, Complete(1, 8));
        Lead(400, 2, Complete(2, 9));

        Assert.Equal(TimeSpan.FromSeconds(391), SinceFailover(401));
    }

    [Fact]
    public void Turn_LeaderOfLongAgo_DoesNotTrustItsOldMemoryOfTheRegion()
    {
        Lead(0, 1, Complete(1, 8));
        End(1);
        Lead(310, 3, FailbackAborted(3, 20));

        Assert.Equal(TimeSpan.FromSeconds(1), SinceFailover(311));
    }

    [Fact]
    public void Turn_FollowerThatSeesAnotherPlan_CountsTheCoolingRegionsFromThere()
    {
        Lead(0, 1, Complete(1, 8));
        End(1);
        SinceFailover(200, FailbackAborted(2, 15));
        Lead(310, 3, FailbackAborted(3, 16));

        Assert.Equal(TimeSpan.FromSeconds(111), SinceFailover(311));
    }

    [Fact]
    public void Turn_OlderRecordThatAStoreStillShows_TellsNothing()
    {
        SinceFailover(10, Complete(2, 9));
        SinceFailover(100, FailbackAborted(1, 3));

        Assert.Equal(TimeSpan.FromSeconds(100), SinceFailover(110, Complete(2, 9)));
    }

    [Fact]
    public void Turn_FailoverThatWasUndone_StartsNoCooldown()
    {
        SinceFailover(10, Complete(1, 8) with { Phase = StepPhase.AbortIntended });
        Assert.Equal(TimeSpan.Zero, SinceFailover(10));

        Assert.Null(SinceFailover(20, Complete(1, 9) with { Phase = StepPhase.Aborted }));
    }
}
