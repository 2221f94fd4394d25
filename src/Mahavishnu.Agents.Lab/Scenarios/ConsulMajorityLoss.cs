using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>More than half of the stores are lost.</summary>
internal sealed class ConsulMajorityLoss : LabScenario
{
    /// <inheritdoc />
    public override string Name => "consul-majority-loss";

    /// <inheritdoc />
    public override string Summary => "a majority of the Consul stores is killed: nobody leads and everybody says so, users are served on; it is led again when they are back";

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var epoch = run.Sightings.Leader!.Epoch;
        var lost = run.Regions.Take((run.Regions.Count / 2) + 1).ToList();
        run.BeginFault(null, $"the stores of {string.Join(" and ", lost)} are killed");
        await Task.WhenAll(lost.Select(r => run.World[r].KillAsync([RegionPart.Consul], cancellationToken)));
        await run.ExpectSinceFaultAsync(
            "nobody leads, and every agent says so with a reason",
            run.Timing.NewLeaderLimit,
            () => run.Sightings.Live is { } live && live.Count == run.Regions.Count && live.All(static s => s is { Leadership: { Leads: false, Reason.Length: > 0 }, Leader: null }),
            cancellationToken);
        await run.ExpectStaysAsync(
            "nobody leads and no users are moved", run.Timing.Settle, () => run.Sightings.Leader is null && run.Routing.Equals(run.Home), cancellationToken);
        run.Timeline.Add("the stores are revived");
        await Task.WhenAll(lost.Select(r => run.World.StartAsync(r, RegionPart.Consul, cancellationToken)));
        await run.ExpectWithinAsync(
            "an agent leads under a greater epoch", run.Timing.NewLeaderLimit * 2, () => run.Sightings.Leader is { } leader && leader.Epoch > epoch, cancellationToken);
        await run.ExpectStaysAsync("it stays", run.Timing.Settle / 2, () => run.Sightings.Leader is not null && run.Routing.Equals(run.Home), cancellationToken);
        run.ExpectServed();
    }
}
