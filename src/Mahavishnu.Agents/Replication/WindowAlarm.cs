using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Replication;

/// <summary>Tells when the time in which a link can still catch up runs short, or out: once when it does, and once when it is long again.</summary>
internal sealed partial class WindowAlarm(ILogger logger)
{
    /// <summary>As long as an operator needs to do something about it.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromHours(1);

    private readonly Dictionary<string, bool> _told = new(StringComparer.Ordinal);

    /// <summary>Looks at every link of a store.</summary>
    public void Look(IEnumerable<RecoveryWindow> windows)
    {
        foreach (var window in windows)
        {
            var bad = window.State == RecoveryState.Lost || (window.State == RecoveryState.Counting && window.Left < Short);
            if (_told.GetValueOrDefault(window.Link) == bad)
            {
                continue;
            }

            _told[window.Link] = bad;
            if (bad)
            {
                LogShort(window.Store, window.Link, window.State, window.Left?.TotalSeconds ?? 0, window.Reason);
            }
            else
            {
                LogLong(window.Store, window.Link, window.Reason);
            }
        }
    }

    [LoggerMessage(1631, LogLevel.Error, "{Store} {Link}: catching up becomes impossible ({State}, {Seconds} s left): {Reason}")]
    private partial void LogShort(string store, string link, RecoveryState state, double seconds, string reason);

    [LoggerMessage(1632, LogLevel.Information, "{Store} {Link}: there is time to catch up again: {Reason}")]
    private partial void LogLong(string store, string link, string reason);
}
