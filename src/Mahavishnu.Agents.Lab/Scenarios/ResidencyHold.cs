using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>A region is lost whose data may not lie anywhere else that is left.</summary>
internal sealed class ResidencyHold : LabScenario
{
    /// <inheritdoc />
    public override string Name => "residency-hold";

    /// <inheritdoc />
    public override string Summary => "the only region in the EU is killed, and its data may not leave the EU: nobody is moved, a person is called; it serves again when it is back";

    /// <inheritdoc />
    public override RegionId? DefaultTarget => new RegionId("eu-west-1");

    /// <inheritdoc />
    public override bool HoldsEuropeanData => true;

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var region = run.Measured.Killed!.Value;
        await run.KillRegionAsync(region, cancellationToken);
        await run.ExpectSinceFaultAsync($"a majority agrees that {region} is down", run.Timing.VerdictLimit, () => run.Measured.Detected is not null, cancellationToken);
        await run.ExpectStaysAsync(
            "its users are not moved", run.Timing.Settle, () => run.Sightings.Sagas.Count == 0 && run.Routing.Equals(run.Home), cancellationToken);
        var leader = run.Sightings.Leader;
        var explained = leader is null ? "" : await run.World.ReadAgentAsync(leader.Region, "v1/explain", cancellationToken);
        run.Expect(
            "the leader explains that a person is needed, and why",
            explained.Contains("ManualIntervention", StringComparison.Ordinal) && explained.Contains("eu_personal_data", StringComparison.Ordinal),
            leader is null ? "nobody leads" : $"{leader.Agent} was asked");
        run.Timeline.Add($"{region} is revived");
        await run.World.StartAsync([region], cancellationToken);
        await run.ExpectWithinAsync($"users of {region} are served again, at home", run.Timing.StepLimit, () => run.Measured.Recovered is not null && run.Routing.Equals(run.Home), cancellationToken);
    }
}
