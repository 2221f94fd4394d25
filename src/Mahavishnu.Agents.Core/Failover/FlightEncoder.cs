using System.Text.Json;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// Writes entries as lines of JSON. Between two snapshots a line holds only what differs from the lines before it, so that
/// a turn in which nothing is new costs a time and no more. <see cref="FlightDecoder"/> is its reverse.
/// </summary>
/// <remarks>Not thread-safe. The first entry must be a snapshot.</remarks>
public sealed class FlightEncoder
{
    /// <summary>The format that this build writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>By how much the wall clock may leave the monotonic one before it is written anew.</summary>
    private static readonly TimeSpan WallTolerance = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<(RegionId Region, string Agent), (Vote Vote, string Text)> _votes = [];
    private TimeSpan _now;
    private (TimeSpan Now, DateTimeOffset Wall) _clock;
    private JournalRecord? _record;
    private FailoverFacts _facts = FailoverFacts.None;
    private FlightOutcome _outcome = FlightOutcome.None;

    /// <summary>The line of an entry, without its end.</summary>
    public string Write(FlightEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry is FlightEntry.Snapshot snapshot)
        {
            return Begin(snapshot);
        }

        var line = new InputText { T = (entry.Now - _now).Ticks, Wall = Wall(entry) };
        _now = entry.Now;
        line = entry switch
        {
            FlightEntry.Notice notice => Told(line, notice.Told),
            FlightEntry.Effect effect => line with { Effect = new EffectText(effect.Result, effect.Detail, effect.Record == _record ? null : effect.Record) },
            FlightEntry.Turn turn => Turned(line, turn),
            _ => throw new InvalidOperationException($"unknown entry {entry}"),
        };
        return JsonSerializer.Serialize(line, FlightTypes.Input);
    }

    private string Begin(FlightEntry.Snapshot snapshot)
    {
        _votes.Clear();
        (_now, _clock, _record) = (snapshot.Now, (snapshot.Now, snapshot.Wall), snapshot.Memory.Saga.Record);
        (_facts, _outcome) = (FailoverFacts.None, FlightOutcome.None);
        return JsonSerializer.Serialize(
            new SnapshotText
            {
                Format = CurrentFormat,
                Agent = snapshot.Agent,
                Version = snapshot.Version,
                Part = snapshot.Part,
                Lost = snapshot.Lost > 0 ? snapshot.Lost : null,
                Now = snapshot.Now.Ticks,
                Wall = snapshot.Wall,
                Settings = snapshot.Settings,
                Memory = snapshot.Memory,
            },
            FlightTypes.Snapshot);
    }

    private long? Wall(FlightEntry entry)
    {
        if ((entry.Wall - (_clock.Wall + (entry.Now - _clock.Now))).Duration() < WallTolerance)
        {
            return null;
        }

        var milliseconds = entry.Wall.ToUnixTimeMilliseconds();
        _clock = (entry.Now, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
        return milliseconds;
    }

    private InputText Told(InputText line, LeadershipNotice notice)
    {
        _record = notice switch
        {
            LeadershipNotice.BecameLeader leader => leader.Recovered,
            LeadershipNotice.JournalCommitted committed => committed.Record,
            LeadershipNotice.TermEnded => null,
            _ => _record,
        };
        return line with
        {
            Leader = notice as LeadershipNotice.BecameLeader,
            Ended = notice as LeadershipNotice.TermEnded,
            Committed = (notice as LeadershipNotice.JournalCommitted)?.Record,
            Alarm = (notice as LeadershipNotice.Alarm)?.Reason,
        };
    }

    private InputText Turned(InputText line, FlightEntry.Turn turn)
    {
        var (facts, outcome) = (turn.Facts, turn.Outcome);
        List<string> gone = [];
        var lag = LagText.From(facts);
        if (lag.Length == 0 && _facts.Lag.Count > 0)
        {
            gone.Add("lag");
        }

        if (facts.Writers is null && _facts.Writers is not null)
        {
            gone.Add("writers");
        }

        line = line with
        {
            Epoch = facts.Epoch == _facts.Epoch ? null : facts.Epoch,
            Others = facts.OthersPresent == _facts.OthersPresent ? null : facts.OthersPresent,
            Target = facts.AnyTarget == _facts.AnyTarget ? null : facts.AnyTarget,
            Maintenance = Changed("maintenance", _facts.Maintenance, facts.Maintenance, gone),
            Shown = Changed("shown", _facts.Shown, facts.Shown, gone),
            Asked = Changed("asked", _facts.Asked, facts.Asked, gone),
            Lag = lag.Length == 0 || lag.SequenceEqual(LagText.From(_facts)) ? null : lag,
            Writers = facts.Writers is null || (_facts.Writers?.SetEquals(facts.Writers) ?? false) ? null : [.. facts.Writers.Order()],
            Votes = Votes(facts.Votes, gone) is { Count: > 0 } votes ? [.. votes] : null,
            Gone = gone.Count == 0 ? null : [.. gone],
            Out = Changes(_outcome, outcome) is { Count: > 0 } parts ? parts : null,
            D = outcome.Digest == _outcome.Digest ? null : outcome.Digest,
        };
        (_facts, _outcome) = (facts, outcome);
        return line;
    }

    private static T? Changed<T>(string name, T? before, T? now, List<string> gone)
        where T : class
    {
        if (now is null && before is not null)
        {
            gone.Add(name);
        }

        return now is null || now.Equals(before) ? null : now;
    }

    private List<VoteText> Votes(IReadOnlyList<Vote> fresh, List<string> gone)
    {
        List<VoteText> changed = [];
        foreach (var vote in fresh)
        {
            var known = _votes.GetValueOrDefault((vote.Region, vote.Agent));
            if (ReferenceEquals(known.Vote, vote))
            {
                continue;
            }

            var bare = vote with { Process = "-", Counter = 1, Address = "", Lag = [] };
            var text = bare.ToText();
            if (text != known.Text)
            {
                changed.Add(VoteText.From(bare));
            }

            _votes[(vote.Region, vote.Agent)] = (vote, text);
        }

        foreach (var key in _votes.Keys.Except(fresh.Select(static v => (v.Region, v.Agent))).ToList())
        {
            _votes.Remove(key);
            gone.Add($"{key.Region}/{key.Agent}");
        }

        return changed;
    }

    private static Dictionary<string, string?> Changes(FlightOutcome before, FlightOutcome now)
    {
        var changes = now.Parts.Where(p => before.Parts.GetValueOrDefault(p.Key) != p.Value).ToDictionary(static p => p.Key, static p => (string?)p.Value);
        foreach (var part in before.Parts.Keys.Where(k => !now.Parts.ContainsKey(k)))
        {
            changes[part] = null;
        }

        return changes;
    }
}
