using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>The value of <c>primary/{dataset}</c>.</summary>
/// <param name="Region">The region that may accept writes.</param>
/// <param name="Epoch">The term that said so.</param>
/// <param name="Token">Rises with every change: epoch, then journal sequence.</param>
public sealed record PrimaryClaim(RegionId Region, long Epoch, long Token);
