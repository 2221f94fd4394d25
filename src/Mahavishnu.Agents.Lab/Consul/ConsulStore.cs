using Mahavishnu.Agents.Lab.Consul.State;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>The running datacenter: the current state, its log, those who watch it and the timers that act on it. Safe for several threads.</summary>
internal sealed partial class ConsulStore : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly SteadyClock _clock;
    private readonly WriteLog? _log;
    private readonly ConsulTimers _timers;
    private readonly ILogger _logger;
    private volatile ConsulState _state = ConsulState.Initial;

    /// <summary>Opens the log, if there is a directory, and starts all timers in full.</summary>
    public ConsulStore(string? dataDirectory, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _clock = new SteadyClock(time);
        if (dataDirectory is not null)
        {
            (_log, _state, var lastWrite) = WriteLog.Open(dataDirectory, logger);
            _clock.NotBefore(lastWrite);
        }

        _timers = new ConsulTimers(time, this);
        StartLeading();
        _timers.StartChecks(_state);
    }

    /// <summary>The state now; a value that does not change.</summary>
    public ConsulState State => _state;

    /// <summary>The readers that are blocked.</summary>
    public Watches Watches { get; } = new();

    /// <summary>Carries out a command.</summary>
    /// <exception cref="WriteLogException">The write could not be logged and was not done.</exception>
    public CommandOutcome Write(ConsulCommand command) => Write(_ => command)!;

    /// <summary>Carries out the command that <paramref name="decide"/> makes of the state, with nobody writing in between; null when it makes none.</summary>
    /// <exception cref="WriteLogException">The write could not be logged and was not done.</exception>
    public CommandOutcome? Write(Func<ConsulState, ConsulCommand?> decide)
    {
        lock (_gate)
        {
            if (decide(_state) is not { } command)
            {
                return null;
            }

            var now = _clock.Now;
            var outcome = _state.Apply(command, now);
            if (outcome.Changes.Count > 0)
            {
                _log?.Append(command, outcome.State.Index, now);
                _state = outcome.State;
                _timers.Follow(outcome);
                Watches.Wake(outcome.Changes);
            }

            return outcome;
        }
    }

    /// <summary>Carries out what a timer asks for, if the timer was not started again or stopped in the meantime; tries again later when it cannot be logged.</summary>
    public void WriteWhenDue(KeyedTimers timers, string name, object run, Func<ConsulState, ConsulCommand?> decide)
    {
        lock (_gate)
        {
            if (!timers.IsCurrent(name, run))
            {
                return;
            }

            try
            {
                Write(decide);
            }
            catch (WriteLogException unwritten)
            {
                LogExpiryUnwritten(_logger, name, unwritten);
                timers.Start(name, RetryAfter);
            }
        }
    }

    /// <summary>Starts the timer of a session again.</summary>
    /// <returns>The session, null when it is gone.</returns>
    public ConsulSession? Renew(string sessionId)
    {
        lock (_gate)
        {
            var session = _state.Sessions.Find(sessionId);
            if (session is not null)
            {
                _timers.StartSession(session);
            }

            return session;
        }
    }

    /// <summary>Starts the timer of a check again, because its owner was heard.</summary>
    public void Heard(CatalogCheck check)
    {
        lock (_gate)
        {
            _timers.StartCheck(check);
        }
    }

    /// <summary>Gives every session its full time again, as a new leader does.</summary>
    public void StartLeading()
    {
        lock (_gate)
        {
            _timers.StartSessions(_state);
        }
    }

    /// <summary>Stops the time of all sessions, as a leader does that steps down.</summary>
    public void StopLeading()
    {
        lock (_gate)
        {
            _timers.StopSessions();
        }
    }

    /// <summary>What a restored snapshot does to those who did not lose it: lock-delays are forgotten, timers start again, all blocked readers return.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _state = _state with { LockDelays = LockDelays.None };
            _timers.StartSessions(_state);
            Watches.WakeAll();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _timers.Dispose();
            _log?.Dispose();
        }
    }

    [LoggerMessage(EventId = 9003, Level = LogLevel.Error, Message = "The end of {Name} is due but could not be written; it is tried again. Until then sessions outlive their time.")]
    private static partial void LogExpiryUnwritten(ILogger logger, string name, Exception cause);
}
