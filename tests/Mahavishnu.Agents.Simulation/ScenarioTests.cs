using Mahavishnu.Agents.Lab.Simulation.Engine;
using Mahavishnu.Agents.Lab.Simulation.Runs;
using Xunit;

namespace Mahavishnu.Agents.Simulation;

/// <summary>Faults that brought other systems down, told to this one.</summary>
public sealed class ScenarioTests
{
    private const int Seeds = 10;

    public static TheoryData<string> Names => [.. SimulatedScenarios.All.Select(static s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scenario_EverySeed_KeepsEveryPromise(string name)
    {
        var report = Simulator.Run(new SimulationRequest { Seed = 1, Runs = Seeds, Jobs = Figures.Jobs, Scenario = name, StopAfter = 1 }, TimeProvider.System, null, TestContext.Current.CancellationToken);

        Assert.True(report.Violations.Count == 0, string.Join('\n', report.Violations.Select(static v => $"{v.Detail}\n{v.Replay}\n{v.Timeline}")));
        Assert.NotEmpty(report.Faults);
    }

    [Fact]
    public void Scenario_Quiet_MovesNobody()
    {
        foreach (var scenario in SimulatedScenarios.All.Where(static s => s.Quiet))
        {
            var coverage = new Coverage();
            SimulationRun.Run(SimulatedScenarios.Make(scenario.Name, 7), coverage);

            Assert.True(coverage.Transitions.Count == 0, $"{scenario.Name}: {string.Join(", ", coverage.Transitions)}");
        }
    }

    [Fact]
    public void Make_UnknownScenario_SaysSo() =>
        Assert.Contains("no scenario earthquake", Assert.Throws<Lab.LabException>(static () => SimulatedScenarios.Make("earthquake", 1)).Message, StringComparison.Ordinal);
}
