using Mahavishnu.Agents.Health;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Health;

public sealed class SelfWatchTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Read_NothingMeasured_IsCalm()
    {
        var watch = new SelfWatch(_time);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.Zero, watch.Read().TimerLateness);
    }

    [Fact]
    public async Task Read_LateTimer_IsRememberedForTheWindowAndThenForgotten()
    {
        var late = TimeSpan.FromMinutes(10);
        var origin = _time.GetTimestamp();
        using var stop = new CancellationTokenSource();
        var watch = new SelfWatch(_time);
        watch.Late(late);
        watch.Late(TimeSpan.FromMilliseconds(20));
        Assert.Equal(late, watch.Read().TimerLateness);

        // The clock may run ahead of the loop, so that its own pulses are late too, but not by minutes.
        var running = watch.RunAsync(() => { }, stop.Token);
        await Run.UntilAsync(() => watch.Read().TimerLateness < TimeSpan.FromMinutes(1), () => _time.Advance(SelfWatch.Period / 2), running);

        Assert.InRange(_time.GetElapsedTime(origin), SelfWatch.Window, SelfWatch.Window * 4);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Read_PulseThatDoesNotCome_IsLateAlready()
    {
        using var stop = new CancellationTokenSource();
        var clock = new DeafClock();
        var watch = new SelfWatch(clock);
        var running = watch.RunAsync(() => { }, stop.Token);

        clock.Timestamp += (SelfWatch.Period + TimeSpan.FromSeconds(2)).Ticks;

        Assert.Equal(TimeSpan.FromSeconds(2), watch.Read().TimerLateness);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>A clock that runs on, with timers that never fire.</summary>
    private sealed class DeafClock : TimeProvider
    {
        public long Timestamp { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Timestamp;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
