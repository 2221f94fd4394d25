namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>One agent sees every region down, and it is the leader, which is the hardest case.</summary>
internal sealed class IsolatedObserver : LabScenario
{
    /// <inheritdoc />
    public override string Name => "isolated-observer";

    /// <inheritdoc />
    public override string Summary => "the leader's probes fail everywhere, everybody else's succeed: the agent abstains, and nothing is done";

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var observer = run.Sightings.Leader!.Region;
        run.BeginFault(null, $"{observer}'s agent is cut off from every service");
        await run.World.DenyAsync(observer, denied: true, cancellationToken);
        await run.ExpectWithinAsync(
            "the agent that sees everything down abstains", run.Timing.VerdictLimit + run.Timing.ProbeInterval, () => run.Sightings.Of(observer)?.Abstains is not null, cancellationToken);
        await run.ExpectStaysAsync(
            "no region is taken for down, and no users are moved",
            run.Timing.Settle,
            () => run.Sightings.Sagas.Count == 0 && run.Routing.Equals(run.Home) && !run.Regions.Any(r => run.Sightings.Agreed(r, "Down")),
            cancellationToken);
        run.Timeline.Add($"{observer}'s agent reaches the services again");
        await run.World.DenyAsync(observer, denied: false, cancellationToken);
        await run.ExpectWithinAsync("it votes again", run.Timing.StepLimit, () => run.Sightings.Of(observer) is { Abstains: null }, cancellationToken);
        run.ExpectServed();
    }
}
