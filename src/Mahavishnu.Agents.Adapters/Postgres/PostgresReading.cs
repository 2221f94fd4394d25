namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>What one server says of itself at one moment.</summary>
public sealed record PostgresReading
{
    /// <summary>The server's version as one number, e.g. 150020 for 15.20.</summary>
    public required int Version { get; init; }

    /// <summary>The cluster's identity, which all its physical copies share.</summary>
    public required long SystemIdentifier { get; init; }

    /// <summary>Whether it is a standby.</summary>
    public required bool InRecovery { get; init; }

    /// <summary>
    /// Whether transactions of new sessions in this database are read-only by default: the database's setting, or else the server's.
    /// Settings of a role are not seen.
    /// </summary>
    public required bool DefaultReadOnly { get; init; }

    /// <summary>
    /// The timeline of the position that is written; on a standby that of what it received last, or without a receiver that of its
    /// last restart point, which may be late.
    /// </summary>
    public required int Timeline { get; init; }

    /// <summary>How far the log is written; null on a standby.</summary>
    public PostgresLsn? Written { get; init; }

    /// <summary>How far the log has been received; null unless it is a standby that has had a receiver since it started.</summary>
    public PostgresLsn? Received { get; init; }

    /// <summary>How far the log has been replayed; null unless it is a standby.</summary>
    public PostgresLsn? Replayed { get; init; }

    /// <summary>Whether somebody asked a standby to pause replay; a promotion is refused then.</summary>
    public required bool ReplayPaused { get; init; }

    /// <summary>The last beat of each region, by region; empty when the schema is not installed.</summary>
    public required IReadOnlyList<PostgresHeartbeat> Heartbeats { get; init; }

    /// <summary>Where the log is sent to, by name. No row is a receiver that is not connected, and no lag of zero.</summary>
    public required IReadOnlyList<PostgresSender> Senders { get; init; }

    /// <summary>Where the log comes from; null when no receiver runs.</summary>
    public PostgresReceiver? Receiver { get; init; }

    /// <summary>The replication slots of the whole server, by name.</summary>
    public required IReadOnlyList<PostgresSlot> Slots { get; init; }

    /// <summary>The subscriptions of this database, by name.</summary>
    public required IReadOnlyList<PostgresSubscription> Subscriptions { get; init; }

    /// <summary>The size of this database in bytes.</summary>
    public required long DatabaseBytes { get; init; }

    /// <summary>The size of the log's directory in bytes; null when the server does not let the agent list it.</summary>
    public long? WalBytes { get; init; }

    /// <summary>The fence; null when the schema is not installed.</summary>
    public PostgresFence? Fence { get; init; }
}
