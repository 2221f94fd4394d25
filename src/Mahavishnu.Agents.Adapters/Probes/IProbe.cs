using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Asks one target once, within its own deadline.</summary>
/// <remarks>
/// One call at a time: a probe may keep its connection and its buffers between calls. A probe that holds connections is
/// also <see cref="IDisposable"/>, and whoever created it disposes of it.
/// </remarks>
public interface IProbe
{
    /// <summary>Asks the target.</summary>
    /// <param name="cancellationToken">Only for shutdown; the deadline of the probe is its own.</param>
    /// <returns>An outcome, whatever the target or the network does.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<ProbeOutcome> ProbeAsync(CancellationToken cancellationToken);
}
