using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What is known of one version of a row, without its content.</summary>
/// <param name="Written">When it was written.</param>
/// <param name="Region">Where.</param>
/// <param name="ContentHash">A hash of its content, e.g. SHA-256 in lower-case hex; the same content has the same hash in every region.</param>
/// <param name="Deleted">Whether it is a tombstone: the row was deleted.</param>
public sealed record RowVersion(HybridTime Written, RegionId Region, string ContentHash, bool Deleted);
