using Quartz;

namespace Mahavishnu.Agents.Jobs;

/// <summary>Runs a job once in each interval until it is disposed. A run that was missed is not made up for: the next comes in its turn.</summary>
internal sealed class IntervalSchedule : IAsyncDisposable
{
    private readonly IScheduler _scheduler;

    private IntervalSchedule(IScheduler scheduler) => _scheduler = scheduler;

    /// <summary>Begins, with a first run at once.</summary>
    /// <param name="job">The job.</param>
    /// <param name="interval">The time from the beginning of a run to that of the next.</param>
    /// <param name="time">The clock of the schedule.</param>
    /// <param name="cancellationToken">Gives up before it has begun.</param>
    public static async Task<IntervalSchedule> StartAsync(IntervalJob job, TimeSpan interval, TimeProvider time, CancellationToken cancellationToken)
    {
        var schedule = SimpleScheduleBuilder.Create().WithInterval(interval).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount);
        var scheduler = await QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.UseTimeProvider(time);
            quartz.UseDefaultThreadPool(1);
            quartz.AddJobType(_ => job);
            quartz.ScheduleJob<IntervalJob>(
                trigger => trigger.WithIdentity(job.Name).StartNow().WithSchedule(schedule),
                detail => detail.WithIdentity(job.Name).DisallowConcurrentExecution(true));
        }).BuildScheduler(cancellationToken);
        await scheduler.Start(cancellationToken);
        return new IntervalSchedule(scheduler);
    }

    /// <summary>Ends it; a run that is under way ends first.</summary>
    public async ValueTask DisposeAsync() => await _scheduler.Shutdown(true, CancellationToken.None);
}
