using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;

namespace Mahavishnu.Agents.Failover;

/// <summary>
/// While this agent leads, looks at every traffic target once in a heartbeat interval and repairs what is not as the
/// journal says: a straggler of an old term, a target that was out of reach, a hand that slipped.
/// </summary>
/// <remarks>Before the first saga there is no desired state but home, and only targets that check epochs are told of it.</remarks>
internal sealed class ReconcileLoop(FailoverSettings settings, LeadershipLoop leadership, FailoverLoop failover, TrafficDriver traffic, AgentClock clock) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RunOnceAsync(stoppingToken);
                await Task.Delay(settings.Timing.HeartbeatInterval, clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var state = failover.State;
        if (leadership.Standing.Role != Role.Leader || state.Input.Maintenance is not null)
        {
            return;
        }

        using var term = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leadership.Term);
        try
        {
            await traffic.ReconcileAsync(() => failover.State.Input.Routing, everything: state.Record is not null, term.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The term ended.
        }
    }
}
