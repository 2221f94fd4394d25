namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>What the database subscribes to by logical replication.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Enabled">Whether it is meant to run.</param>
/// <param name="Running">Whether its worker runs. A worker that fails over and over is seen now and then.</param>
/// <param name="Received">The last position received; null when no worker runs.</param>
/// <param name="LatestEnd">The last position reported to the publisher; null when no worker runs.</param>
/// <param name="LastMessageAge">Time since the publisher's last message, by the subscriber's clock; null when no worker runs.</param>
/// <param name="ApplyErrors">Failures to apply a change since the counters were reset; null before PostgreSQL 15.</param>
/// <param name="SyncErrors">Failures to copy a table; null before PostgreSQL 15.</param>
/// <param name="NotReadyTables">Tables whose first copy is not complete.</param>
public sealed record PostgresSubscription(
    string Name,
    bool Enabled,
    bool Running,
    PostgresLsn? Received,
    PostgresLsn? LatestEnd,
    TimeSpan? LastMessageAge,
    long? ApplyErrors,
    long? SyncErrors,
    int NotReadyTables);
