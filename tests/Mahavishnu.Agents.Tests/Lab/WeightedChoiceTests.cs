using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Edge;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class WeightedChoiceTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");

    [Theory]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(50)]
    [InlineData(99)]
    public void Pick_HundredInARow_GivesEachItsShareExactly(int percent)
    {
        var shares = RoutingTable.Empty.With(Us, (Us, percent), (Eu, 100 - percent)).Shares(Us);

        var picked = Enumerable.Range(37, 100).Count(number => WeightedChoice.Pick(shares, number) == Us);

        Assert.Equal(percent, picked);
    }

    [Fact]
    public void Pick_HalfAndHalf_NeverThreeInARowAlike()
    {
        var shares = RoutingTable.Empty.With(Us, (Us, 50), (Eu, 50)).Shares(Us);

        var picked = Enumerable.Range(0, 100).Select(number => WeightedChoice.Pick(shares, number)).ToList();

        Assert.DoesNotContain(Enumerable.Range(2, 98), i => picked[i] == picked[i - 1] && picked[i] == picked[i - 2]);
    }

    [Fact]
    public void Pick_NoShares_PicksNobody() => Assert.Null(WeightedChoice.Pick(RoutingTable.Empty.Shares(Us), 5));
}
