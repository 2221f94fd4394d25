using CsCheck;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Traffic;

public sealed class RoutingTableTests
{
    [Fact]
    public void Home_Regions_EachServesItself()
    {
        var table = RoutingTable.Home(All);

        Assert.Equal("ap-south-1: ap-south-1 100 %; eu-west-1: eu-west-1 100 %; us-east-1: us-east-1 100 %", table.ToString());
        Assert.Equal([Us], table.ServedBy(Us));
    }

    [Theory]
    //          shares       fits
    [InlineData(new int[0],          true)]
    [InlineData(new[] { 0, 0 },      true)]
    [InlineData(new[] { 100 },       true)]
    [InlineData(new[] { 100, 0 },    true)]
    [InlineData(new[] { 34, 33, 33 }, true)]
    [InlineData(new[] { 99 },        false)]
    [InlineData(new[] { 50, 51 },    false)]
    [InlineData(new[] { 150, -50 },  false)]
    [InlineData(new[] { 101 },       false)]
    [InlineData(new[] { int.MaxValue, int.MaxValue }, false)]
    public void With_Shares_SumToNoneOrAll(int[] percents, bool fits)
    {
        var shares = percents.Select(static (p, i) => (All[i], p)).ToArray();

        var refused = Record.Exception(() => { RoutingTable.Empty.With(Us, shares); });

        Assert.Equal(fits, refused is null);
        Assert.True(fits || refused is ArgumentException);
    }

    [Fact]
    public void With_ZeroShare_IsLeftOut()
    {
        var table = RoutingTable.Empty.With(Us, (Us, 0), (Eu, 100));

        Assert.Equal([Eu], table.Shares(Us).Keys);
        Assert.Equal((0, 100), (table.Percent(Us, Us), table.Percent(Us, Eu)));
    }

    [Fact]
    public void With_NoShare_IsADrainedAudienceThatStaysOne()
    {
        var table = RoutingTable.Home(All).With(Us);

        Assert.Contains(Us, table.Audiences);
        Assert.Empty(table.Shares(Us));
        Assert.Contains("us-east-1: drained", table.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Shares_AudienceThatIsNotThere_AreNone() => Assert.Empty(RoutingTable.Empty.Shares(Us));

    [Fact]
    public void Equals_Content_DecidesWhateverTheOrder() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100]).Sample(static (one, other) =>
        {
            var table = RoutingTable.Home(All).With(Us, (Us, one), (Eu, 100 - one));
            var built = RoutingTable.Empty.With(Us, (Eu, 100 - other), (Us, other)).With(Ap, (Ap, 100)).With(Eu, (Eu, 100));
            Assert.Equal(one == other, table.Equals(built));
            Assert.True(one != other || table.GetHashCode() == built.GetHashCode());
        });

    [Fact]
    public void Equals_DrainedAudience_IsNotAMissingOne() => Assert.NotEqual(RoutingTable.Empty.With(Us), RoutingTable.Empty);
}
