using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Health;

/// <summary>One check of one region.</summary>
/// <param name="Region">The region that it speaks for.</param>
/// <param name="Name">Its name, unique in the region.</param>
/// <param name="Probe">How to ask; with its own deadline, which should be shorter than the interval.</param>
/// <param name="Weight">Its share of the score relative to the region's other checks; greater than 0.</param>
/// <param name="Critical">Whether its failure alone puts the region down.</param>
/// <param name="Interval">From one probe to the next, greater than 0. A probe that takes longer makes the next ones fall out.</param>
/// <param name="FailureThreshold">Failures in a row until it fails; at least 1.</param>
/// <param name="SuccessThreshold">Passes in a row until it passes; at least 1.</param>
internal sealed record CheckDefinition(
    RegionId Region,
    string Name,
    IProbe Probe,
    double Weight,
    bool Critical,
    TimeSpan Interval,
    int FailureThreshold,
    int SuccessThreshold);
