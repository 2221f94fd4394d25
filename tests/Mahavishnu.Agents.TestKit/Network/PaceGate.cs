namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>Says when a piece may go on that came in at some time.</summary>
/// <param name="time">The clock.</param>
internal sealed class PaceGate(TimeProvider time)
{
    private State _state = new(LinkPace.Prompt);
    private int _held;

    /// <summary>How slow the link is; whoever waits looks at it again when it changes.</summary>
    public LinkPace Pace
    {
        get => Volatile.Read(ref _state).Pace;
        set => Interlocked.Exchange(ref _state, new State(value)).Changed.SetResult();
    }

    /// <summary>How many pieces wait.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Takes a piece in, and gives the time at which it came.</summary>
    public long Enter()
    {
        Interlocked.Increment(ref _held);
        return time.GetTimestamp();
    }

    /// <summary>A piece has gone out, or is given up.</summary>
    public void Leave() => Interlocked.Decrement(ref _held);

    /// <summary>Waits until a piece may go on.</summary>
    public async Task UntilDueAsync(long enteredAt, bool isBack, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var (delay, stalls) = isBack ? (state.Pace.Back, state.Pace.StallsBack) : (state.Pace.There, state.Pace.StallsThere);
            var rest = delay - time.GetElapsedTime(enteredAt);
            if (!stalls && rest <= TimeSpan.Zero)
            {
                return;
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(state.Changed.Task, Task.Delay(stalls ? Timeout.InfiniteTimeSpan : rest, time, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A pace, and the end of its time.</summary>
    private sealed record State(LinkPace Pace)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
