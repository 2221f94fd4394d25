using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Storage;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication.Storage;

public sealed class CanaryTrackTests
{
    private readonly CanaryTrack _track = new(TimeSpan.FromSeconds(100));

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Judge_NothingSent_IsUnknown()
    {
        Assert.Equal(CanaryState.Unknown, _track.Judge(At(5)).State);
        Assert.Null(_track.Judge(At(5)).Lag.AtMost);
    }

    [Fact]
    public void Judge_NoneHasArrivedYet_IsNoLagOfZero()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Absent, At(3));

        Assert.Equal((CanaryState.Unknown, null, At(3)), (_track.Judge(At(4)).State, _track.Judge(At(4)).Lag.AtMost, _track.Judge(At(4)).Waits));
    }

    [Fact]
    public void Judge_Arrived_IsTheTimeFromSendingToSeeing()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Arrived, At(3));

        var reading = _track.Judge(At(10));

        Assert.Equal((CanaryState.Moving, At(2), At(7)), (reading.State, reading.Lag.AtMost, reading.Lag.Age));
        Assert.Empty(_track.Awaited);
        Assert.Null(reading.Finding("a to b"));
    }

    [Fact]
    public void Judge_PathStandsStill_LagGrowsFromTheLastThatArrived()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Arrived, At(3));
        _track.Sent("b", At(11));
        _track.Looked("b", CanarySight.Absent, At(51));

        Assert.Equal((At(50), At(1), LagState.Measured), (_track.Judge(At(52)).Lag.AtMost, _track.Judge(At(52)).Lag.Age, _track.Judge(At(52)).Lag.State));

        _track.Looked("b", CanarySight.Absent, At(120));
        var late = _track.Judge(At(121));

        Assert.Equal((CanaryState.Late, At(119), LagState.Frozen, At(110)), (late.State, late.Lag.AtMost, late.Lag.State, late.Waits));
        Assert.Equal("S-10", late.Finding("a to b")!.Rule);
    }

    [Fact]
    public void Judge_LaterOneArrivesFirst_ProvesNothingOfTheEarlier()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Arrived, At(2));
        _track.Sent("b", At(10));
        _track.Sent("c", At(20));
        _track.Looked("b", CanarySight.Absent, At(30));
        _track.Looked("c", CanarySight.Arrived, At(30));

        Assert.Equal(At(29), _track.Judge(At(30)).Lag.AtMost);

        _track.Looked("b", CanarySight.Arrived, At(31));

        Assert.Equal(At(10), _track.Judge(At(31)).Lag.AtMost);
    }

    [Fact]
    public void Judge_OneIsLeftOut_IsAFailureOnceItIsOverdue()
    {
        _track.Sent("a", At(1));
        _track.Sent("b", At(2));
        _track.Looked("b", CanarySight.Arrived, At(3));
        _track.Looked("a", CanarySight.Absent, At(102));

        Assert.Equal(["a"], new[] { "a" }.Except(_track.Awaited));
        Assert.Equal(("S-11", CanaryState.Failed), (_track.Judge(At(102)).Finding("a to b")!.Rule, _track.Judge(At(102)).State));
        Assert.Equal(CanaryState.Moving, _track.Judge(At(203)).State);
    }

    [Fact]
    public void Judge_StoreGaveUp_IsAFailureAtOnce()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Failed, At(2));

        Assert.Equal(CanaryState.Failed, _track.Judge(At(2)).State);
        Assert.Equal(["a"], _track.Awaited);

        _track.Looked("a", CanarySight.Failed, At(102));

        Assert.Empty(_track.Awaited);
    }

    [Fact]
    public void Judge_OtherContent_IsFoundThoughItArrived()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Different, At(2));

        Assert.Equal((CanaryState.Different, "S-12"), (_track.Judge(At(3)).State, _track.Judge(At(3)).Finding("a to b")!.Rule));
        Assert.Equal(CanaryState.Moving, _track.Judge(At(103)).State);
    }

    [Fact]
    public void Judge_CopyDoesNotAnswer_ChangesNothing()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Unknown, At(2));

        Assert.Equal(["a"], _track.Awaited);
    }

    [Fact]
    public void Judge_NothingSentForLong_IsUnknown()
    {
        _track.Sent("a", At(1));
        _track.Looked("a", CanarySight.Arrived, At(2));

        Assert.Equal(At(1), _track.Judge(At(102)).Lag.AtMost);
        Assert.Equal((null, LagState.Unknown), (_track.Judge(At(102.1)).Lag.AtMost, _track.Judge(At(102.1)).Lag.State));
    }

    [Fact]
    public void Sent_Many_KeepsTheOldestAndTheNewest()
    {
        for (var i = 0; i < 20; i++)
        {
            _track.Sent($"{i}", At(i));
        }

        Assert.Equal(8, _track.Awaited.Count);
        Assert.Equal(("0", "19"), (_track.Awaited[0], _track.Awaited[^1]));
    }
}
