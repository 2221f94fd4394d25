using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Load;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class LoadTallyTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private readonly LoadTally _tally = new([Us, Eu]);

    [Fact]
    public void Record_SomeFail_AreCountedPerAudience()
    {
        Succeed(Us, from: 0, count: 3);
        _tally.Record(Us, 3, 4, succeeded: false);
        Succeed(Eu, from: 0, count: 4);

        Assert.Equal(new LoadCount(4, 1), _tally.Of(Us));
        Assert.Equal(new LoadCount(8, 1), _tally.Total);
        Assert.Equal(0.125, _tally.Total.FailedRatio);
    }

    [Fact]
    public void RecoveredAt_TwentyInARowAfterTheFault_EndOfTheLast()
    {
        _tally.WatchRecovery(Us, 100);
        Succeed(Us, from: 100, count: 19);
        Assert.Null(_tally.RecoveredAt(Us));

        Succeed(Us, from: 200, count: 5);
        Assert.Equal(201, _tally.RecoveredAt(Us));
    }

    [Fact]
    public void RecoveredAt_FailureBetween_CountsAnew()
    {
        _tally.WatchRecovery(Us, 100);
        Succeed(Us, from: 100, count: 19);
        _tally.Record(Us, 150, 151, succeeded: false);
        Succeed(Us, from: 200, count: 19);
        Assert.Null(_tally.RecoveredAt(Us));
    }

    [Fact]
    public void RecoveredAt_RequestsSentBeforeTheFaultOrOfOthers_DoNotCount()
    {
        _tally.WatchRecovery(Us, 100);
        Succeed(Us, from: 50, count: 30);
        Succeed(Eu, from: 100, count: 30);
        Assert.Null(_tally.RecoveredAt(Us));
        Assert.Null(_tally.RecoveredAt(Eu));
    }

    [Fact]
    public void WatchRecovery_SecondFault_ForgetsTheFirst()
    {
        _tally.WatchRecovery(Us, 100);
        Succeed(Us, from: 100, count: 20);
        _tally.WatchRecovery(Us, 300);
        Assert.Null(_tally.RecoveredAt(Us));
    }

    private void Succeed(RegionId audience, long from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _tally.Record(audience, from + i, from + i + 1, succeeded: true);
        }
    }
}
