namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>Named scenarios.</summary>
internal static class Scenarios
{
    /// <summary>The run of a scenario and a seed.</summary>
    public static SimulationPlan Make(string name, int seed) => throw new LabException($"no scenario {name} {seed}");
}
