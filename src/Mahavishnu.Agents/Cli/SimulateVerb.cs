using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Lab.Command;
using Mahavishnu.Agents.Lab.Simulation.Runs;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>simulate</c>: the agent's decisions on virtual time, against everything that can go wrong.</summary>
internal static class SimulateVerb
{
    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var seed = new Option<int>("--seed") { Description = "The first seed", DefaultValueFactory = static _ => 1 };
        var runs = new Option<int>("--runs") { Description = "How many seeds, counted up from the first", DefaultValueFactory = static _ => 100 };
        var jobs = new Option<int>("--jobs") { Description = "How many at a time; default: one for each processor", DefaultValueFactory = static _ => Environment.ProcessorCount };
        var scenario = new Option<string?>("--scenario") { Description = "A named story instead of what the seed makes of itself" };
        var faults = new Option<IReadOnlyList<int>?>("--faults") { Description = "Only these faults of the run, by their places, e.g. 0,3,4; or none", CustomParser = Places };
        var mutation = new Option<Mutation>("--mutation") { Description = "A deliberate mistake that is made throughout, and must be found; see --list-mutations" };
        var mutations = new Option<bool>("--list-mutations") { Description = "Name the mistakes" };
        var scenarios = new Option<bool>("--list-scenarios") { Description = "Name the stories" };
        var simulate = new Command("simulate", "Runs the agents' decisions on virtual time against faults, and checks every promise after every event")
        {
            seed, runs, jobs, scenario, faults, mutation, mutations, scenarios,
        };
        simulate.SetAction((parsed, cancellationToken) => SimulateCommand.RunAsync(
            new SimulationRequest
            {
                Seed = parsed.GetValue(seed),
                Runs = Math.Max(1, parsed.GetValue(runs)),
                Jobs = Math.Clamp(parsed.GetValue(jobs), 1, 64),
                Scenario = parsed.GetValue(scenario),
                Mutation = parsed.GetValue(mutation),
                StopAfter = parsed.GetValue(mutation) == Mutation.None ? int.MaxValue : 1,
                Faults = parsed.GetValue(faults),
            },
            parsed.GetValue(mutations) ? SimulateOutput.Mutations : parsed.GetValue(scenarios) ? SimulateOutput.Scenarios : parsed.GetValue(common.Json) ? SimulateOutput.Json : SimulateOutput.Text,
            Console.Out,
            Console.Error,
            cancellationToken));
        return simulate;
    }

    private static List<int>? Places(ArgumentResult argument)
    {
        var written = argument.Tokens[0].Value;
        var places = new List<int>();
        foreach (var part in written == "none" ? [] : written.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var place))
            {
                argument.AddError($"--faults: expected places counted from 0, as in 0,3,4, or none; '{part}' is no place");
                return null;
            }

            places.Add(place);
        }

        return places;
    }
}
