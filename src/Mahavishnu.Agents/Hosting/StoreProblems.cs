using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Finds the control records that cannot be read, at every store that answers.</summary>
internal static class StoreProblems
{
    /// <summary>One sentence for each such record, which names its store and key.</summary>
    public static IEnumerable<string> In(IReadOnlyDictionary<RegionId, ControlState?> seen) =>
        seen.OrderBy(static s => s.Key).SelectMany(static s => s.Value is { } state ? Of(s.Key, state) : []);

    private static IEnumerable<string> Of(RegionId store, ControlState state)
    {
        if (state.EpochNumber is null)
        {
            yield return $"{store}: epoch is not a positive number; the store counts for no election";
        }

        if (state.Journal is { } journal && JournalCodec.Read(journal.Value) is { Record: null, Problem: var problem })
        {
            yield return $"{store}: journal/current cannot be read: {problem}";
        }

        if (state.Members is { } members && MembersRecord.Parse(members.Value) is null)
        {
            yield return $"{store}: members cannot be read";
        }

        if (state.Heartbeat is { } heartbeat && HeartbeatValue.Parse(heartbeat.Value) is null)
        {
            yield return $"{store}: heartbeat cannot be read; it is waited out as a stranger's";
        }

        if (state.Maintenance is { } maintenance && MaintenanceRecord.Parse(maintenance.Value) == MaintenanceRecord.Unreadable)
        {
            yield return $"{store}: maintenance cannot be read; automation is paused until it is set again";
        }
    }
}
