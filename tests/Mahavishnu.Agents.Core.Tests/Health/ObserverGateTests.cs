using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Health;

public sealed class ObserverGateTests
{
    private static readonly ObserverLimits Limits = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(100));

    [Theory]
    //          regions (D down, H healthy, G degraded, U unknown)  late ms  queue ms  abstains, with a reason that says
    [InlineData("HHH",                                              0,       0,        null)]
    [InlineData("DHH",                                              0,       0,        null)]
    [InlineData("DH",                                               0,       0,        null)]
    [InlineData("DDH",                                              0,       0,        "2 of 3 regions look down at once")]
    [InlineData("D",                                                0,       0,        "1 of 1 regions look down at once")]
    [InlineData("DDUUU",                                            0,       0,        null)]
    [InlineData("GGG",                                              0,       0,        null)]
    [InlineData("",                                                 0,       0,        null)]
    [InlineData("HHH",                                              250,     100,      null)]
    [InlineData("HHH",                                              251,     0,        "own timers are late by 251 ms, more than 250 ms")]
    [InlineData("HHH",                                              0,       101,      "own work waits 101 ms for a thread, more than 100 ms")]
    public void Judge_WhatIsSeen_DecidesWhetherToVote(string regions, int late, int queue, string? reason)
    {
        var views = regions.Select((letter, i) => new RegionView(new RegionId($"r{i}"), Condition(letter), 0, [])).ToList();
        var self = new SelfReading(TimeSpan.FromMilliseconds(late), TimeSpan.FromMilliseconds(queue));

        var standing = ObserverGate.Judge(views, self, Limits);

        Assert.Equal(reason is not null, standing.Abstains);
        Assert.Equal(reason ?? "", standing.Reason);
    }

    private static RegionCondition Condition(char letter) => letter switch
    {
        'D' => RegionCondition.Down,
        'H' => RegionCondition.Healthy,
        'G' => RegionCondition.Degraded,
        _ => RegionCondition.Unknown,
    };
}
