using Mahavishnu.Agents.Lab.Simulation.Faults;
using Mahavishnu.Agents.Lab.Simulation.Invariants;
using Mahavishnu.Agents.Lab.Simulation.Runs;
using Xunit;

namespace Mahavishnu.Agents.Simulation;

public sealed class InvariantTests
{
    [Fact]
    public void All_Numbers_AreUniqueAndInOrder()
    {
        var numbers = Invariant.All.Select(static i => int.Parse(i.Id[1..], System.Globalization.CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal([11], Enumerable.Range(0, numbers[^1]).Except(numbers));
    }

    [Fact]
    public void KillPoints_All_AreDistinctAndCoverEveryStep()
    {
        Assert.Equal(KillPoint.All.Count, KillPoint.All.Distinct().Count());
        Assert.Equal(Enum.GetValues<Core.Failover.SagaStep>(), KillPoint.All.Select(static k => k.Step).Distinct().Order());
    }

    [Fact]
    public void Seeds_InARow_TakeEveryKillPoint() =>
        Assert.Equal(KillPoint.All.Count, Enumerable.Range(1, KillPoint.All.Count).Select(FaultMaker.PointOf).Distinct().Count());
}
