using System.Collections.Concurrent;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Tests.Leadership;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>A traffic target in memory that keeps all that it was told, and does with each effect what the test says.</summary>
internal sealed class ScriptedTarget(string name, bool checksEpoch) : ITrafficTarget
{
    private int _running;
    private long _epoch;

    public string Name => name;

    public bool ChecksEpoch => checksEpoch;

    /// <summary>Every effect that reached it, in order of arrival.</summary>
    public ConcurrentQueue<TrafficCommand> Told { get; } = new();

    /// <summary>What it does.</summary>
    public RoutingTable Now { get; private set; } = RoutingTable.Home(StoreWorld.Regions);

    /// <summary>Whether two effects ever met.</summary>
    public bool Overlapped { get; private set; }

    /// <summary>Awaited before an effect; its outcome stands for the effect's unless it is null.</summary>
    public Func<TrafficCommand, CancellationToken, Task<TrafficOutcome?>> Script { get; set; } = static (_, _) => Task.FromResult<TrafficOutcome?>(null);

    /// <summary>A reading that leaves everything out, as one may that no table can express.</summary>
    public Task<RoutingTable> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(RoutingTable.Empty);

    public async Task<TrafficOutcome> ApplyAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        Overlapped |= Interlocked.Increment(ref _running) > 1;
        try
        {
            Told.Enqueue(command);
            return await Script(command, cancellationToken) ?? Do(command);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private TrafficOutcome Do(TrafficCommand command)
    {
        if (checksEpoch && command.Epoch < _epoch)
        {
            return new TrafficOutcome(TrafficOutcomeKind.Refused, $"has seen epoch {_epoch}");
        }

        if (Now.Equals(command.Desired))
        {
            _epoch = command.Epoch;
            return new TrafficOutcome(TrafficOutcomeKind.AlreadySo, "as desired");
        }

        if (!command.MayStart())
        {
            return new TrafficOutcome(TrafficOutcomeKind.LeaseEnded, "the lease does not cover it");
        }

        (Now, _epoch) = (command.Desired, command.Epoch);
        return new TrafficOutcome(TrafficOutcomeKind.Applied, "changed");
    }
}
