using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines
{
    private ImmutableList<(LogLevel Level, string Text)> _lines = [];

    public ImmutableList<(LogLevel Level, string Text)> Lines => Volatile.Read(ref _lines);

    public ILogger<T> Of<T>() => new Keeper<T>(this);

    private sealed class Keeper<T>(LogLines lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            ImmutableInterlocked.Update(ref lines._lines, static (all, line) => all.Add(line), (logLevel, formatter(state, exception)));
    }
}
