using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class HeartbeatTrackTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PeerClock Clock = new(Start, TimeSpan.FromMilliseconds(3));
    private readonly HeartbeatTrack _track = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Read(double at, long sequence, double stamp, PeerClock? clock = null, string process = "p") =>
        _track.Observe(S(at), new StoredHeartbeat(process, sequence, Start + S(stamp)), clock ?? Clock);

    private LagReading Judge(double at) => _track.Judge(S(at));

    [Fact]
    public void Judge_NothingRead_IsUnknown() => Assert.Equal((LagState.Unknown, null), (Judge(1).State, Judge(1).AtMost));

    [Fact]
    public void Judge_NoHeartbeatThere_IsUnknown()
    {
        Read(1, 1, 0.9);
        _track.Observe(S(2), null, null);

        Assert.Equal((LagState.Unknown, null), (Judge(2).State, Judge(2).AtMost));
    }

    [Fact]
    public void Judge_ReadHeartbeat_IsItsAgeWithTheErrorOfTheClock()
    {
        Read(10, 5, 9.4);

        var reading = Judge(10.5);

        Assert.Equal((LagState.Measured, S(0.603), S(0.5), S(0.003)), (reading.State, reading.AtMost, reading.Age, reading.Error));
    }

    [Fact]
    public void Judge_NotReadLately_IsUnknown()
    {
        Read(10, 5, 9.4);

        Assert.Equal(LagState.Measured, Judge(70).State);
        Assert.Equal((LagState.Unknown, null), (Judge(70.1).State, Judge(70.1).AtMost));
    }

    [Fact]
    public void Judge_HeartbeatThatStandsStill_GrowsAndIsNamed()
    {
        Read(10, 5, 9.4);
        Read(12, 5, 9.4);
        Assert.Equal((LagState.Measured, S(2.603)), (Judge(12).State, Judge(12).AtMost));

        Read(13.1, 5, 9.4);
        Assert.Equal((LagState.Frozen, S(3.703)), (Judge(13.1).State, Judge(13.1).AtMost));

        Read(13.2, 6, 13.1);
        Assert.Equal(LagState.Measured, Judge(13.2).State);
    }

    [Fact]
    public void Judge_ClockOfTheWriterUnknown_IsNoLagUntilItIsKnown()
    {
        _track.Observe(S(10), new StoredHeartbeat("p", 5, Start + S(9.4)), null);
        Assert.Equal((LagState.Unsynchronised, null), (Judge(10).State, Judge(10).AtMost));

        Read(10.2, 5, 9.4);
        Assert.Equal((LagState.Measured, S(0.803)), (Judge(10.2).State, Judge(10.2).AtMost));
    }

    [Fact]
    public void Judge_StampAheadOfItsOwnClock_IsNoLag()
    {
        Read(10, 5, 10.01);
        Assert.Equal((LagState.Future, null), (Judge(10).State, Judge(10).AtMost));

        Read(11, 6, 11.002); // Within what the clock is wrong by.
        Assert.Equal((LagState.Measured, S(0.003)), (Judge(11).State, Judge(11).AtMost));
    }

    [Fact]
    public void Judge_StampThatWentBack_IsNoLag()
    {
        Read(10, 5, 9.9);
        Read(11, 6, 9.8);
        Assert.Equal((LagState.Jumped, null), (Judge(11).State, Judge(11).AtMost));

        Read(12, 7, 11.9);
        Assert.Equal(LagState.Measured, Judge(12).State);
    }

    [Fact]
    public void Judge_AnotherProcess_BeginsAnew()
    {
        Read(10, 900, 9.9);
        Read(11, 1, 9.8, new PeerClock(Start + S(-1), TimeSpan.Zero), "other");

        Assert.Equal((LagState.Measured, S(0.2)), (Judge(11).State, Judge(11).AtMost));
    }
}
