using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>A target of traffic: an edge that checks epochs, or a DNS service of several servers that does not.</summary>
/// <param name="name">Its name.</param>
/// <param name="end">Its end of the network.</param>
/// <param name="checksEpoch">Whether it refuses an epoch lower than the greatest that it has seen.</param>
/// <param name="servers">How many servers hold the routing; a change may reach some of them only.</param>
/// <param name="home">The routing to start with.</param>
internal sealed class SimulatedTarget(string name, int end, bool checksEpoch, int servers, RoutingTable home)
{
    private readonly RoutingTable[] _routes = [.. Enumerable.Repeat(home, servers)];

    public string Name { get; } = name;

    public int End { get; } = end;

    public bool ChecksEpoch { get; } = checksEpoch;

    /// <summary>How many servers take a change; the others refuse it until this is put right.</summary>
    public int ServersThatObey { get; set; } = servers;

    /// <summary>The greatest epoch seen; 0 before the first effect.</summary>
    public long Epoch { get; private set; }

    /// <summary>What each server does.</summary>
    public IReadOnlyList<RoutingTable> Routes => _routes;

    /// <summary>Told of every effect that changes something.</summary>
    public Action<SimulatedTarget, Effect>? Changed { get; set; }

    /// <summary>Whether it does already what is wanted, under that epoch where it knows epochs.</summary>
    public bool IsAlready(Effect effect) => _routes.All(effect.Desired.Equals) && (!ChecksEpoch || Epoch == effect.Epoch);

    /// <summary>Carries an effect out.</summary>
    public TrafficOutcome Apply(Effect effect)
    {
        if (ChecksEpoch && effect.Epoch < Epoch)
        {
            return new TrafficOutcome(TrafficOutcomeKind.Refused, $"epoch {effect.Epoch} is stale, {Epoch} was seen");
        }

        Epoch = Math.Max(Epoch, effect.Epoch);
        for (var server = 0; server < ServersThatObey; server++)
        {
            _routes[server] = effect.Desired;
        }

        Changed?.Invoke(this, effect);
        return ServersThatObey == _routes.Length
            ? new TrafficOutcome(TrafficOutcomeKind.Applied, "changed and read back")
            : new TrafficOutcome(TrafficOutcomeKind.Unknown, $"{ServersThatObey} of {_routes.Length} servers took the change");
    }
}
