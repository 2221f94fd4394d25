using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Leadership;

namespace Mahavishnu.Agents.Hosting;

/// <summary>
/// Whether the agent lives and whether it is ready. It is ready once a majority of the stores was read and something was
/// probed, and stays so: what is lost later is in its status, and taking an agent out of service would not bring it back.
/// A dead dependency never makes it not live; a stuck loop does.
/// </summary>
internal sealed class Readiness(HealthMonitor health, LeadershipLoop leadership, AgentClock clock, LeadershipTiming timing) : BackgroundService
{
    private volatile bool _reached;

    /// <summary>What is stuck; null when nothing is.</summary>
    public string? Live() =>
        leadership.LastTick is { } tick && clock.Now - tick > 3 * timing.HeartbeatInterval + timing.Validity
            ? $"the leadership loop has not turned for {(clock.Now - tick).TotalSeconds:0.0} s"
            : null;

    /// <summary>What is missing; null when the agent is ready.</summary>
    public string? Ready() => Live() ?? (_reached ? null : Missing());

    /// <summary>Looks until the agent is ready, so that it counts even when nobody asked at that moment.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (Missing() is not null)
            {
                await Task.Delay(timing.HeartbeatInterval / 5, clock.Time, stoppingToken);
            }

            _reached = true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops before it was ready.
        }
    }

    private string? Missing()
    {
        var seen = leadership.Seen;
        var (answering, majority) = (seen.Values.Count(static s => s is not null), (seen.Count / 2) + 1);
        return leadership.LastTick is null ? "leadership has not started"
            : answering < majority ? $"{answering} of {seen.Count} stores answer, {majority} are needed"
            : health.Snapshot().Checks is { Count: > 0 } checks && checks.All(static c => c.Probes == 0) ? "nothing has been probed yet"
            : null;
    }
}
