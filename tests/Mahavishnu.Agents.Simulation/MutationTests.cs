using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Lab.Simulation.Runs;
using Xunit;

namespace Mahavishnu.Agents.Simulation;

/// <summary>Every deliberate mistake is found: a simulator that finds none of them proves nothing.</summary>
public sealed class MutationTests
{
    public static TheoryData<Mutation, int, string?> Mistakes
    {
        get
        {
            var rows = new TheoryData<Mutation, int, string?>();
            foreach (var (mutation, seeds, scenario) in MutationCatalogue.All)
            {
                rows.Add(mutation, seeds, scenario);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Run_WithAMistake_FindsItWithinItsSeeds(Mutation mutation, int seeds, string? scenario)
    {
        var report = Simulator.Run(
            new SimulationRequest { Seed = 1, Runs = seeds, Jobs = Figures.Jobs, Mutation = mutation, Scenario = scenario, StopAfter = 1 }, TimeProvider.System, null, TestContext.Current.CancellationToken);

        Assert.NotEmpty(report.Violations);
        var violation = report.Violations[0];
        Assert.Contains($"--seed {violation.Seed} ", violation.Replay, StringComparison.Ordinal);
        Assert.Contains($"--mutation {mutation}", violation.Replay, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalogue_Mistakes_AreAllOfThemAndManyEnough()
    {
        Assert.True(Mutant.CanBeMade);
        Assert.Equal(Enum.GetValues<Mutation>().Length - 1, MutationCatalogue.All.Count);
        Assert.True(MutationCatalogue.All.Count >= 20);
    }

    [Fact]
    public void Run_AfterAMistake_MakesItNoMore()
    {
        Simulator.Run(new SimulationRequest { Seed = 1, Runs = 1, Mutation = Mutation.NoWaitOut }, TimeProvider.System, null, TestContext.Current.CancellationToken);

        Assert.False(Mutant.Has(Mutation.NoWaitOut));
    }
}
