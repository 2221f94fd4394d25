using CsCheck;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class PeerClockTests
{
    private const double Drift = 0.001;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Fact]
    public void Estimate_Nothing_IsUnknown() => Assert.Null(new PeerClockEstimator(Drift).Estimate(TimeSpan.Zero));

    [Fact]
    public void Estimate_LongAfterTheLastAnswer_IsUnknown()
    {
        var estimator = new PeerClockEstimator(Drift);
        estimator.Observe(Ms(0), Ms(2), Start, TimeSpan.Zero);

        Assert.NotNull(estimator.Estimate(TimeSpan.FromMinutes(5)));
        Assert.Null(estimator.Estimate(TimeSpan.FromMinutes(5.1)));
    }

    [Fact]
    public void Estimate_TheirClockStepped_IsThatAfterTheStep()
    {
        var estimator = new PeerClockEstimator(Drift);
        estimator.Observe(Ms(0), Ms(1), Start, TimeSpan.Zero);
        estimator.Observe(Ms(1000), Ms(1200), Start + TimeSpan.FromHours(1), TimeSpan.Zero);

        var clock = estimator.Estimate(Ms(1200))!.Value;

        Assert.Equal(Ms(1100), clock.At(Start + TimeSpan.FromHours(1)));
    }

    /// <summary>Whatever the delays either way and the drift, the truth is within the error that is stated.</summary>
    [Fact]
    public void Estimate_AnyDelaysAndDrift_HoldsTheTruth() => Gen.Select(
        Gen.Double[-86_400, 86_400],
        Gen.Double[1 - Drift, 1 + Drift],
        Gen.Select(Gen.Double[0, 20], Gen.Double[0, 0.9], Gen.Double[0, 0.9]).Array[1, 40]).Sample(static (offset, rate, questions) =>
    {
        var estimator = new PeerClockEstimator(Drift);
        var now = TimeSpan.Zero;
        foreach (var (pause, there, back) in questions)
        {
            var sentAt = now + TimeSpan.FromSeconds(pause);
            var theirs = Theirs(sentAt + TimeSpan.FromSeconds(there));
            now = sentAt + TimeSpan.FromSeconds(there) + TimeSpan.FromSeconds(back);
            estimator.Observe(sentAt, now, theirs, TimeSpan.FromMicroseconds(1));

            var clock = estimator.Estimate(now)!.Value;
            Assert.InRange((clock.At(Theirs(now)) - now).Duration(), TimeSpan.Zero, clock.Error + TimeSpan.FromTicks(10));
        }

        DateTimeOffset Theirs(TimeSpan at) => Start + TimeSpan.FromSeconds(offset) + (at * rate);
    });
}
