using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>The region that takes over is lost while it does.</summary>
internal sealed class TargetDiesMidway : LabScenario
{
    /// <inheritdoc />
    public override string Name => "target-dies-midway";

    /// <inheritdoc />
    public override string Summary => "a region is killed, and so is the region that takes over, as soon as it shows: the next best takes over from both";

    /// <inheritdoc />
    public override int FewestRegions => 5;

    /// <inheritdoc />
    public override RegionId? DefaultTarget => new RegionId("us-east-1");

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var source = run.Measured.Killed!.Value;
        await run.KillRegionAsync(source, cancellationToken);
        if (!await run.ExpectSinceFaultAsync("a failover begins", run.Timing.RtoLimitLeaderLost, () => run.Saga("Failover", source) is not null, cancellationToken))
        {
            return;
        }

        var target = new RegionId(run.Saga("Failover", source)!.Target);
        run.Timeline.Add($"{target}, which takes over, is killed too");
        await run.World.KillAsync(target, cancellationToken);
        run.WatchRecovery(source);
        await run.ExpectWithinAsync(
            "users of both are served by regions that live",
            run.Timing.StepLimit,
            () => Lives(run, source, source, target) && Lives(run, target, source, target) && run.Measured.Recovered is not null,
            cancellationToken);
        await run.ExpectWithinAsync("no saga is left under way", run.Timing.StepLimit, () => !run.Sightings.SagaUnderWay, cancellationToken);
        run.Timeline.Add("both are revived");
        await run.World.StartAsync([source, target], cancellationToken);
        await run.ExpectWithinAsync("all users are at home", run.Timing.StepLimit, () => run.Routing.Equals(run.Home) && run.Measured.FailedBack is not null && !run.Sightings.SagaUnderWay, cancellationToken);
    }

    private static bool Lives(LabRun run, RegionId audience, params ReadOnlySpan<RegionId> dead)
    {
        var shares = run.Routing.Shares(audience);
        foreach (var region in dead)
        {
            if (shares.ContainsKey(region))
            {
                return false;
            }
        }

        return shares.Count > 0;
    }
}
