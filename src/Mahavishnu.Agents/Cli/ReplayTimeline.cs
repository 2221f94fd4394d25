using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Cli;

/// <summary>Turns replayed entries into what a person wants to read: changes, not states.</summary>
internal sealed class ReplayTimeline
{
    private readonly Dictionary<string, string?> _told = [];
    private bool _leads;

    /// <summary>What is new in a step.</summary>
    public IReadOnlyList<ReplayItem> Of(ReplayStep step)
    {
        _leads = step.Entry is FlightEntry.Snapshot begin ? begin.Memory.Term.Epoch > 0 : _leads;
        IEnumerable<(string Kind, string Text)> news = step.Entry switch
        {
            FlightEntry.Snapshot { Lost: > 0 } snapshot => [("gap", $"{snapshot.Lost} inputs were lost here; it goes on from what the machine remembered")],
            FlightEntry.Snapshot { Part: 0 } snapshot => [("record", $"{snapshot.Agent} of {snapshot.Settings.Region} begins to record, version {snapshot.Version}")],
            FlightEntry.Notice notice => Of(notice.Told),
            FlightEntry.Effect { Result: not EffectResult.Done } effect => Changed("effect", $"{effect.Record.Step}: {effect.Result}, {effect.Detail}"),
            FlightEntry.Turn turn => Of(turn.Facts, step.Turn!),
            _ => [],
        };
        return [.. news.Select(n => new ReplayItem(step.Entry.Wall, n.Kind, n.Text))];
    }

    private IEnumerable<(string, string)> Of(LeadershipNotice notice)
    {
        switch (notice)
        {
            case LeadershipNotice.BecameLeader leader:
                _leads = true;
                return [("term", $"leads with epoch {leader.Epoch}{(leader.Recovered is { } record ? $", takes over {FlightOutcome.Brief(record)}" : "")}")];
            case LeadershipNotice.TermEnded ended when _leads:
                _leads = false;
                return [("term", $"the term of epoch {ended.Epoch} ends: {ended.Reason}")];
            case LeadershipNotice.JournalCommitted committed:
                _told.Remove("effect");
                return [("journal", FlightOutcome.Brief(committed.Record))];
            case LeadershipNotice.Alarm alarm:
                return Changed("alarm", alarm.Reason);
            default:
                return [];
        }
    }

    private IEnumerable<(string, string)> Of(FailoverFacts facts, FailoverTurn turn) =>
    [
        .. turn.Input.View.Regions.Values.SelectMany(r => Agreed(r)),
        .. Changed("maintenance", facts.Maintenance is { On: true } paused ? $"automation is paused by {paused.By}: {paused.Reason}" : null, "automation runs again"),
        .. Changed("seen", !_leads && turn.Record is { } record ? $"sees {FlightOutcome.Brief(record)}" : _told.GetValueOrDefault("seen")),
        .. turn.Record is null or { Ended: true } ? turn.Verdicts.SelectMany(v => Verdict(v)) : [],
        .. Changed("request", facts.Asked is { } asked ? $"{asked.By} asks for {(asked.DryRun ? "a plan of " : "")}{asked.Kind} of {asked.Region}{(asked.To is { } to ? $" to {to}" : "")}{(asked.Force ? ", forced" : "")}" : null),
        .. Changed("answer", turn.Answer is { } answer ? answer.Plan is null ? $"refused, {answer.Code}: {answer.Message}" : answer.Message : null),
        .. turn.Action is FailoverAction.HandOver away ? [("handover", $"hands leadership over: {away.Reason}")] : (IEnumerable<(string, string)>)[],
        .. Changed("trouble", turn.Trouble is { } trouble ? $"a person is needed: {trouble}" : null),
    ];

    private IEnumerable<(string, string)> Agreed(AgreedRegion region)
    {
        var before = _told.GetValueOrDefault($"condition {region.Region}");
        var now = region.Condition.ToString();
        _told[$"condition {region.Region}"] = now;
        return before == now || (before is null && region.Condition == RegionCondition.Unknown)
            ? Changed($"advisory {region.Region}", region.Advisory)
            : [("agreed", $"{region.Region} is agreed {now}"), .. Changed($"advisory {region.Region}", region.Advisory)];
    }

    private IEnumerable<(string, string)> Verdict(FailoverVerdict verdict)
    {
        var text = $"{verdict.Kind}{(verdict.Target is { } target ? $" -> {target}" : "")}";
        var before = _told.GetValueOrDefault($"verdict {verdict.Source}", $"{DecisionKind.NoFailover}");
        _told[$"verdict {verdict.Source}"] = text;
        return before == text ? [] : [("verdict", $"{verdict.Source}: {text} ({verdict.Reason})")];
    }

    /// <summary>The text, where it is another than before; when there is none any more, what is then to be said.</summary>
    private IEnumerable<(string, string)> Changed(string name, string? text, string? ended = null)
    {
        var before = _told.GetValueOrDefault(name);
        _told[name] = text;
        return text == before ? [] : (text ?? ended) is { } told ? [(name.Split(' ')[0], told)] : [];
    }
}
