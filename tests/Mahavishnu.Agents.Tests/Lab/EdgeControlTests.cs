using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Edge;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class EdgeControlTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private readonly EdgeControl _edge = new(RoutingTable.Home([Us, Eu]), new FakeTimeProvider());

    [Fact]
    public void Apply_GreaterEpoch_IsInForce()
    {
        Assert.Equal(EffectOutcome.Accepted, _edge.Apply(Command(3, "us-east-1-1")));
        Assert.Equal(3, _edge.Current.Epoch);
        Assert.Equal(100, _edge.Current.Routes.Percent(Us, Eu));
    }

    [Theory]
    //          epoch agent          outcome
    [InlineData(4L, "us-east-1-1", EffectOutcome.StaleEpoch)]
    [InlineData(4L, "eu-west-1-1", EffectOutcome.StaleEpoch)]
    [InlineData(5L, "us-east-1-1", EffectOutcome.ForeignEpoch)]
    [InlineData(5L, "eu-west-1-1", EffectOutcome.Accepted)]
    [InlineData(6L, "us-east-1-1", EffectOutcome.Accepted)]
    public void Apply_AfterEpochFiveOfEurope_DependsOnEpochAndAgent(long epoch, string agent, EffectOutcome expected)
    {
        _edge.Apply(new RoutingCommand(5, "eu-west-1-1", RoutingTable.Home([Us, Eu])));

        Assert.Equal(expected, _edge.Apply(Command(epoch, agent)));
        Assert.Equal(expected == EffectOutcome.Accepted ? 100 : 0, _edge.Current.Routes.Percent(Us, Eu));
        Assert.Equal(expected, _edge.History[^1].Outcome);
    }

    [Fact]
    public async Task Apply_ManyAtOnce_EpochNeverFalls()
    {
        await Task.WhenAll(Enumerable.Range(1, 8).Select(writer => Task.Run(() =>
        {
            for (var epoch = 1; epoch <= 200; epoch++)
            {
                _edge.Apply(Command((epoch * 8) + writer, $"agent-{writer}"));
            }
        })));

        var accepted = _edge.History.Where(static e => e.Outcome == EffectOutcome.Accepted).Select(static e => e.Command!.Epoch).ToList();
        Assert.Equal(accepted.Order(), accepted);
        Assert.Equal(1600, _edge.History.Count);
        Assert.Equal(accepted[^1], _edge.Current.Epoch);
    }

    private static RoutingCommand Command(long epoch, string agent) => new(epoch, agent, RoutingTable.Home([Us, Eu]).With(Us, (Eu, 100)));
}
