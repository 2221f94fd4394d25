namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A decision of a conflict, to be kept and carried out.</summary>
/// <param name="Id">The conflict's id.</param>
/// <param name="Table">The table with its schema.</param>
/// <param name="Key">The row's key as JSON.</param>
/// <param name="Strategy">How it was decided.</param>
/// <param name="Winner">The winner as JSON: region, hlc, deleted, content.</param>
/// <param name="Losers">The other versions, as an array of the same.</param>
/// <param name="Latest">The packed time of the latest version. A row that was written after it is left alone.</param>
/// <param name="Prior">The place of the last decision for the row that was taken into account; null when there was none.</param>
public sealed record PostgresDecision(Guid Id, string Table, string Key, string Strategy, string Winner, string Losers, long Latest, long? Prior);
