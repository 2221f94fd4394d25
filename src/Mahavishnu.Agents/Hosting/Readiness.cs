using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Leadership;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Whether the agent lives and whether it is ready. A dead dependency makes neither false; a stuck loop makes it not live.</summary>
internal sealed class Readiness(HealthMonitor health, LeadershipLoop leadership, AgentClock clock, LeadershipTiming timing)
{
    /// <summary>What is stuck; null when nothing is.</summary>
    public string? Live() =>
        leadership.LastTick is { } tick && clock.Now - tick > 3 * timing.HeartbeatInterval + timing.Validity
            ? $"the leadership loop has not turned for {(clock.Now - tick).TotalSeconds:0.0} s"
            : null;

    /// <summary>What is missing; null when the agent probes and either leads or follows.</summary>
    public string? Ready() =>
        Live() is { } stuck ? stuck
        : leadership.LastTick is null ? "leadership has not started"
        : health.Snapshot().Checks is { Count: > 0 } checks && checks.All(static c => c.Probes == 0) ? "nothing has been probed yet"
        : null;
}
