using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>Something that decides which region users reach: a load balancer, a DNS zone, an edge.</summary>
/// <remarks>Implementations decide nothing: they bring the target to the state they are given and read it back.</remarks>
public interface ITrafficTarget
{
    /// <summary>Its name in logs, plans and metrics, e.g. <c>haproxy:edge-1</c>.</summary>
    string Name { get; }

    /// <summary>Whether the target itself rejects an effect whose epoch is lower than the greatest it has seen.</summary>
    bool ChecksEpoch { get; }

    /// <summary>Reads what the target does now for the routes that it is configured to carry.</summary>
    /// <returns>The audiences of this target only, as far as they can be expressed in whole percent.</returns>
    /// <exception cref="DependencyUnavailableException">The target gave no usable answer.</exception>
    Task<Core.Traffic.RoutingTable> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Brings the target to the desired state, touching only what it owns, and reads it back.</summary>
    /// <param name="command">The full desired state; audiences that this target does not carry are ignored.</param>
    /// <param name="cancellationToken">The hard deadline of the effect.</param>
    /// <returns>An outcome for every ordinary case; exceptions only for bugs and cancellation by shutdown.</returns>
    Task<TrafficOutcome> ApplyAsync(TrafficCommand command, CancellationToken cancellationToken);
}
