namespace Mahavishnu.Agents.Core.Replication;

/// <summary>A heartbeat as it is stored.</summary>
/// <param name="Process">The process that wrote it.</param>
/// <param name="Sequence">Rises with every heartbeat of the process.</param>
/// <param name="Stamp">That process's wall clock just before it wrote.</param>
public sealed record StoredHeartbeat(string Process, long Sequence, DateTimeOffset Stamp);

/// <summary>What is known of a lag.</summary>
public enum LagState
{
    /// <summary>Not known: never seen, or not read lately.</summary>
    Unknown = 0,

    /// <summary>Measured.</summary>
    Measured,

    /// <summary>The heartbeat stands still, though it can be read: the lag grows as time passes.</summary>
    Frozen,

    /// <summary>The writer's clock is not known here, so that its stamps mean nothing.</summary>
    Unsynchronised,

    /// <summary>The stamp lies ahead of the writer's clock: one of the two is wrong.</summary>
    Future,

    /// <summary>A later heartbeat of the same process has an earlier stamp: its clock was set back.</summary>
    Jumped,
}

/// <summary>How far a copy is behind its source.</summary>
/// <param name="AtMost">What was written in the source longer ago than this is in the copy; null when that is not known. Never less than the truth.</param>
/// <param name="Age">How long ago the copy was last read.</param>
/// <param name="Error">How much of <paramref name="AtMost"/> is uncertainty about the writer's clock.</param>
/// <param name="State">What is known.</param>
/// <param name="Reason">The same, in a sentence.</param>
public sealed record LagReading(TimeSpan? AtMost, TimeSpan Age, TimeSpan Error, LagState State, string Reason);

/// <summary>
/// Follows one source's heartbeat in a copy of it. The heartbeat is stamped before it is written, and a copy applies writes in
/// their order: all that the source had acknowledged before the stamp is there when the heartbeat is.
/// </summary>
/// <remarks>
/// Heartbeats come at intervals, so that a copy which has everything reads up to an interval and the time of travel. That is
/// not taken off: the lag is what could be lost. Only monotonic time and the writer's clock are used. Not thread-safe.
/// </remarks>
/// <param name="interval">How often the source writes one.</param>
/// <param name="freshness">How long a reading counts.</param>
public sealed class HeartbeatTrack(TimeSpan interval, TimeSpan freshness)
{
    /// <summary>After so many intervals without another heartbeat it stands still.</summary>
    private const int FrozenAfter = 3;

    private StoredHeartbeat? _newest;
    private TimeSpan _readAt;
    private TimeSpan _changedAt;
    private PeerClock? _clock;
    private bool _jumped;

    /// <summary>The copy was read.</summary>
    /// <param name="now">When the read began, on the monotonic clock.</param>
    /// <param name="read">The heartbeat; null when there is none yet.</param>
    /// <param name="clock">The clock of the process that wrote it; null when it is not known.</param>
    public void Observe(TimeSpan now, StoredHeartbeat? read, PeerClock? clock)
    {
        _readAt = now;
        if (read is null)
        {
            _newest = null;
            return;
        }

        if (_newest is null || _newest.Process != read.Process || _newest.Sequence != read.Sequence)
        {
            _jumped = _newest is { } before && before.Process == read.Process && read.Sequence > before.Sequence && read.Stamp < before.Stamp;
            (_newest, _changedAt, _clock) = (read, now, clock);
        }
        else
        {
            _clock ??= clock;
        }
    }

    /// <summary>The lag now.</summary>
    public LagReading Judge(TimeSpan now)
    {
        var age = now - _readAt;
        if (_newest is not { } heartbeat || age > freshness)
        {
            return new LagReading(null, age, TimeSpan.Zero, LagState.Unknown, _newest is null ? "no heartbeat has arrived yet" : $"not read for {age.TotalSeconds:0.#} s");
        }

        if (_jumped)
        {
            return new LagReading(null, age, TimeSpan.Zero, LagState.Jumped, $"heartbeat {heartbeat.Sequence} of {heartbeat.Process} has an earlier stamp than the one before: that clock was set back");
        }

        if (_clock is not { } clock)
        {
            return new LagReading(null, age, TimeSpan.Zero, LagState.Unsynchronised, $"the clock of {heartbeat.Process} is not known here");
        }

        var lag = _readAt - clock.At(heartbeat.Stamp);
        if (lag < -clock.Error)
        {
            return new LagReading(null, age, clock.Error, LagState.Future, $"the heartbeat is stamped {(-lag).TotalSeconds:0.###} s ahead of its writer's own clock");
        }

        var atMost = TimeSpan.FromTicks(Math.Max(0, lag.Ticks)) + clock.Error;
        var still = _readAt - _changedAt;
        return still > interval * FrozenAfter
            ? new LagReading(atMost, age, clock.Error, LagState.Frozen, $"no newer heartbeat for {still.TotalSeconds:0.#} s")
            : new LagReading(atMost, age, clock.Error, LagState.Measured, $"at most {atMost.TotalSeconds:0.###} s behind");
    }
}
