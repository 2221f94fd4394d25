using System.Globalization;
using System.Text.Json;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Lab.Simulation.Runs;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary>What the verb <c>simulate</c> prints.</summary>
public enum SimulateOutput
{
    /// <summary>The report in words.</summary>
    Text = 0,

    /// <summary>The report as one JSON document.</summary>
    Json,

    /// <summary>The names of the deliberate mistakes.</summary>
    Mutations,

    /// <summary>The names of the scenarios.</summary>
    Scenarios,
}

/// <summary>The verb <c>simulate</c>.</summary>
public static class SimulateCommand
{
    private const int Done = 0;
    private const int Broken = 1;
    private const int WrongUse = 2;
    private const int LinesOfTimeline = 60;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Runs the simulator.</summary>
    /// <param name="request">What is to be run.</param>
    /// <param name="wanted">What is to be printed.</param>
    /// <param name="output">Gets the report.</param>
    /// <param name="error">Gets messages and progress.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>0 when every promise was kept, 1 when one was broken, 2 when it could not do what it was asked.</returns>
    public static async Task<int> RunAsync(SimulationRequest request, SimulateOutput wanted, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (wanted is SimulateOutput.Mutations or SimulateOutput.Scenarios)
        {
            foreach (var (name, sentence) in wanted == SimulateOutput.Mutations
                ? MutationCatalogue.All.Select(static m => (Name: m.Mutation.ToString(), Sentence: $"found within {m.Seeds} seeds{(m.Scenario is null ? "" : $" of --scenario {m.Scenario}")}"))
                : SimulatedScenarios.All.Select(static s => (s.Name, Sentence: s.Summary)))
            {
                await output.WriteLineAsync($"{name,-24}{sentence}");
            }

            return Done;
        }

        if (request.Mutation != Mutation.None && !Mutant.CanBeMade)
        {
            await error.WriteLineAsync("simulate: this build was published, and holds no deliberate mistakes; build the solution and run it from there.");
            return WrongUse;
        }

        SimulationReport report;
        try
        {
            report = Simulator.Run(request, TimeProvider.System, ended => Progress(error, ended, request.Runs), cancellationToken);
        }
        catch (LabException refused)
        {
            await error.WriteLineAsync($"simulate: {refused.Message}");
            return WrongUse;
        }

        await output.WriteLineAsync(wanted == SimulateOutput.Json ? JsonSerializer.Serialize(report, Json) : Text(report));
        return report.Violations.Count == 0 ? Done : Broken;
    }

    private static void Progress(TextWriter error, int ended, int runs)
    {
        if (ended % 1000 == 0 && ended < runs)
        {
            error.WriteLine($"simulate: {ended} of {runs} seeds");
        }
    }

    private static string Text(SimulationReport report)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var violation in report.Violations)
        {
            text.WriteLine($"BROKEN  seed {violation.Seed}: {violation.Detail}");
            foreach (var fault in violation.Faults)
            {
                text.WriteLine($"        {fault}");
            }

            foreach (var line in violation.Timeline.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LinesOfTimeline))
            {
                text.WriteLine($"        {line}");
            }

            text.WriteLine($"        again: {violation.Replay}");
        }

        text.WriteLine($"seeds {report.Seeds}, simulated {report.SimulatedSeconds / 3600:0.0} h in {report.WallSeconds:0.0} s: {report.Speedup:0} times real time on each core; history {report.HistoryHash}");
        text.WriteLine($"events {report.Events}, checks {report.Checks}; faults {string.Join(", ", report.Faults.Select(static f => $"{f.Key} {f.Value}"))}");
        text.WriteLine($"saga transitions {report.SagaTransitionsCovered} of {report.SagaTransitionsTotal}, kill points {report.KillPointsCovered} of {report.KillPointsTotal}");
        text.WriteLine($"rest after trouble: p99 {report.ConvergeSecondsP99:0.0} s, at most {report.ConvergeSecondsMax:0.0} s, {report.ConvergeRatioMax:P0} of the bound");
        text.Write(report.Violations.Count == 0 ? "every promise was kept" : $"{report.Violations.Count} seeds broke a promise");
        return text.ToString();
    }
}
