using Mahavishnu.Agents.Adapters.Postgres;

namespace Mahavishnu.Agents.Replication;

/// <summary>What the status shows of a server of PostgreSQL.</summary>
internal static class PostgresDocument
{
    /// <summary>The server; all unknown while it does not answer.</summary>
    public static object Of(PostgresReading? reading) => new
    {
        role = reading is null ? "unknown" : reading.InRecovery ? "standby" : "primary",
        fenced = reading?.Fence?.Fenced,
        token = reading?.Fence?.Token,
        timeline = reading?.Timeline,
        written = reading?.Written?.ToString(),
        received = reading?.Received?.ToString(),
        replayed = reading?.Replayed?.ToString(),
        databaseBytes = reading?.DatabaseBytes,
        followers = reading?.Senders.Select(static s => new { name = s.Name, state = s.State, sync = s.SyncState, bytesBehind = s.BytesBehind }),
        slots = reading?.Slots.Select(static s => new { name = s.Name, type = s.Type, active = s.Active, retainedBytes = s.RetainedBytes, walStatus = s.WalStatus, safeWalBytes = s.SafeWalSize }),
        subscriptions = reading?.Subscriptions.Select(static s => new { name = s.Name, enabled = s.Enabled, running = s.Running, applyErrors = s.ApplyErrors, notReadyTables = s.NotReadyTables }),
    };
}
