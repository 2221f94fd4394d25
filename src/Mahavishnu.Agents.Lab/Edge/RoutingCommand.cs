using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>A desired state of traffic as the edge receives and shows it.</summary>
/// <param name="Epoch">The fencing epoch of the sender; 0 only for the state that an edge starts with.</param>
/// <param name="Agent">The sender; empty only for the state that an edge starts with.</param>
/// <param name="Routes">The whole routing table.</param>
public sealed record RoutingCommand(long Epoch, string Agent, RoutingTable Routes);
