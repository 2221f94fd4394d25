using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Edge;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class SplitBrainCheckTests
{
    [Fact]
    public void Find_EpochsRiseAndStaleOnesAreRefused_NoSign() =>
        Assert.Empty(SplitBrainCheck.Find(
        [
            Effect(1, "a", EffectOutcome.Accepted), Effect(1, "a", EffectOutcome.Accepted), Effect(3, "b", EffectOutcome.Accepted),
            Effect(1, "a", EffectOutcome.StaleEpoch), new EdgeEffect(TimeSpan.Zero, null, EffectOutcome.Malformed), Effect(4, "a", EffectOutcome.Accepted),
        ]));

    [Fact]
    public void Find_OneEpochOfTwoAgents_IsASignEvenWhenRefused()
    {
        var sign = Assert.Single(SplitBrainCheck.Find([Effect(2, "b", EffectOutcome.Accepted), Effect(2, "a", EffectOutcome.ForeignEpoch)]));
        Assert.Equal("epoch 2 was used by b and a", sign);
    }

    [Fact]
    public void Find_LowerEpochAcceptedAfterHigher_IsASign()
    {
        var sign = Assert.Single(SplitBrainCheck.Find([Effect(3, "b", EffectOutcome.Accepted), Effect(2, "a", EffectOutcome.Accepted)]));
        Assert.Contains("edge: a's effect with epoch 2 landed", sign, StringComparison.Ordinal);
    }

    private static EdgeEffect Effect(long epoch, string agent, EffectOutcome outcome) =>
        new(TimeSpan.FromSeconds(epoch), new RoutingCommand(epoch, agent, RoutingTable.Empty), outcome);
}
