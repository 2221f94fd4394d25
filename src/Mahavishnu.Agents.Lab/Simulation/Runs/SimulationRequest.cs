using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>What is to be simulated.</summary>
public sealed record SimulationRequest
{
    /// <summary>The first seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many seeds, counted up from the first.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>How many runs at a time.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>A named scenario instead of what a seed makes of itself; null for the latter.</summary>
    public string? Scenario { get; init; }

    /// <summary>A deliberate mistake that is made throughout.</summary>
    public Mutation Mutation { get; init; }

    /// <summary>The places of the faults that are left in; null for all.</summary>
    public IReadOnlyList<int>? Faults { get; init; }

    /// <summary>The violations after which no new run begins.</summary>
    public int StopAfter { get; init; } = int.MaxValue;
}
