using System.Globalization;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>An operator moves the users of a region that is well, and they return.</summary>
internal sealed class PlannedMove : RegionOutage
{
    /// <inheritdoc />
    public override string Name => "planned";

    /// <inheritdoc />
    public override string Summary => "an operator fails a healthy region over: its users notice nothing, no row is lost, and they return";

    /// <inheritdoc />
    public override bool IsPlanned => true;

    /// <inheritdoc />
    public override async Task RunAsync(LabRun run, CancellationToken cancellationToken)
    {
        var region = run.Measured.Killed!.Value;
        run.BeginFault(region, $"an operator fails {region} over, which is well");
        var code = await run.World.FailOverAsync(region, cancellationToken);
        run.Expect("the operator's failover is done", code == 0, string.Create(CultureInfo.InvariantCulture, $"exit code {code}"));
        if (await run.ExpectWithinAsync("the failover completes", run.Timing.StepLimit, () => run.Saga("Failover", region)?.Phase == "Complete", cancellationToken))
        {
            await DatabaseVerdict.RepairAsync(run, region, cancellationToken);
            await ReturnAsync(run, region, cancellationToken);
        }

        run.ExpectServed();
    }
}
