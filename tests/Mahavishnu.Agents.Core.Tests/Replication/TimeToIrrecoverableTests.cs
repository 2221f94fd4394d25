using Mahavishnu.Agents.Core.Replication;
using Xunit;
using static Mahavishnu.Agents.Core.Replication.RecoveryState;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class TimeToIrrecoverableTests
{
    [Theory]
    //          active wal_status    safe    rate        seconds left  state
    [InlineData(true,  "reserved",   1_000L, 10.0,       100.0,        Safe)]
    [InlineData(false, "reserved",   1_000L, 10.0,       100.0,        Counting)]
    [InlineData(true,  "extended",   1_000L, 10.0,       100.0,        Counting)]
    [InlineData(false, "extended",   0L,     10.0,       0.0,          Counting)]
    [InlineData(false, "extended",   -5L,    0.0,        0.0,          Counting)]
    [InlineData(false, "reserved",   1_000L, 0.0,        null,         Safe)]
    [InlineData(false, "reserved",   1_000L, 1e-300,     null,         Safe)]
    [InlineData(false, "reserved",   1_000L, null,       null,         Unknown)]
    [InlineData(false, "reserved",   1_000L, -1.0,       null,         Unknown)]
    [InlineData(false, "reserved",   1_000L, double.NaN, null,         Unknown)]
    [InlineData(false, "reserved",   null,   10.0,       null,         Unlimited)]
    [InlineData(true,  "extended",   null,   null,       null,         Unlimited)]
    [InlineData(false, "unreserved", null,   10.0,       0.0,          Counting)]
    [InlineData(false, "lost",       null,   10.0,       null,         Lost)]
    [InlineData(false, null,         null,   10.0,       null,         Unknown)]
    [InlineData(false, "new word",   1_000L, 10.0,       null,         Unknown)]
    public void ForPostgresSlot_OfFigures_IsTheWindow(bool active, string? walStatus, long? safe, double? rate, double? left, RecoveryState state) =>
        AssertWindow(left, state, TimeToIrrecoverable.ForPostgresSlot("eu", active, walStatus, safe, 77, rate));

    [Fact]
    public void ForPostgresSlot_NoLimit_SaysThatTheDiskIs() =>
        Assert.Equal(
            "max_slot_wal_keep_size is -1, so that the disk is the limit: 77 bytes of WAL are kept for it and nobody streams from it",
            TimeToIrrecoverable.ForPostgresSlot("eu", false, "extended", null, 77, 10).Reason);

    [Theory]
    //          size     filled   behind  rate   seconds left  state
    [InlineData(1_000L,  1_000L,  400L,   10.0,  60.0,         Counting)]
    [InlineData(1_000L,  500L,    400L,   10.0,  60.0,         Counting)]
    [InlineData(1_000L,  500L,    501L,   10.0,  null,         Lost)]
    [InlineData(1_000L,  1_000L,  1_000L, 10.0,  0.0,          Counting)]
    [InlineData(1_000L,  1_000L,  0L,     10.0,  100.0,        Safe)]
    [InlineData(1_000L,  1_000L,  400L,   0.0,   null,         Safe)]
    [InlineData(1_000L,  1_000L,  400L,   null,  null,         Unknown)]
    [InlineData(0L,      0L,      0L,     10.0,  null,         Unknown)]
    [InlineData(1_000L,  1_000L,  -1L,    10.0,  null,         Unknown)]
    public void ForRedisBacklog_OfFigures_IsTheWindow(long size, long filled, long behind, double? rate, double? left, RecoveryState state) =>
        AssertWindow(left, state, TimeToIrrecoverable.ForRedisBacklog("replica", size, filled, behind, rate));

    private static void AssertWindow(double? left, RecoveryState state, RecoveryWindow window)
    {
        Assert.Equal((left, state), (window.Left?.TotalSeconds, window.State));
        Assert.NotEmpty(window.Reason);
    }
}
