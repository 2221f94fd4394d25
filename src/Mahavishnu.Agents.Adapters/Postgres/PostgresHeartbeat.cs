using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>The last beat of a region that has arrived at the server that was read.</summary>
/// <param name="Region">The region that wrote it.</param>
/// <param name="Process">The process that wrote it.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Stamp">When it was written, in UTC by the writer's clock.</param>
public sealed record PostgresHeartbeat(RegionId Region, string Process, long Sequence, DateTimeOffset Stamp);
