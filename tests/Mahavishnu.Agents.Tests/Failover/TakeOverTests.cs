using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.TestKit.Leadership;
using Mahavishnu.Agents.Tests.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>Leaders that die in the middle of a failover, and those that go on.</summary>
public sealed class TakeOverTests : FailoverWorld
{
    [Fact]
    public async Task Kill_LeaderAfterEveryRecord_OthersFinishTheSaga()
    {
        Health.Set(StoreWorld.Us, 0);
        var story = new List<string>();
        JournalRecord last;
        do
        {
            var agent = await AgentAsync($"eu-west-1-{story.Count}", StoreWorld.Eu, decides: false);
            await Eventually.TrueAsync(() => agent.Candidate.Leads, "it leads");
            var recovered = await JournalAsync();

            // Cycle by cycle until a record of its own stands; what would follow it, this agent does not live to do.
            while ((last = await JournalAsync() ?? SampleJournal.Record(0)).Sequence <= (recovered?.Sequence ?? 0))
            {
                await agent.Loop.RunOnceAsync(Eventually.Cancellation);
            }

            story.Add($"{last.Step} {last.Phase}");
            await agent.KillAsync();
        }
        while (!last.Ended && story.Count < 20);

        Assert.Equal(
            ["DrainSource Intended", "DrainSource Done", "Redirect Intended", "Redirect Done", "Verify Intended", "Verify Done", "Watch Intended", "Watch Done", "Watch Complete"],
            story);
        Assert.Equal(9, last.Epoch);
        AssertUsersOfUsAreAway();
        AssertOneActor();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Kill_LeaderDuringAnEffect_TheNextRepeatsIt(int nth)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var effects = 0;
        Edge.Script = async (command, cancellationToken) =>
        {
            if (!command.Desired.Equals(Edge.Now) && command.Agent == "eu-west-1-1" && ++effects == nth)
            {
                held.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return null;
        };
        var first = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        var second = await AgentAsync("ap-south-1-1", StoreWorld.Ap, decides: true);
        second.Candidate.Gate = new(false, "not yet");
        await LeadsAsync(first);
        Health.Set(StoreWorld.Us, 0);
        await held.Task.WaitAsync(Eventually.Cancellation);

        second.Candidate.Gate = Core.Leadership.CampaignGate.Yes;
        await first.KillAsync();

        await EndedAsync(second, StepPhase.Complete);
        AssertUsersOfUsAreAway();
        AssertOneActor();
        Assert.Contains(second.Loop.State.Steps, s => s.Name == (nth == 1 ? "DrainSource" : "Redirect") && s.State == "done");
    }

    [Fact]
    public async Task TermEnds_DuringAnEffect_TheEffectIsCancelledAndTheSagaGoesOn()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Edge.Script = async (command, cancellationToken) =>
        {
            if (command.Desired.Equals(Edge.Now) || command.Epoch > 1)
            {
                return null;
            }

            await using var end = cancellationToken.Register(() => cancelled.TrySetResult());
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return null;
        };
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        await LeadsAsync(agent);
        Health.Set(StoreWorld.Us, 0);
        await begun.Task.WaitAsync(Eventually.Cancellation);
        Assert.Equal((true, "DrainSource"), (agent.Loop.State.Doing.EndsWith("DrainSource", StringComparison.Ordinal), agent.Loop.State.Steps[0].Name));

        agent.Candidate.Loop.Resign("the test says so", TimeSpan.Zero);

        await cancelled.Task.WaitAsync(Eventually.Cancellation);
        await EndedAsync(agent, StepPhase.Complete);
        Assert.Equal(2, agent.Loop.State.Epoch);
        AssertUsersOfUsAreAway();
        AssertOneActor();
        Assert.Equal(["left", "done"], agent.Loop.State.Steps.Where(static s => s.Name == "DrainSource").Select(static s => s.State));
    }

    [Fact]
    public async Task RunOnceAsync_TermWhoseBeginningWasNotTakenInYet_BeginsNothing()
    {
        Health.Set(StoreWorld.Us, 0);
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu, decides: false);
        await Eventually.TrueAsync(() => agent.Candidate.Leads, "it leads");
        await Eventually.TrueAsync(() => agent.Candidate.Loop.Notices.TryRead(out var notice) && notice is Core.Leadership.LeadershipNotice.BecameLeader, "the notice is lost on its way");

        for (var i = 0; i < 100; i++)
        {
            Assert.False(await agent.Loop.RunOnceAsync(Eventually.Cancellation));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Eventually.Cancellation);
        }

        Assert.Equal(Core.Health.RegionCondition.Down, agent.Loop.State.Input.View[StoreWorld.Us].Condition);
        Assert.Equal(0, agent.Loop.State.Epoch);
        Assert.Null(await JournalAsync());
    }

    [Fact]
    public async Task RunOnceAsync_EndAndBeginningInOneDrain_GoesOnFromTheRecoveredRecord()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu, decides: false);
        await Eventually.TrueAsync(() => agent.Candidate.Leads, "it leads");
        Assert.True(await agent.Candidate.Loop.WriteJournalAsync(SampleJournal.Record(1), 1, Eventually.Cancellation));
        agent.Candidate.Loop.Resign("the test says so", TimeSpan.Zero);
        await Eventually.TrueAsync(() => agent.Candidate.Loop.Term is { Epoch: 2 }, "it leads again");

        // Beginning, commit, end and beginning: the cycle takes them all, then acts on the last.
        await agent.Loop.RunOnceAsync(Eventually.Cancellation);

        Assert.Equal((2, 2), (agent.Loop.State.Epoch, agent.Loop.State.Record!.Epoch));
        Assert.Equal("fo-1-1: Redirect", agent.Loop.State.Doing);
        Assert.Equal(SampleJournal.Record(1).Desired, Assert.Single(Edge.Told, static t => t.Desired.Percent(StoreWorld.Us, StoreWorld.Eu) == 100).Desired);
    }

    [Fact]
    public async Task Reconcile_NewTermWhoseSagaIsNotTakenOver_TouchesNothing()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu, decides: false);
        await Eventually.TrueAsync(() => agent.Candidate.Leads, "it leads");

        await Eventually.StaysTrueAsync(StoreWorld.Timing.HeartbeatInterval * 3, () => Edge.Told.IsEmpty, "the edge is left alone");
    }

    [Fact]
    public async Task Reconcile_TargetChangedByAnotherHand_IsRepairedOnlyToWhatTheJournalSays()
    {
        var agent = await AgentAsync("eu-west-1-1", StoreWorld.Eu);
        await LeadsAsync(agent);
        Health.Set(StoreWorld.Us, 0);
        await EndedAsync(agent, StepPhase.Complete);

        await Edge.ApplyAsync(new TrafficCommand(Home, agent.Loop.State.Epoch, agent.Name, static () => true), Eventually.Cancellation);

        await Eventually.TrueAsync(() => Edge.Now.Percent(StoreWorld.Us, StoreWorld.Us) == 0, "it is repaired");
        AssertUsersOfUsAreAway();
    }

    /// <summary>The newest record that a store holds.</summary>
    private async Task<JournalRecord?> JournalAsync()
    {
        JournalRecord? newest = null;
        foreach (var region in StoreWorld.Regions)
        {
            var record = await World.ReadAsync(region, "journal/current") is { } entry ? JournalCodec.Read(entry.Text).Record : null;
            newest = record is not null && record.IsNewerThan(newest) ? record : newest;
        }

        return newest;
    }
}
