using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Traffic;
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
        // A new term acts only once its saga has been taken over: until then what we know of the routing may be old.
        if (leadership.Term is not { } term || failover.State is not { } state || state.Epoch != term.Epoch)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, term.Ended);
        try
        {
            await traffic.ReconcileAsync(() => Desired(term.Epoch), term.Epoch, everything: state.Record is not null, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The term ended.
        }
    }

    private RoutingTable? Desired(long epoch) =>
        failover.State is { Input.Maintenance: null } state && state.Epoch == epoch ? state.Input.Routing : null;
}
