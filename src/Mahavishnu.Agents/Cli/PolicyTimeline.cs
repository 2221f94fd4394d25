using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Cli;

/// <summary>What another policy decides otherwise, as a person wants to read it: where differences begin and end.</summary>
internal sealed class PolicyTimeline
{
    /// <summary>What holds from the first other action on.</summary>
    private const string Alone =
        "from here on the recorded world does not answer to the policy: votes, maintenance, requests and terms stay as recorded, its own writes and effects are taken to succeed at once";

    private readonly Dictionary<RegionId, string> _told = [];
    private readonly Dictionary<string, string> _plans = [];

    private PolicyTurn? _last;

    /// <summary>How many turns had a decision that differs.</summary>
    public int Differing { get; private set; }

    /// <summary>What it comes to.</summary>
    public string Summary =>
        Differing == 0 ? "the policy decides the same at every turn"
        : FormattableString.Invariant($"the policy decides otherwise at {Differing} turns{(_last!.Recorded.Input.Routing.Equals(_last.Other.Input.Routing) ? "" : $"; at the end users are served: recorded {_last.Recorded.Input.Routing} | policy {_last.Other.Input.Routing}")}");

    /// <summary>What is new in a turn.</summary>
    public IReadOnlyList<ReplayItem> Of(DateTimeOffset time, PolicyTurn turn)
    {
        var pairs = turn.Recorded.Verdicts.Select(recorded => (Recorded: recorded, Other: turn.Other.Verdicts.Single(v => v.Source == recorded.Source)))
            .OrderBy(static p => p.Recorded.Source)
            .ToList();
        Differing += turn.Leaves || turn.Written.Count > 0 || pairs.Exists(static p => Brief(p.Recorded) != Brief(p.Other)) ? 1 : 0;
        _last = turn;
        return
        [
            .. pairs.SelectMany(p => Verdict(time, p.Recorded, p.Other)),
            .. turn.Leaves
                ? [new ReplayItem(time, "leaves", $"recorded: {Action(turn.Recorded)}; policy: {Action(turn.Other)}"), new ReplayItem(time, "alone", Alone)]
                : (ReplayItem[])[],
            .. turn.Recorded.Record is { } record ? Plan(time, "recorded", record) : [],
            .. turn.Written.SelectMany(r => Plan(time, "policy", r)),
        ];
    }

    private static string Brief(FailoverVerdict verdict) => $"{verdict.Kind}{(verdict.Target is { } target ? $" -> {target}" : "")}";

    private static string Action(FailoverTurn turn) => FlightOutcome.Brief(turn.Action) ?? $"wait ({turn.Doing})";

    private IEnumerable<ReplayItem> Verdict(DateTimeOffset time, FailoverVerdict recorded, FailoverVerdict other)
    {
        var (left, right) = (Brief(recorded), Brief(other));
        var told = left == right ? "" : $"{left}|{right}";
        if (_told.GetValueOrDefault(recorded.Source, "") == told)
        {
            return [];
        }

        _told[recorded.Source] = told;
        return told.Length == 0
            ? [new ReplayItem(time, "agree", $"{recorded.Source}: both {left}")]
            : [new ReplayItem(time, "differ", $"{recorded.Source}: recorded: {left} ({recorded.Reason}); policy: {right} ({other.Reason})")];
    }

    /// <summary>Where a plan begins, gets another target or ends.</summary>
    private IEnumerable<ReplayItem> Plan(DateTimeOffset time, string whose, JournalRecord record)
    {
        var stage = $"{record.Target} {(record.Ended ? record.Phase : "")}";
        var known = _plans.GetValueOrDefault($"{whose} {record.PlanId}") == stage;
        _plans[$"{whose} {record.PlanId}"] = stage;
        return known ? [] : [new ReplayItem(time, whose, $"{whose}: {FlightOutcome.Brief(record)}")];
    }
}
