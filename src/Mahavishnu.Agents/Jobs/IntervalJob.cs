using Mahavishnu.Agents.Hosting;
using Quartz;

namespace Mahavishnu.Agents.Jobs;

/// <summary>A piece of work that is done once in each interval, one run at a time; each run is counted and timed.</summary>
/// <param name="name">Its name on metrics.</param>
/// <param name="work">The work; false when it failed. What its dependencies do is no exception.</param>
/// <param name="clock">The clock.</param>
/// <param name="ended">Told of each run: name, outcome and time taken.</param>
[DisallowConcurrentExecution]
internal sealed class IntervalJob(string name, Func<CancellationToken, Task<bool>> work, AgentClock clock, Action<string, string, TimeSpan> ended) : IJob
{
    /// <summary>Its name on metrics.</summary>
    public string Name => name;

    /// <inheritdoc />
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var startedAt = clock.Now;
        var outcome = "failed";
        try
        {
            outcome = await work(cancellationToken) ? "done" : "failed";
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "cancelled";
        }
        finally
        {
            ended(name, outcome, clock.Now - startedAt);
        }
    }
}
