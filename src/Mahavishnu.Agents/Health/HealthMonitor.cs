using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Health;

/// <summary>Probes every check on its own timer, and holds what follows for the regions.</summary>
/// <remarks>
/// Each check has a loop of its own that begins at a random part of its interval, never overlaps itself and shares
/// nothing with the others but the threads: a target that hangs delays only its own check. The monitor does not own the
/// probes.
/// </remarks>
internal sealed class HealthMonitor
{
    /// <summary>A probe that runs longer than this, and longer than two intervals, does not keep its own deadline.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<CheckDefinition> _checks;
    private readonly TimeProvider _time;
    private readonly TimeSpan[] _phases;
    private readonly Action<CheckDefinition, ProbeOutcome>? _onOutcome;
    private readonly HealthBoard _board;
    private readonly SelfWatch _self;
    private readonly long _origin;

    /// <summary>Prepares the monitor; nothing is probed before <see cref="RunAsync"/>.</summary>
    /// <param name="checks">All checks of all regions.</param>
    /// <param name="limits">Up to where this process counts as well.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Gives the phases; used here only.</param>
    /// <param name="onOutcome">Called after each outcome was recorded, by several threads at a time; must be quick and must not throw.</param>
    /// <exception cref="ArgumentException">Checks that contradict each other or themselves; the message names them all.</exception>
    public HealthMonitor(
        IReadOnlyList<CheckDefinition> checks,
        ObserverLimits limits,
        TimeProvider time,
        Random random,
        Action<CheckDefinition, ProbeOutcome>? onOutcome = null)
    {
        if (Problems(checks).ToList() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(checks));
        }

        _checks = checks;
        _time = time;
        _onOutcome = onOutcome;
        _phases = [.. checks.Select(check => check.Interval * random.NextDouble())];
        _board = new HealthBoard(checks, limits);
        _self = new SelfWatch(time);
        _origin = time.GetTimestamp();
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Everything as it stands.</summary>
    public HealthSnapshot Snapshot()
    {
        // Read anew, since a process that did not get to run did not get to say so either.
        _board.Observe(_self.Read());
        return _board.Snapshot(Now);
    }

    /// <summary>Waits until the standing of a check, or whether this observer abstains, is no longer as in <paramref name="seen"/>.</summary>
    /// <returns>The new snapshot, at once if there is one already: no change is missed between two calls.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<HealthSnapshot> WaitForChangeAsync(HealthSnapshot seen, CancellationToken cancellationToken)
    {
        await _board.WaitForChangeAsync(seen.Version, cancellationToken);
        return Snapshot();
    }

    /// <summary>Probes until cancelled, and returns when the last probe has ended.</summary>
    /// <remarks>A probe or a callback that throws is a bug: it ends the monitor with its exception. Call this once.</remarks>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            .. _checks.Select((_, index) => WatchAsync(index, stop.Token)),
            _self.RunAsync(() => _board.Observe(_self.Read()), stop.Token),
        ];
        try
        {
            // A loop ends by cancellation or by a bug, never otherwise.
            await await Task.WhenAny(loops);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchAsync(int index, CancellationToken cancellationToken)
    {
        var check = _checks[index];
        var due = Now + _phases[index];
        var skipped = 0L;
        while (true)
        {
            if (due - Now is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, _time, cancellationToken);
            }

            var lateness = Now > due ? Now - due : TimeSpan.Zero;
            _self.Late(lateness);
            await AskAsync(index, lateness, skipped, cancellationToken);

            // The grid of due times stays, so that the share of time between probes does not drift; missed ones fall out.
            skipped = (Now - due).Ticks / check.Interval.Ticks;
            due += check.Interval * (skipped + 1);
        }
    }

    private async Task AskAsync(int index, TimeSpan lateness, long skipped, CancellationToken cancellationToken)
    {
        var check = _checks[index];
        var startedAt = _time.GetTimestamp();
        var asked = check.Probe.ProbeAsync(cancellationToken);
        var patience = check.Interval * 2 > LeastPatience ? check.Interval * 2 : LeastPatience;
        while (!asked.IsCompleted)
        {
            await ((Task)asked).WaitAsync(patience, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!asked.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var waited = _time.GetElapsedTime(startedAt);
                Record(index, ProbeOutcome.Unknown("the probe overran its own deadline and still runs", waited), lateness, skipped: 0);
            }
        }

        Record(index, await asked, lateness, skipped);
    }

    private void Record(int index, ProbeOutcome outcome, TimeSpan lateness, long skipped)
    {
        _board.Record(index, outcome, lateness, skipped, Now);
        _onOutcome?.Invoke(_checks[index], outcome);
    }

    private static IEnumerable<string> Problems(IReadOnlyList<CheckDefinition> checks)
    {
        foreach (var twice in checks.GroupBy(check => (check.Region, check.Name)).Where(group => group.Count() > 1))
        {
            yield return $"{twice.Key.Region}/{twice.Key.Name}: defined {twice.Count()} times, expected once.";
        }

        foreach (var check in checks)
        {
            if (!(check.Weight > 0) || !double.IsFinite(check.Weight))
            {
                yield return $"{check.Region}/{check.Name}: weight {check.Weight}, expected more than 0.";
            }

            if (check.Interval <= TimeSpan.Zero)
            {
                yield return $"{check.Region}/{check.Name}: interval {check.Interval}, expected more than 0.";
            }

            if (check.FailureThreshold < 1 || check.SuccessThreshold < 1)
            {
                yield return $"{check.Region}/{check.Name}: thresholds {check.FailureThreshold} and {check.SuccessThreshold}, expected at least 1.";
            }
        }
    }
}
