namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A promise to keep the log until a receiver has it: a row of <c>pg_replication_slots</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>physical</c> or <c>logical</c>.</param>
/// <param name="Active">Whether a receiver is connected.</param>
/// <param name="RetainedBytes">How much log it keeps; null when it was never used or is lost.</param>
/// <param name="UnconfirmedBytes">How much the receiver has not confirmed; null for a physical slot.</param>
/// <param name="WalStatus"><c>reserved</c>, <c>extended</c>, <c>unreserved</c> (about to be lost) or <c>lost</c> (must be copied anew); null when it was never used.</param>
/// <param name="SafeWalSize">Bytes that can still be written before it is in danger; null when it is lost or no limit is set.</param>
public sealed record PostgresSlot(
    string Name, string Type, bool Active, long? RetainedBytes, long? UnconfirmedBytes, string? WalStatus, long? SafeWalSize);
