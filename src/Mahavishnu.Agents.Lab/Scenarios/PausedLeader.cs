using Mahavishnu.Agents.Lab.Edge;
using Mahavishnu.Agents.Lab.Watch;
using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>The leader does not run for longer than its lease, as a virtual machine that is moved, and goes on as if nothing had been.</summary>
internal sealed class PausedLeader : LabScenario
{
    /// <inheritdoc />
    public override string Name => "paused-leader";

    /// <inheritdoc />
    public override string Summary => "the leader is stopped (SIGSTOP) for longer than its lease, and goes on: another leads, and nothing is done under the old epoch";

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var old = run.Sightings.Leader!;
        var agent = run.World[old.Region][RegionPart.Agent]!;
        run.BeginFault(null, $"{old.Agent} is paused (SIGSTOP)");
        await agent.PauseAsync(cancellationToken);
        await run.ExpectSinceFaultAsync(
            "another agent leads under a greater epoch", run.Timing.NewLeaderLimit, () => run.Sightings.Leader is { } next && next.Agent != old.Agent && next.Epoch > old.Epoch, cancellationToken);
        await run.ExpectSinceFaultAsync(
            "it has announced its epoch to the edge", run.Timing.RtoLimit, () => run.World.Edge.Control.Current.Epoch > old.Epoch, cancellationToken);
        var rest = run.Timing.Pause - run.SinceFault;
        await run.WaitAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken);
        run.Timeline.Add($"{old.Agent} goes on (SIGCONT)");
        await agent.ResumeAsync(cancellationToken);
        await run.ExpectWithinAsync(
            "the old leader answers, and does not lead under its old epoch", run.Timing.NewLeaderLimit, () => run.Sightings.Of(old.Region) is not null && !ClaimsOldEpoch(run, old), cancellationToken);
        await run.ExpectStaysAsync(
            "it does not claim the old epoch again, and the new leader stays",
            run.Timing.Settle,
            () => run.Sightings.Leader is { } now && now.Epoch > old.Epoch && !ClaimsOldEpoch(run, old),
            cancellationToken);
        var stale = run.World.Edge.Control.History
            .SkipWhile(e => e is not { Outcome: EffectOutcome.Accepted, Command: { } command } || command.Epoch <= old.Epoch)
            .Count(e => e is { Outcome: EffectOutcome.Accepted, Command: { } command } && command.Epoch <= old.Epoch);
        run.Expect("no effect of the old epoch was accepted after the new one", stale == 0, $"{stale} effects");
        run.Expect("no users were moved", run.Routing.Equals(run.Home), run.Routing.ToString());
        run.ExpectServed();
    }

    private static bool ClaimsOldEpoch(LabRun run, LeaderSighting old) =>
        run.Sightings.Of(old.Region) is { Leadership: { Leads: true, Epoch: var epoch } } && epoch <= old.Epoch;
}
