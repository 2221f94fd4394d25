using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class FailbackWatchTests
{
    private static readonly RoutingTable UsAway = RoutingTable.Home(All).With(Us, (Eu, 100));

    private readonly FailbackWatch _watch = new(TimeSpan.FromSeconds(60), 0.9);

    private bool ReadyAfter(int second, double? score, RoutingTable? routing = null)
    {
        var input = Input((Us, score)) with { Routing = routing ?? UsAway };
        _watch.Observe(TimeSpan.FromSeconds(second), input);
        return _watch.Readiness(TimeSpan.FromSeconds(second), input, Us).Ready;
    }

    [Fact]
    public void Readiness_ScoreHeldForTheWindow_IsReadyAtItsEdge()
    {
        Assert.False(ReadyAfter(0, 0.9));
        Assert.False(ReadyAfter(59, 0.9));
        Assert.True(ReadyAfter(60, 0.9));
    }

    [Theory]
    [InlineData(0.89)]
    [InlineData(0.0)]
    [InlineData(null)]
    public void Readiness_ScoreBrokenOnce_BeginsAgain(double? broken)
    {
        ReadyAfter(0, 1);
        Assert.False(ReadyAfter(30, broken));
        Assert.False(ReadyAfter(31, 1));
        Assert.False(ReadyAfter(90, 1));
        Assert.True(ReadyAfter(91, 1));
    }

    [Fact]
    public void Readiness_TimeAtHome_DoesNotCount()
    {
        ReadyAfter(0, 1);
        Assert.False(ReadyAfter(100, 1, RoutingTable.Home(All)));
        Assert.False(ReadyAfter(101, 1));
    }

    [Fact]
    public void Readiness_NotReady_SaysWhatIsMissing()
    {
        string Say(double? score, RoutingTable routing)
        {
            var input = Input((Us, score)) with { Routing = routing };
            _watch.Observe(TimeSpan.FromSeconds(5), input);
            return _watch.Readiness(TimeSpan.FromSeconds(12), input, Us).Reason;
        }

        Assert.Equal("us-east-1 has agreed score 0.8; 0.9 is needed for 60 s.", Say(0.8, UsAway));
        Assert.Equal("us-east-1 has agreed score unknown; 0.9 is needed for 60 s.", Say(null, UsAway));
        Assert.Equal("us-east-1 has held score 0.9 for 7 s of 60 s.", Say(1, UsAway));
        Assert.Equal("us-east-1 serves its own users.", Say(1, RoutingTable.Home(All)));
        Assert.Equal("Nobody serves the users of us-east-1.", Say(1, UsAway.With(Us)));
    }

    [Fact]
    public void AwayRegions_SharesElsewhere_AreNamed() =>
        Assert.Equal([Ap, Us], FailbackWatch.AwayRegions(Input() with { Routing = UsAway.With(Ap, (Ap, 50), (Us, 50)) }));
}
