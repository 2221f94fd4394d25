namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A logical slot of one database, which keeps the log for another node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Active">Whether somebody streams from it.</param>
/// <param name="RetainedBytes">How much log it keeps; null when it is lost.</param>
/// <param name="Confirmed">Up to where the other has said that it has everything; null when it never did.</param>
/// <param name="Lost">Whether log that it needs was removed, so that the other must be copied anew.</param>
public sealed record PostgresLogicalSlot(string Name, bool Active, long? RetainedBytes, PostgresLsn? Confirmed, bool Lost);
