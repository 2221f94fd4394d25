using System.Text.Json;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Reads the lines that <see cref="FlightEncoder"/> writes.</summary>
/// <remarks>Not thread-safe. After a problem it can go on only with the line of a snapshot.</remarks>
public sealed class FlightDecoder
{
    private readonly SortedDictionary<(RegionId Region, string Agent), Vote> _votes = new(Comparer<(RegionId Region, string Agent)>.Create(static (left, right) =>
        left.Region.CompareTo(right.Region) is not 0 and var order ? order : string.CompareOrdinal(left.Agent, right.Agent)));

    private bool _begun;
    private TimeSpan _now;
    private (TimeSpan Now, DateTimeOffset Wall) _clock;
    private JournalRecord? _record;
    private FailoverFacts _facts = FailoverFacts.None;
    private FlightOutcome _outcome = FlightOutcome.None;

    /// <summary>Whether a line holds a snapshot, readable or not.</summary>
    public static bool IsSnapshot(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.StartsWith(SnapshotText.Beginning, StringComparison.Ordinal);
    }

    /// <summary>Whether a line holds a snapshot or the first few characters of one.</summary>
    public static bool MayBeSnapshot(string line) => IsSnapshot(line) || SnapshotText.Beginning.StartsWith(line, StringComparison.Ordinal);

    /// <summary>Reads a line; on failure the entry is null and the problem says what is wrong.</summary>
    public (FlightEntry? Entry, string Problem) Read(string line)
    {
        try
        {
            return IsSnapshot(line) ? Begin(line)
                : _begun ? (Input(JsonSerializer.Deserialize(line, FlightTypes.Input) ?? throw new JsonException("the line is empty")), "")
                : (null, "a snapshot is missing before it");
        }
        catch (Exception unreadable) when (unreadable is JsonException or ArgumentException or OverflowException)
        {
            _begun = false;
            return (null, unreadable.Message);
        }
    }

    private (FlightEntry?, string) Begin(string line)
    {
        // The format first: a snapshot of another one may lack what this one needs.
        if (JsonSerializer.Deserialize(line, SnapshotFormatJson.Default.SnapshotFormat) is not { Format: FlightEncoder.CurrentFormat })
        {
            _begun = false;
            return (null, $"it has another format than {FlightEncoder.CurrentFormat}, which this build reads");
        }

        var text = JsonSerializer.Deserialize(line, FlightTypes.Snapshot)!;
        var now = TimeSpan.FromTicks(text.Now);
        _votes.Clear();
        (_begun, _now, _clock, _record) = (true, now, (now, text.Wall), text.Memory!.Saga.Record);
        (_facts, _outcome) = (FailoverFacts.None, FlightOutcome.None);
        return (new FlightEntry.Snapshot(now, text.Wall, text.Agent, text.Version, text.Part, text.Lost ?? 0, text.Settings!, text.Memory), "");
    }

    private FlightEntry Input(InputText line)
    {
        var now = _now += TimeSpan.FromTicks(line.T);
        if (line.Wall is { } milliseconds)
        {
            _clock = (now, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
        }

        var wall = _clock.Wall + (now - _clock.Now);
        return line.Effect is { } effect
            ? new FlightEntry.Effect(now, wall, effect.Record ?? _record ?? throw new JsonException("there is no current record whose effect could have ended"), effect.Result, effect.Detail)
            : Told(line) is { } notice ? new FlightEntry.Notice(now, wall, notice)
            : Turned(now, wall, line);
    }

    private LeadershipNotice? Told(InputText line)
    {
        (var notice, _record) = line switch
        {
            { Leader: { } leader } => (leader, leader.Recovered),
            { Committed: { } record } => (new LeadershipNotice.JournalCommitted(record), record),
            { Ended: { } ended } => (ended, null),
            { Alarm: { } reason } => (new LeadershipNotice.Alarm(reason), _record),
            _ => ((LeadershipNotice?)null, _record),
        };
        return notice;
    }

    private FlightEntry.Turn Turned(TimeSpan now, DateTimeOffset wall, InputText line)
    {
        foreach (var text in line.Votes ?? [])
        {
            var (vote, problem) = text.ToVote();
            _votes[vote is null ? throw new JsonException(problem) : (vote.Region, vote.Agent)] = vote;
        }

        var gone = line.Gone ?? [];
        foreach (var key in gone.Select(static g => g.Split('/', 2)).Where(static k => k.Length == 2))
        {
            _votes.Remove((JournalCodec.Region(key[0]), key[1]));
        }

        _facts = new FailoverFacts
        {
            Epoch = line.Epoch ?? _facts.Epoch,
            Votes = line.Votes is null && gone.Length == 0 ? _facts.Votes : [.. _votes.Values],
            Maintenance = gone.Contains("maintenance") ? null : line.Maintenance ?? _facts.Maintenance,
            Shown = gone.Contains("shown") ? null : line.Shown ?? _facts.Shown,
            Lag = gone.Contains("lag") ? FailoverFacts.None.Lag
                : line.Lag?.ToDictionary(static l => new LagLink(l.Source, l.Target, l.Store), static l => new LagSample(TimeSpan.FromTicks(l.Lag), TimeSpan.FromTicks(l.At), l.Position)) ?? _facts.Lag,
            Writers = gone.Contains("writers") ? null : line.Writers?.ToHashSet() ?? _facts.Writers,
            OthersPresent = line.Others ?? _facts.OthersPresent,
            AnyTarget = line.Target ?? _facts.AnyTarget,
            Asked = gone.Contains("asked") ? null : line.Asked ?? _facts.Asked,
        };
        var parts = (line.Out ?? []).Aggregate(_outcome.Parts, static (parts, part) => part.Value is null ? parts.Remove(part.Key) : parts.SetItem(part.Key, part.Value));
        _outcome = new FlightOutcome(parts, line.D ?? _outcome.Digest);
        return new FlightEntry.Turn(now, wall, _facts, _outcome);
    }
}
