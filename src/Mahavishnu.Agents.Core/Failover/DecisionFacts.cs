using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Gathers the engine's input, and remembers when each region was last failed over.</summary>
/// <param name="settings">What the configuration says.</param>
/// <param name="memory">What it goes on from.</param>
internal sealed class DecisionFacts(FailoverSettings settings, DecisionMemory memory)
{
    private readonly RoutingTable _home = RoutingTable.Home(settings.Regions.Values.Where(static r => r.IsPrimary).Select(static r => r.Region));
    private DecisionMemory _memory = memory;

    /// <summary>Everything that it remembers.</summary>
    public DecisionMemory Memory => _memory;

    /// <summary>
    /// A record that another leader wrote: seen at the stores by a follower, or recovered by a new leader. One that was noted
    /// before tells nothing new, also when a new leader has written it back under its own epoch. What this agent did not see
    /// happen may have happened just now: the cooldown runs from here.
    /// </summary>
    public void Noted(TimeSpan now, JournalRecord? record)
    {
        if (record is null || (_memory.Noted is { } noted && (record.Epoch, record.Sequence).CompareTo((noted.Epoch, noted.Sequence)) <= 0))
        {
            return;
        }

        if (_memory.Noted is { } before && before with { Epoch = record.Epoch, Sequence = record.Sequence } == NoteOf(record))
        {
            _memory = _memory with { Noted = NoteOf(record) };
            return;
        }

        if (record.PlanId != _memory.Noted?.PlanId)
        {
            foreach (var region in record.Cooling)
            {
                _memory = _memory with { FailedOverAt = _memory.FailedOverAt.SetItem(region, now) };
            }
        }

        Committed(now, record);
    }

    /// <summary>The cooldown of a region runs from the last record of its failover. One that was undone moved nobody and starts none.</summary>
    public void Committed(TimeSpan now, JournalRecord record)
    {
        if (record is { Kind: SagaKind.Failover, Phase: StepPhase.Aborted })
        {
            _memory = _memory with { FailedOverAt = _memory.FailedOverAt.Remove(record.Source) };
        }
        else if (record is { Kind: SagaKind.Failover })
        {
            _memory = _memory with { FailedOverAt = _memory.FailedOverAt.SetItem(record.Source, now) };
        }

        _memory = _memory with { Noted = NoteOf(record) };
    }

    private static RecordNote NoteOf(JournalRecord record) => new(record.Epoch, record.Sequence, record.PlanId, record.Step, record.Phase);

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
        var illSince = _memory.IllSince;
        foreach (var region in settings.Regions.Keys)
        {
            illSince = !(view[region].AtMost < settings.Thresholds.Graceful) ? illSince.Remove(region)
                : illSince.ContainsKey(region) ? illSince
                : illSince.Add(region, now);
        }

        _memory = _memory with { IllSince = illSince };
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
        Lag = facts.Lag.Select(l => (l.Key, Now: l.Value.Now(now, settings.LagFreshness)))
            .Where(static l => l.Now is not null)
            .ToDictionary(static l => l.Key, static l => l.Now!.Value),
        Broken = facts.Votes.SelectMany(static v => v.Broken.Select(b => new LagLink(v.Region, b.Target, b.Store))).ToHashSet(),
        Stores = settings.Stores,
        Writers = facts.Writers,
        SinceFailover = _memory.FailedOverAt.ToDictionary(static f => f.Key, f => now - f.Value),
        IllFor = _memory.IllSince.ToDictionary(static i => i.Key, i => now - i.Value),
    };
}
