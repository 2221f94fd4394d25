namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Whether a server takes writes: the least that can be asked of it.</summary>
/// <param name="InRecovery">Whether it is a standby.</param>
/// <param name="Fence">The fence; null when the schema is not installed.</param>
/// <param name="Beat">The region's own last beat; null before the first.</param>
public sealed record PostgresLook(bool InRecovery, PostgresFence? Fence, (string Process, long Sequence)? Beat);
