using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Leadership;

public sealed class LeadershipTimingTests
{
    [Fact]
    public void Profiles_AsBuiltIn_KeepEveryInequality()
    {
        Assert.All(LeadershipTiming.Default.Inequalities(), static i => Assert.True(i.Holds, i.ToString()));
        Assert.All(LeadershipTiming.Fast.Inequalities(), static i => Assert.True(i.Holds, i.ToString()));
    }

    [Theory]
    //          what is changed  seconds  the one that breaks
    [InlineData("heartbeat",     5.1,     "heartbeat_interval <= validity / 3")]
    [InlineData("request",       5.1,     "request_timeout <= heartbeat_interval")]
    [InlineData("wait-out",      15.12,   "validity x (1 + clock_drift) / (1 - clock_drift) + wait_out_margin <= wait_out")]
    [InlineData("effect",        5.6,     "effect_deadline + effect_margin <= validity - heartbeat_interval - request_timeout")]
    [InlineData("margin",        1.1,     "effect_deadline + effect_margin <= validity - heartbeat_interval - request_timeout")]
    [InlineData("ttl",           9.9,     "10s (the least that Consul accepts) <= session_ttl")]
    public void Inequalities_OneValueTooFar_NamesTheBrokenOne(string what, double seconds, string statement)
    {
        var timing = Changed(what, TimeSpan.FromSeconds(seconds));

        var broken = Assert.Single(timing.Inequalities(), static i => !i.Holds);

        Assert.Equal(statement, broken.Statement);
        var refused = Assert.Throws<ArgumentException>(() => Machine(timing, new RegionId("a")));
        Assert.Contains(broken.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    //          V     rho    slack  least W
    [InlineData(15,   0.001, 0.1,   15.130_030)]
    [InlineData(2,    0.001, 0.1,   2.104_004)]
    [InlineData(10,   0,     0,     10)]
    [InlineData(10,   0.1,   0,     12.222_222)]
    public void LeastWaitOut_ForValidityAndDrift_IsTheFormula(double validity, double drift, double slack, double least)
    {
        var timing = LeadershipTiming.Default with
        {
            Validity = TimeSpan.FromSeconds(validity),
            ClockDrift = drift,
            WaitOutSlack = TimeSpan.FromSeconds(slack),
        };

        Assert.Equal(least, timing.LeastWaitOut.TotalSeconds, 5);
    }

    [Fact]
    public void ToString_OfAnInequality_ShowsBothSides() =>
        Assert.Equal("a <= b: 0.4 s > 0.25 s", new TimingInequality("a", "a <= b", TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(0.25)).ToString());

    [Fact]
    public void Machine_WithoutStores_IsRefused() =>
        Assert.Throws<ArgumentException>(static () => Machine(LeadershipTiming.Fast));

    private static LeadershipMachine Machine(LeadershipTiming timing, params RegionId[] stores) =>
        new(new AgentIdentity("a-1", new RegionId("a"), "0123456789abcdef"), stores, 1, timing, new Random(1));

    private static LeadershipTiming Changed(string what, TimeSpan value) => what switch
    {
        "heartbeat" => LeadershipTiming.Default with { HeartbeatInterval = value, EffectDeadline = TimeSpan.FromSeconds(1) },
        "request" => LeadershipTiming.Default with { RequestTimeout = value, EffectDeadline = TimeSpan.FromSeconds(1) },
        "wait-out" => LeadershipTiming.Default with { WaitOut = value },
        "effect" => LeadershipTiming.Default with { EffectDeadline = value },
        "margin" => LeadershipTiming.Default with { EffectMargin = value },
        _ => LeadershipTiming.Default with { SessionTtl = value },
    };
}
