using Mahavishnu.Agents.Lab.Load;
using Mahavishnu.Agents.Lab.Postgres;
using Mahavishnu.Agents.Lab.Scenarios;
using Mahavishnu.Agents.Lab.Watch;
using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary>The verb <c>lab</c>.</summary>
public static class LabCommand
{
    private const int Done = 0;
    private const int ExpectationFailed = 1;
    private const int WrongUse = 2;
    private const int DependencyMissing = 3;
    private const int Interrupted = 130;

    /// <summary>The scenarios' names, the default first.</summary>
    public static IReadOnlyList<string> Scenarios { get; } = [.. ScenarioCatalogue.All.Select(static s => s.Name)];

    /// <summary>Runs a scenario, or one part of a lab, and leaves no process behind.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="output">Gets the timeline and the verdict, or the JSON document and nothing else.</param>
    /// <param name="error">Gets messages, and the timeline when the output is JSON.</param>
    /// <param name="cancellationToken">Ends the lab early.</param>
    /// <returns>0 when every expectation held, 1 when not, 2 when the lab could not do what it was asked, 3 when a program is missing, 130 when it was interrupted.</returns>
    public static async Task<int> RunAsync(LabOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        try
        {
            if (options.ListScenarios)
            {
                foreach (var scenario in ScenarioCatalogue.All)
                {
                    await output.WriteLineAsync($"{scenario.Name,-22}{scenario.Summary}");
                }

                return Done;
            }

            if (options.Only is not null)
            {
                await LabParts.RunAsync(options, output, TimeProvider.System, cancellationToken);
                return Done;
            }

            return await RunScenarioAsync(LabRequest.Of(options), options, output, error, cancellationToken);
        }
        catch (LabException refused)
        {
            await error.WriteLineAsync($"lab: {refused.Message}");
            return refused.IsMissingDependency ? DependencyMissing : WrongUse;
        }
        catch (UnauthorizedAccessException refused)
        {
            await error.WriteLineAsync($"lab: {refused.Message} The lab writes to {Path.GetTempPath()}; set TMPDIR to a directory that you may write to.");
            return WrongUse;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("lab: interrupted; every process of the lab is stopped.");
            return Interrupted;
        }
    }

    private static async Task<int> RunScenarioAsync(LabRequest request, LabOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        await using var view = TimelineView.For(options, options.Json ? error : output, time);
        var timeline = new Timeline(time, view.Show);
        timeline.Add($"{request.Scenario.Name}: {request.Regions} regions, profile {request.Timing.Profile}, seed {options.Seed}");
        var world = await LabWorld.StartAsync(
            new LabWorldOptions(options.Program, request.Regions, request.Timing, request.Scenario.HoldsEuropeanData, options.WithPostgres ? request.Target : null, options.Synchronous), time, cancellationToken);
        await using (world)
        {
            var sightings = new Sightings(timeline);
            await using var watch = new StatusWatch(world.Regions, world.AgentToken, sightings, time);
            var regions = world.Regions.Select(static r => r.Region).ToList();
            timeline.Add($"every process runs; files are in {world.Directory}");
            await world.WarmUpAsync(cancellationToken);
            await using var load = new UserLoad(
                world.Edge.Address, regions, new UserLoadOptions { UsersPerRegion = Math.Max(4, 30 / regions.Count), Seed = options.Seed }, time);
            await using var writer = options.WithPostgres ? new RowWriter(world.Edge.Address, request.Target!.Value, options.Seed, time) : null;
            var run = new LabRun(world, load, sightings, timeline, request.Timing, time) { Writer = writer };
            run.Measured.Killed = request.Target;
            view.Watch(run);
            await RunAsync(run, request.Scenario, cancellationToken);
            await DatabaseVerdict.JudgeAsync(run, options.Synchronous, cancellationToken);
            var report = LabReport.Of(run, request.Scenario.Name, request.Timing.Profile, options.Seed);
            await view.DisposeAsync();
            Print(report, run, options, output);
            world.KeepsFiles = report.Verdict != LabReport.Passed;
            if (world.KeepsFiles)
            {
                await error.WriteLineAsync($"lab: logs and configuration are kept in {world.Directory}");
            }

            if (options.Stay)
            {
                await StayAsync(world, options.Json ? error : output, time, cancellationToken);
            }

            return report.Verdict == LabReport.Passed ? Done : ExpectationFailed;
        }
    }

    private static async Task RunAsync(LabRun run, LabScenario scenario, CancellationToken cancellationToken)
    {
        var ready = await run.ExpectWithinAsync(
            "one agent leads and every region is agreed to be healthy",
            run.Timing.StepLimit,
            () => run.Sightings.Leader is not null && run.World.Edge.Control.Current.Epoch > 0 && run.Regions.All(r => run.Sightings.Agreed(r, "Healthy")),
            cancellationToken);
        if (ready)
        {
            await run.WaitAsync(run.Timing.Warmup, cancellationToken);
            run.ExpectServed();
            await scenario.RunAsync(run, cancellationToken);
        }

        run.ExpectOrder();
    }

    private static void Print(LabReport report, LabRun run, LabOptions options, TextWriter output)
    {
        if (options.Json)
        {
            report.WriteJson(output);
        }
        else
        {
            report.WriteText(output, run.Expectations);
        }

        output.Flush();
    }

    private static async Task StayAsync(LabWorld world, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"Everything is left running; Ctrl-C ends it. Configuration: --config {world.ConfigDirectory}");
        foreach (var region in world.Regions)
        {
            await output.WriteLineAsync($"  {region.Region,-16} agent {region.Agent}  service {region.Service}  Consul {region.Consul}");
        }

        await output.WriteLineAsync($"  {"edge",-16} {world.Edge.Address}u/REGION/api/v1/ping");
        await output.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
