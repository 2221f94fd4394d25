using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Gathers the engine's input, and remembers when each region was last failed over.</summary>
internal sealed class DecisionFacts(FailoverSettings settings)
{
    private readonly Dictionary<RegionId, TimeSpan> _failedOverAt = [];
    private readonly Dictionary<RegionId, TimeSpan> _illSince = [];
    private readonly RoutingTable _home = RoutingTable.Home(settings.Regions.Values.Where(static r => r.IsPrimary).Select(static r => r.Region));

    /// <summary>A new leader does not know how long ago the recorded failovers were: it counts their cooldown from now.</summary>
    public void Recovered(TimeSpan now, JournalRecord? record)
    {
        foreach (var region in record?.Cooling ?? [])
        {
            _failedOverAt.TryAdd(region, now);
        }

        Committed(now, record);
    }

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
    public DecisionInput Gather(TimeSpan now, JournalRecord? record, AgreedView view, FailoverFacts facts)
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

        return Input(now, record, view, facts);
    }

    private DecisionInput Input(TimeSpan now, JournalRecord? record, AgreedView view, FailoverFacts facts) => new()
    {
        Regions = settings.Regions,
        Residency = settings.Residency,
        View = view,
        Routing = Routing(record),
        Thresholds = settings.Thresholds,
        Automatic = settings.Automatic,
        Maintenance = facts.Maintenance is { On: true } paused ? $"{paused.Reason} ({paused.By})" : null,
        RunningPlan = record is { Ended: false } ? record.PlanId : null,
        SinceFailover = _failedOverAt.ToDictionary(static f => f.Key, f => now - f.Value),
        Lag = facts.Lag.Select(l => (l.Key, AtMost: l.Value.AtMost(settings.LagFreshness)))
            .Where(static l => l.AtMost is not null)
            .ToDictionary(static l => l.Key, static l => l.AtMost!.Value),
        IllFor = _illSince.ToDictionary(static i => i.Key, i => now - i.Value),
    };
}
