using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Whether a server lets the application in, and under which promise.</summary>
/// <param name="Token">The greatest fencing token that the server has seen; 0 before the first. A lower one is refused.</param>
/// <param name="Fenced">Whether the application is kept out.</param>
/// <param name="Region">The region for which the server was last opened; null before the first time.</param>
/// <param name="FencedAt">
/// A position at or after everything that the application ever committed here, taken when its last session was gone. A copy that
/// has received this much has lost nothing. Null while it is open, and while a session may still be there.
/// </param>
public sealed record PostgresFence(long Token, bool Fenced, RegionId? Region, PostgresLsn? FencedAt);
