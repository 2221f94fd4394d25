using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

/// <summary>Keeps what a server warns about.</summary>
internal sealed class WarningCollector : ILogger
{
    public List<string> Messages { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Add(formatter(state, exception));
}
