using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Looks at one store of this region, once in each interval, in a loop of its own.</summary>
internal abstract class StoreWatch : BackgroundService
{
    private readonly TimeSpan _interval;
    private readonly FindingLog _findings;
    private readonly WindowAlarm _windows;

    /// <summary>Prepares the loop.</summary>
    protected StoreWatch(string store, TimeSpan interval, AgentClock clock, ILogger logger) =>
        (Store, _interval, Clock, _findings, _windows) = (store, interval, clock, new FindingLog(store, logger), new WindowAlarm(logger));

    /// <summary>The store's name in votes and on metrics.</summary>
    public string Store { get; }

    /// <summary>The clock.</summary>
    protected AgentClock Clock { get; }

    /// <summary>All that is shown of the store, as of now.</summary>
    public abstract StoreView View();

    /// <summary>One look, and what is told of it.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        var view = View();
        _windows.Look(view.Windows);
        _findings.Look(view.Problem, view.Findings);
    }

    /// <summary>Looks at the store. What it does not answer is a part of what was seen, and no exception.</summary>
    protected abstract Task LookAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, Clock.Time);
        try
        {
            do
            {
                await RunOnceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }
}
