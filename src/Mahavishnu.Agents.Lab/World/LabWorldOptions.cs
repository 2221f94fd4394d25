using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Processes;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>What a world consists of.</summary>
/// <param name="Program">The binary that children are started from.</param>
/// <param name="Regions">How many regions, from <see cref="LabRegions.Fewest"/> to all of <see cref="LabRegions.All"/>.</param>
/// <param name="Timing">The profile.</param>
/// <param name="HoldsEuropeanData">Whether regions in the EU hold data that may not leave it.</param>
/// <param name="Primary">The region of the primary, where every region has a server of PostgreSQL; null when none has one.</param>
/// <param name="Synchronous">Whether a commit waits until one standby has it.</param>
internal sealed record LabWorldOptions(AgentProgram Program, int Regions, LabTiming Timing, bool HoldsEuropeanData, RegionId? Primary = null, bool Synchronous = false);
