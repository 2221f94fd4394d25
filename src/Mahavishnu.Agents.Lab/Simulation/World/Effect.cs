using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>What an agent sends to a target.</summary>
/// <param name="Desired">The full desired routing.</param>
/// <param name="Epoch">The fencing epoch of its term.</param>
/// <param name="Sequence">The journal record that it carries out; 0 before the first.</param>
/// <param name="Agent">Who sends it.</param>
public sealed record Effect(RoutingTable Desired, long Epoch, long Sequence, string Agent);
