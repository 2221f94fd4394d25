using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>A service that is ill and well by turns, first too quickly for a verdict, then slowly.</summary>
internal sealed class Flapping : LabScenario
{
    private const int QuickTurns = 3;
    private const int SlowTurns = 2;

    /// <inheritdoc />
    public override string Name => "flapping";

    /// <inheritdoc />
    public override string Summary => "a region's health check fails and passes by turns: quick turns move nobody, slow ones move its users once, and back once it is steady";

    /// <inheritdoc />
    public override RegionId? DefaultTarget => new RegionId("us-east-1");

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var region = run.Measured.Killed!.Value;
        run.BeginFault(region, $"{region} turns ill and well quickly");
        for (var turn = 0; turn < QuickTurns; turn++)
        {
            await TurnAsync(run, region, run.Timing.ProbeInterval * 1.2, cancellationToken);
        }

        run.Expect("quick turns move nobody", run.Sightings.Sagas.Count == 0 && run.Routing.Equals(run.Home), $"{run.Sightings.Sagas.Count} sagas");
        run.Timeline.Add($"{region} turns ill and well slowly");
        for (var turn = 0; turn < SlowTurns; turn++)
        {
            await TurnAsync(run, region, run.Timing.ProbeInterval * 4.2, cancellationToken);
        }

        run.Timeline.Add($"{region} stays well");
        await run.ExpectWithinAsync("all users are at home", run.Timing.StepLimit, () => run.Routing.Equals(run.Home) && !run.Sightings.SagaUnderWay, cancellationToken);
        var moves = run.Sightings.Sagas.Count(static s => s.Kind == "Failover");
        run.Expect("slow turns move its users once", moves == 1, $"{moves} failovers");
        run.ExpectServed();
    }

    private static async Task TurnAsync(LabRun run, RegionId region, TimeSpan half, CancellationToken cancellationToken)
    {
        await run.World.SetHealthAsync(region, healthy: false, cancellationToken);
        await run.WaitAsync(half, cancellationToken);
        await run.World.SetHealthAsync(region, healthy: true, cancellationToken);
        await run.WaitAsync(half, cancellationToken);
    }
}
