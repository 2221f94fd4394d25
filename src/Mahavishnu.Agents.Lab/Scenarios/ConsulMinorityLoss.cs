using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>Fewer than half of the stores are lost, among them the leader's own.</summary>
internal sealed class ConsulMinorityLoss : LabScenario
{
    /// <inheritdoc />
    public override string Name => "consul-minority-loss";

    /// <inheritdoc />
    public override string Summary => "a minority of the Consul stores is killed, the leader's own first: nothing happens";

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var leader = run.Sightings.Leader!;
        var lost = run.Regions.OrderBy(r => r != leader.Region).Take((run.Regions.Count - 1) / 2).ToList();
        run.BeginFault(null, $"the stores of {string.Join(" and ", lost)} are killed");
        await Task.WhenAll(lost.Select(r => run.World[r].KillAsync([RegionPart.Consul], cancellationToken)));
        await run.ExpectStaysAsync(
            "the leader stays, under its epoch, and no users are moved",
            run.Timing.Settle,
            () => run.Sightings.Leader == leader && run.Sightings.Sagas.Count == 0 && run.Routing.Equals(run.Home),
            cancellationToken);
        run.Timeline.Add("the stores are revived");
        await Task.WhenAll(lost.Select(r => run.World.StartAsync(r, RegionPart.Consul, cancellationToken)));
        await run.ExpectStaysAsync(
            "the leader stays when they are back", run.Timing.Settle / 2, () => run.Sightings.Leader == leader && run.Routing.Equals(run.Home), cancellationToken);
        run.ExpectServed();
    }
}
