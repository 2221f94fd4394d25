using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Replication;

namespace Mahavishnu.Agents.Hosting;

/// <summary>The part of <c>/v1/status</c> that is about stores of data.</summary>
internal static class ReplicationDocument
{
    /// <summary>Who writes, what this region's own server is, the lag that it measures, and the lag between all regions as decisions see it.</summary>
    public static object Of(DataPlane data, RegionId own, DecisionInput input) => new
    {
        writer = data.Primary?.Writer()?.Value,
        guard = data.Primary is { } primary ? new { decision = primary.Decision.GetType().Name, reason = primary.Decision.Reason } : null,
        postgresql = data.Watch is { } watch ? Server(watch.Seen, data.Clock.Now) : null,
        lag = (data.Watch?.Lag() ?? new Dictionary<RegionId, Core.Replication.LagReading>()).OrderBy(static l => l.Key).Select(l => new
        {
            store = PostgresWatch.Store,
            source = l.Key.Value,
            target = own.Value,
            atMostSeconds = Seconds(l.Value.AtMost),
            errorSeconds = Seconds(l.Value.Error),
            ageSeconds = Seconds(l.Value.Age),
            state = l.Value.State.ToString(),
            reason = l.Value.Reason,
        }),
        atRisk = input.Lag.OrderBy(static l => l.Key.Source).ThenBy(static l => l.Key.Target).Select(static l => new { source = l.Key.Source.Value, target = l.Key.Target.Value, seconds = Seconds(l.Value) }),
    };

    /// <summary>What the region's Redis is like, and what is wrong with it.</summary>
    public static object Of(RedisSeen seen, TimeSpan now) => new
    {
        ageSeconds = Seconds(now - seen.At),
        problem = seen.Problem,
        mode = seen.Reading?.Mode.ToString(),
        version = seen.Reading?.Version,
        servers = seen.Reading?.Servers.Select(static s => new { endpoint = s.Endpoint, role = s.Role.ToString(), usedBytes = s.Memory.UsedBytes, evictedKeys = s.EvictedKeys }),
        windows = Windows(seen.Windows),
        findings = seen.Findings.Select(static f => new { rule = f.Rule, severity = f.Severity.ToString(), sentence = f.Sentence }),
    };

    private static object Server(PostgresSeen seen, TimeSpan now) => new
    {
        ageSeconds = Seconds(now - seen.At),
        problem = seen.Problem ?? seen.Beats,
        role = seen.Reading is null ? "unknown" : seen.Reading.InRecovery ? "standby" : "primary",
        fenced = seen.Reading?.Fence?.Fenced,
        token = seen.Reading?.Fence?.Token,
        timeline = seen.Reading?.Timeline,
        written = seen.Reading?.Written?.ToString(),
        received = seen.Reading?.Received?.ToString(),
        replayed = seen.Reading?.Replayed?.ToString(),
        databaseBytes = seen.Reading?.DatabaseBytes,
        followers = seen.Reading?.Senders.Select(static s => new { name = s.Name, state = s.State, sync = s.SyncState, bytesBehind = s.BytesBehind }),
        slots = seen.Reading?.Slots.Select(static s => new { name = s.Name, type = s.Type, active = s.Active, retainedBytes = s.RetainedBytes, walStatus = s.WalStatus, safeWalBytes = s.SafeWalSize }),
        windows = Windows(seen.Windows),
        subscriptions = seen.Reading?.Subscriptions.Select(static s => new { name = s.Name, enabled = s.Enabled, running = s.Running, applyErrors = s.ApplyErrors, notReadyTables = s.NotReadyTables }),
    };

    private static IEnumerable<object> Windows(IEnumerable<Core.Replication.RecoveryWindow> windows) =>
        windows.Select(static w => new { link = w.Link, state = w.State.ToString(), leftSeconds = Seconds(w.Left), reason = w.Reason });

    private static double? Seconds(TimeSpan? span) => span is { } known ? Math.Round(known.TotalSeconds, 3) : null;
}
