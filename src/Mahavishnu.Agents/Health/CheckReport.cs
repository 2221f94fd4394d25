using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Health;

/// <summary>One check as it stands.</summary>
/// <param name="Region">Its region.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">What is held of it.</param>
/// <param name="Last">The last outcome; null before the first.</param>
/// <param name="LastAt">When the last outcome was recorded, on the monotonic clock of the monitor.</param>
/// <param name="Probes">Outcomes so far.</param>
/// <param name="Failures">Those of them that were failures.</param>
/// <param name="Skipped">Probes that fell out because the one before took too long.</param>
/// <param name="Lateness">How much later than due the last probe began.</param>
internal sealed record CheckReport(
    RegionId Region,
    string Name,
    CheckState State,
    ProbeOutcome? Last,
    TimeSpan LastAt,
    long Probes,
    long Failures,
    long Skipped,
    TimeSpan Lateness);
