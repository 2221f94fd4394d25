using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class RateEstimatorTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    [Theory]
    //          readings (seconds:bytes)        asked at  bytes per second
    [InlineData("",                             0,        null)]
    [InlineData("0:500",                        0,        null)]
    [InlineData("0:500 0:900",                  0,        null)]
    [InlineData("0:500 10:1500",                10,       100.0)]
    [InlineData("0:500 10:500",                 10,       0.0)]
    [InlineData("0:0 10:9000 70:9600",          70,       10.0)]
    [InlineData("0:500 10:1500 20:7",           20,       null)]
    [InlineData("0:500 10:1500 20:7 30:17",     30,       1.0)]
    [InlineData("0:500 10:1500",                65,       null)]
    public void BytesPerSecond_OfReadings_IsTheSlopeOfTheWindow(string readings, double at, double? rate)
    {
        var estimator = new RateEstimator(Window);
        foreach (var reading in readings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static r => r.Split(':')))
        {
            estimator.Observe(TimeSpan.FromSeconds(int.Parse(reading[0], null)), long.Parse(reading[1], null));
        }

        Assert.Equal(rate, estimator.BytesPerSecond(TimeSpan.FromSeconds(at)));
    }

    [Fact]
    public void BytesPerSecond_ManyReadingsInTheWindow_IsStillTheRate()
    {
        var estimator = new RateEstimator(Window);
        for (var i = 0; i < 5_000; i++)
        {
            estimator.Observe(TimeSpan.FromMilliseconds(i), i);
        }

        Assert.Equal(1_000, Assert.NotNull(estimator.BytesPerSecond(TimeSpan.FromSeconds(5))), 6);
    }

    [Fact]
    public void Observe_ReadingBeforeTheLast_IsRefused()
    {
        var estimator = new RateEstimator(Window);
        estimator.Observe(Window, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Observe(TimeSpan.Zero, 1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RateEstimator(TimeSpan.Zero));
    }
}
