using Mahavishnu.Agents.Lab.Simulation.Faults;
using Mahavishnu.Agents.Lab.Simulation.Invariants;
using Mahavishnu.Agents.Lab.Simulation.Runs;
using Xunit;

namespace Mahavishnu.Agents.Simulation;

public sealed class ShrinkerTests
{
    private static readonly Fault[] Twelve = [.. Enumerable.Range(0, 12).Select(static i => new Fault(FaultKind.KillAgent, TimeSpan.FromSeconds(i), TimeSpan.FromSeconds(1), i))];

    [Theory]
    [InlineData(3, 7)]
    [InlineData(0, 11)]
    [InlineData(5, 6)]
    public void Shrink_TwoFaultsAreToBlame_FindsThemAndTheirPlaces(int one, int other)
    {
        var plan = PlanMaker.Make(1) with { Faults = Twelve };
        var broken = Play(plan);

        var (result, places) = Shrinker.Shrink(broken, (p, _) => Play(p));

        Assert.Equal([one, other], places);
        Assert.Equal([one, other], result.Plan.Faults.Select(static f => f.Who));

        RunResult Play(SimulationPlan p)
        {
            var both = p.Faults.Any(f => f.Who == one) && p.Faults.Any(f => f.Who == other);
            return new RunResult(p, both ? Invariant.OneActor : null, "", "", 0, TimeSpan.Zero, null, 0, 0);
        }
    }

    [Fact]
    public void Shrink_AnotherPromiseIsBrokenByFewer_KeepsToTheFirst()
    {
        var plan = PlanMaker.Make(1) with { Faults = Twelve };

        var (result, places) = Shrinker.Shrink(Play(plan), static (p, _) => Play(p));

        Assert.Equal(Invariant.OneActor, result.Broken);
        Assert.Equal(6, places.Count);

        static RunResult Play(SimulationPlan p) => new(p, p.Faults.Count >= 6 ? Invariant.OneActor : Invariant.SagasEnd, "", "", 0, TimeSpan.Zero, null, 0, 0);
    }
}
