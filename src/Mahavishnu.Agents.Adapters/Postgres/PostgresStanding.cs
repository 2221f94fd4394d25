namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Where a conflict stands in one region.</summary>
/// <param name="Decided">Whether it has been decided there.</param>
/// <param name="Prior">The place of the last decision for the same row; null when there is none.</param>
/// <param name="Winner">That decision's winner, as JSON; null when there is none.</param>
public sealed record PostgresStanding(bool Decided, long? Prior, string? Winner);
