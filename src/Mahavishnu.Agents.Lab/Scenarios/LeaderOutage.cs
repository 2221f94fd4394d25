using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>The region whose agent leads is lost.</summary>
internal sealed class LeaderOutage : RegionOutage
{
    /// <inheritdoc />
    public override string Name => "leader-outage";

    /// <inheritdoc />
    public override string Summary => "everything in the leader's region is killed: another agent takes over and moves its users";

    /// <inheritdoc />
    public override RegionId? DefaultTarget => null;

    /// <inheritdoc />
    public override bool HasDatabases => false; // Where the primary is must be known before there is a leader.

    /// <inheritdoc />
    public override Task RunAsync(LabRun run, CancellationToken cancellationToken) =>
        LoseAndRecoverAsync(run, run.Sightings.Leader!.Region, cancellationToken);
}
