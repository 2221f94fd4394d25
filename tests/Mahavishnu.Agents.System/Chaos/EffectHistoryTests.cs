using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

public sealed class EffectHistoryTests
{
    [Fact]
    public void Find_EpochsRiseAtEachTarget_Nothing() => Assert.Empty(EffectHistory.Find(
    [
        Effect(1, "edge", 1, "a"), Effect(2, "edge", 1, "a"), Effect(5, "edge", 2, "b"),
        Effect(0, "dns", 2, "b"), Effect(1, "dns", 3, "a"),
    ]));

    [Fact]
    public void Find_LowerEpochAfterAHigherOne_NamesTheTarget() =>
        Assert.Equal(["dns: a's effect with epoch 1 landed after one with epoch 2"], EffectHistory.Find([Effect(3, "dns", 1, "a"), Effect(2, "dns", 2, "b"), Effect(1, "dns", 1, "a")]));

    [Fact]
    public void Find_OneEpochOfTwoAgentsAtDifferentTargets_IsNamed() =>
        Assert.Equal(["epoch 4 was used by a and b"], EffectHistory.Find([Effect(1, "edge", 4, "a"), Effect(2, "dns", 4, "b")]));

    private static TrafficEffect Effect(int second, string target, long epoch, string agent) => new(TimeSpan.FromSeconds(second), target, epoch, agent, "");
}
