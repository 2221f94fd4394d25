using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Cli;

/// <summary>Counts what a replay found, and prints it for people as it comes or as one JSON document at the end.</summary>
/// <param name="request">What is wanted.</param>
/// <param name="output">Where it is printed.</param>
internal sealed class ReplayReport(ReplayRequest request, TextWriter output)
{
    private readonly JsonArray _timeline = [];
    private readonly JsonArray _cutOff = [];
    private FlightEntry.Snapshot? _first;
    private (string Place, DateTimeOffset Time, IReadOnlyList<FlightDifference> Differences)? _difference;
    private (DateTimeOffset Time, FailoverTurn Turn)? _explained;
    private DateTimeOffset _last;
    private long _inputs;
    private long _differing;
    private long _lost;

    /// <summary>How many turns were taken again.</summary>
    public long Turns { get; private set; }

    /// <summary>Whether everything was as recorded.</summary>
    public bool Same => _difference is null;

    /// <summary>Takes in a replayed entry.</summary>
    public void Take(string file, int line, ReplayStep step)
    {
        _last = step.Entry.Wall;
        if (step.Entry is FlightEntry.Snapshot snapshot)
        {
            _first ??= snapshot;
            _lost += snapshot.Lost;
        }
        else
        {
            _inputs++;
        }

        Turns += step.Turn is null ? 0 : 1;
        if (step.Differences.Count > 0)
        {
            _differing++;
            _difference ??= ($"{file}:{line}", step.Entry.Wall, step.Differences);
        }
    }

    /// <summary>Keeps the last turn until the time that is asked about.</summary>
    public void Decided(DateTimeOffset time, FailoverTurn turn) => _explained = time <= request.At ? (time, turn) : _explained;

    /// <summary>A line is not whole, because the process that wrote it ended.</summary>
    public void CutOff(string file, int line)
    {
        _cutOff.Add($"{file}:{line}");
        Print($"{file}:{line}: is cut off; who wrote it ended there, or is still at it");
    }

    /// <summary>Tells what happened, as far as it is wanted.</summary>
    public void Tell(IEnumerable<ReplayItem> news)
    {
        foreach (var item in news.Where(i => request.At is null && i.Time >= request.From && i.Time <= request.To))
        {
            Print($"{Text(item.Time)}  {item.Text}");
            if (request.Json)
            {
                _timeline.Add(new JsonObject { ["time"] = Text(item.Time), ["kind"] = item.Kind, ["text"] = item.Text });
            }
        }
    }

    /// <summary>Tells what it comes to.</summary>
    /// <param name="policy">What another policy comes to; null when none was given.</param>
    public void End(PolicyTimeline? policy)
    {
        if (request.Json)
        {
            ConfigJson.Write(Document(policy), output);
            return;
        }

        if (request.At is { } at)
        {
            Print(_explained is { } found ? $"the last turn until {Text(at)}, at {Text(found.Time)}:" : $"no turn was recorded until {Text(at)}");
            if (Explained() is { } explained)
            {
                StatusText.Explain(explained, output);
                output.WriteLine();
            }
        }

        Print(Invariant($"{Turns} turns and {_inputs - Turns} other inputs of {_first!.Agent}, {Text(_first.Wall)} to {Text(_last)}{(_lost > 0 ? $", {_lost} inputs lost" : "")}"));
        Print(_difference is not { } difference
            ? "every decision is as recorded"
            : Invariant($"{_differing} DIFFER from what was recorded; the first at {Text(difference.Time)} ({difference.Place}):"));
        if (_difference is not null && _first.Version != AgentMetrics.Build)
        {
            Print($"  recorded by version {_first.Version}, replayed by {AgentMetrics.Build}");
        }

        foreach (var part in _difference?.Differences ?? [])
        {
            Print($"  {part.What}\n    recorded {part.Recorded ?? "nothing"}\n    now      {part.Replayed ?? "nothing"}");
        }

        if (policy is not null)
        {
            Print(policy.Summary);
        }
    }

    private JsonNode? Explained() => _explained is not { Turn: var turn } ? null
        : JsonSerializer.SerializeToNode(StatusDocument.Explain(_first!.Agent, turn.Epoch > 0, turn.Doing, turn.Trouble, turn.Verdicts), JsonSerializerOptions.Web);

    private JsonObject Document(PolicyTimeline? policy) => new()
    {
        ["agent"] = _first!.Agent,
        ["version"] = _first.Version,
        ["replayedBy"] = AgentMetrics.Build,
        ["from"] = Text(_first.Wall),
        ["to"] = Text(_last),
        ["turns"] = Turns,
        ["inputs"] = _inputs,
        ["lost"] = _lost,
        ["cutOff"] = _cutOff,
        ["same"] = Same,
        ["differing"] = _differing,
        ["firstDifference"] = _difference is not { } difference ? null : new JsonObject
        {
            ["place"] = difference.Place,
            ["time"] = Text(difference.Time),
            ["parts"] = new JsonArray([.. difference.Differences.Select(static d => new JsonObject { ["what"] = d.What, ["recorded"] = d.Recorded, ["replayed"] = d.Replayed })]),
        },
        ["policyDiffers"] = policy?.Differing,
        ["policySummary"] = policy?.Summary,
        ["decidedAt"] = _explained is { } found ? Text(found.Time) : null,
        ["decided"] = Explained(),
        ["timeline"] = _timeline,
    };

    private void Print(string line)
    {
        if (!request.Json)
        {
            output.WriteLine(line);
        }
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
