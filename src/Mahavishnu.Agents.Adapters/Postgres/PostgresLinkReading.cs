namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>What one server that writes says of its exchange with the others.</summary>
/// <param name="Version">The server's version as one number, e.g. 150020.</param>
/// <param name="Node">Its own name in pglogical; null without it.</param>
/// <param name="Written">How far its log is written.</param>
/// <param name="Links">What it subscribes to.</param>
/// <param name="Slots">What others subscribe to.</param>
/// <param name="Published">The tables of schema <c>mahavishnu</c> that travel to others.</param>
/// <param name="Beats">The last heartbeat of each region that has arrived.</param>
/// <param name="Fence">The fence; null when its row is missing.</param>
public sealed record PostgresLinkReading(
    int Version,
    string? Node,
    PostgresLsn Written,
    IReadOnlyList<PostgresLink> Links,
    IReadOnlyList<PostgresLogicalSlot> Slots,
    IReadOnlyList<string> Published,
    IReadOnlyList<PostgresHeartbeat> Beats,
    PostgresFence? Fence);
