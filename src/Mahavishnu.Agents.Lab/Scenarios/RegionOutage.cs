using System.Globalization;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>The default: one region is lost and comes back.</summary>
internal class RegionOutage : LabScenario
{
    /// <inheritdoc />
    public override string Name => "region-outage";

    /// <inheritdoc />
    public override string Summary => "everything in a region is killed, whether or not it leads: its users are moved, and moved back when it has recovered";

    /// <inheritdoc />
    public override RegionId? DefaultTarget => new RegionId("us-east-1");

    /// <inheritdoc />
    public override Task RunAsync(LabRun run, CancellationToken cancellationToken) =>
        LoseAndRecoverAsync(run, run.Measured.Killed!.Value, cancellationToken);

    /// <summary>Kills a region, expects the failover within its bounds, revives it and expects the failback.</summary>
    protected static async Task LoseAndRecoverAsync(LabRun run, RegionId region, CancellationToken cancellationToken)
    {
        var leaderDies = run.Sightings.Leader?.Region == region;
        await run.KillRegionAsync(region, cancellationToken);
        await run.ExpectSinceFaultAsync($"a majority agrees that {region} is down", run.Timing.VerdictLimit, () => run.Measured.Detected is not null, cancellationToken);
        await run.ExpectSinceFaultAsync(
            $"users of {region} are served again ({(leaderDies ? "the leader died with it" : "the leader lives")})",
            leaderDies ? run.Timing.RtoLimitLeaderLost : run.Timing.RtoLimit,
            () => run.Measured.Recovered is not null,
            cancellationToken);
        var complete = await run.ExpectWithinAsync("the failover completes", run.Timing.StepLimit, () => run.Saga("Failover", region)?.Phase == "Complete", cancellationToken);
        if (complete)
        {
            await RecoverAsync(run, region, cancellationToken);
        }

        run.Expect(
            "a new leader has a greater epoch, and an old one keeps its own",
            run.Sightings.Leader is { } after && (leaderDies ? after.Epoch > run.Measured.EpochBefore : after.Epoch >= run.Measured.EpochBefore),
            string.Create(CultureInfo.InvariantCulture, $"{run.Measured.EpochBefore} before, {run.Sightings.Leader?.Epoch} after"));
    }

    /// <summary>Revives a region and expects everybody at home.</summary>
    protected static async Task RecoverAsync(LabRun run, RegionId region, CancellationToken cancellationToken)
    {
        await DatabaseVerdict.RepairAsync(run, region, cancellationToken);
        run.Timeline.Add($"{region} is revived");
        await run.World.StartAsync([region], cancellationToken);
        await run.ExpectWithinAsync($"users of {region} return", run.Timing.StepLimit, () => run.Measured.FailedBack is not null, cancellationToken);
        await run.ExpectWithinAsync("all users are at home", run.Timing.StepLimit, () => run.Routing.Equals(run.Home), cancellationToken);
        await run.ExpectStaysAsync("they stay there", run.Timing.Warmup, () => run.Routing.Equals(run.Home), cancellationToken);
        var ratio = run.Tally.Total.FailedRatio;
        run.Expect(
            string.Create(CultureInfo.InvariantCulture, $"fewer than {run.Timing.FailedRatioLimit:P0} of all requests failed"),
            ratio < run.Timing.FailedRatioLimit,
            string.Create(CultureInfo.InvariantCulture, $"{run.Tally.Total.Failed} of {run.Tally.Total.Requests}, {ratio:P2}"));
    }
}
