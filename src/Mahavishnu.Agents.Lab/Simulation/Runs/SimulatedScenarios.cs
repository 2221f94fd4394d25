namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>A named story.</summary>
internal sealed record Scenario(string Name, string Summary, Func<int, SimulationPlan> Make);

/// <summary>Named scenarios.</summary>
internal static class SimulatedScenarios
{
    /// <summary>Every scenario.</summary>
    public static IReadOnlyList<Scenario> All { get; } = [];

    /// <summary>The run of a scenario and a seed.</summary>
    /// <exception cref="LabException">There is no such scenario.</exception>
    public static SimulationPlan Make(string name, int seed) =>
        All.FirstOrDefault(s => s.Name == name)?.Make(seed) ?? throw new LabException($"there is no scenario {name}; see --list-scenarios");
}
