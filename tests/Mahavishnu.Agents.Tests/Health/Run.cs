using Mahavishnu.Agents.Health;
using Xunit;

namespace Mahavishnu.Agents.Tests.Health;

/// <summary>A monitor that runs until the end of a test.</summary>
internal sealed class Run : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Run(HealthMonitor monitor) => _running = monitor.RunAsync(_stop.Token);

    /// <summary>Waits for a condition, at most a minute.</summary>
    public Task UntilAsync(Func<bool> condition, Action? meanwhile = null) => UntilAsync(condition, meanwhile ?? (() => { }), _running);

    public static async Task UntilAsync(Func<bool> condition, Action meanwhile, Task running)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromMinutes(1), "not so within a minute");
            Assert.False(running.IsFaulted, running.Exception?.ToString());
            meanwhile();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
