using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Failover;

/// <summary>Gathers the engine's input, and remembers when each region was last failed over.</summary>
internal sealed class DecisionFacts(FailoverSettings settings)
{
    private readonly Dictionary<RegionId, TimeSpan> _failedOverAt = [];
    private readonly Dictionary<RegionId, TimeSpan> _illSince = [];
    private readonly RoutingTable _home = RoutingTable.Home(settings.Regions.Values.Where(static r => r.IsPrimary).Select(static r => r.Region));

    /// <summary>A new leader does not know how long ago a recorded failover was: it counts the cooldown from now.</summary>
    public void Recovered(TimeSpan now, JournalRecord? record) => Committed(now, record);

    /// <summary>The cooldown of a region runs from the last record of its failover. One that was undone moved nobody and starts none.</summary>
    public void Committed(TimeSpan now, JournalRecord? record)
    {
        if (record is { Kind: SagaKind.Failover, Phase: StepPhase.Aborted })
        {
            _failedOverAt.Remove(record.Source);
        }
        else if (record is { Kind: SagaKind.Failover })
        {
            _failedOverAt[record.Source] = now;
        }
    }

    /// <summary>The routing that a record puts in force; regions that are newer than the record serve their own users.</summary>
    public RoutingTable Routing(JournalRecord? record)
    {
        var routing = record?.Desired ?? RoutingTable.Empty;
        var known = routing.Audiences.ToHashSet();
        return _home.Audiences.Where(a => !known.Contains(a)).Aggregate(routing, static (table, audience) => table.With(audience, (audience, 100)));
    }

    /// <summary>Everything that a decision rests on, as of now.</summary>
    public DecisionInput Gather(TimeSpan now, JournalRecord? record, AgreedView view, IReadOnlyDictionary<RegionId, ControlState?> stores)
    {
        foreach (var region in settings.Regions.Keys)
        {
            if (view[region].AtMost < settings.Thresholds.Graceful)
            {
                _illSince.TryAdd(region, now);
            }
            else
            {
                _illSince.Remove(region);
            }
        }

        return Input(now, record, view, stores);
    }

    private DecisionInput Input(TimeSpan now, JournalRecord? record, AgreedView view, IReadOnlyDictionary<RegionId, ControlState?> stores) => new()
    {
        Regions = settings.Regions,
        Residency = settings.Residency,
        View = view,
        Routing = Routing(record),
        Thresholds = settings.Thresholds,
        Automatic = settings.Automatic,
        Maintenance = Maintenance(stores) is { On: true } paused ? $"{paused.Reason} ({paused.By})" : null,
        RunningPlan = record is { Ended: false } ? record.PlanId : null,
        SinceFailover = _failedOverAt.ToDictionary(static f => f.Key, f => now - f.Value),
        IllFor = _illSince.ToDictionary(static i => i.Key, i => now - i.Value),
    };

    /// <summary>The maintenance record that counts; null when there never was one.</summary>
    public static MaintenanceRecord? Maintenance(IReadOnlyDictionary<RegionId, ControlState?> stores) =>
        MaintenanceRecord.Newest(stores.Values.Select(static s => s?.Maintenance?.Value).OfType<string>());

    /// <summary>The newest journal record that any store shows, for display only: it may not stand at a majority.</summary>
    public static JournalRecord? NewestRecord(IReadOnlyDictionary<RegionId, ControlState?> stores) =>
        stores.Values.Select(static s => s?.Journal is { } journal ? JournalCodec.Read(journal.Value).Record : null)
            .Aggregate((JournalRecord?)null, static (newest, record) => record is not null && record.IsNewerThan(newest) ? record : newest);
}
