using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>A desired state of traffic, and on whose authority.</summary>
/// <param name="Desired">The full desired state.</param>
/// <param name="Epoch">The fencing epoch of the leader.</param>
/// <param name="Agent">Who sends it, for the target's own records.</param>
/// <param name="MayStart">
/// Asked right before the bytes of each changing request are sent, when the connection is open and the request is built:
/// false means that the lease no longer covers the effect, and nothing more may be sent.
/// </param>
public sealed record TrafficCommand(RoutingTable Desired, long Epoch, string Agent, Func<bool> MayStart);
