using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Health;

/// <summary>Measures how well this process itself runs: how late its timers are, how long its work waits for a thread.</summary>
/// <remarks>
/// A pulse every <see cref="Period"/> measures both; the loops of the checks add how late they were woken. The worst of
/// the last <see cref="Window"/> counts, and a pulse that is overdue right now counts as well: a starved process
/// cannot run its own measurement. Safe for concurrent use.
/// </remarks>
internal sealed class SelfWatch(TimeProvider time)
{
    /// <summary>From one pulse to the next.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>How long something bad is remembered: longer than a probe that it can have harmed takes in the fast profile.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Queue<Sample> _samples = new();
    private readonly long _origin = time.GetTimestamp();

    /// <summary>The worst since the last pulse; joined to the samples by the next.</summary>
    private TimeSpan _lateness;

    private TimeSpan? _pulseDue;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>Pulses until cancelled.</summary>
    /// <param name="onPulse">Called after each pulse.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(Action onPulse, CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = Now + Period;
            lock (_gate)
            {
                _pulseDue = due;
            }

            await Task.Delay(Period, time, cancellationToken);
            var wokenAt = Now;
            // Without a synchronisation context this goes to the end of the thread pool's queue and comes back from there.
            await Task.Yield();
            Add(wokenAt - due, Now - wokenAt);
            onPulse();
        }
    }

    /// <summary>Takes note of a timer that was late.</summary>
    public void Late(TimeSpan lateness)
    {
        lock (_gate)
        {
            _lateness = Longer(_lateness, lateness);
        }
    }

    /// <summary>The worst of the window.</summary>
    public SelfReading Read()
    {
        lock (_gate)
        {
            var now = Now;
            var lateness = Longer(_lateness, now - (_pulseDue ?? now));
            var queueDelay = TimeSpan.Zero;
            foreach (var sample in _samples)
            {
                if (sample.At + Window >= now)
                {
                    lateness = Longer(lateness, sample.Lateness);
                    queueDelay = Longer(queueDelay, sample.QueueDelay);
                }
            }

            return new SelfReading(Longer(lateness, TimeSpan.Zero), queueDelay);
        }
    }

    private void Add(TimeSpan lateness, TimeSpan queueDelay)
    {
        lock (_gate)
        {
            _samples.Enqueue(new Sample(Now, Longer(lateness, _lateness), queueDelay));
            _lateness = TimeSpan.Zero;
            while (_samples.Peek().At + Window < Now)
            {
                _samples.Dequeue();
            }
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private readonly record struct Sample(TimeSpan At, TimeSpan Lateness, TimeSpan QueueDelay);
}
