using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Failover;

namespace Mahavishnu.Agents.Cli;

/// <summary>Replays flight records and prints what it finds.</summary>
internal sealed class ReplayCommand
{
    private readonly ReplayRequest _request;
    private readonly TextWriter _error;
    private readonly ReplayReport _report;
    private readonly FlightReplay _replay = new();
    private readonly ReplayTimeline _timeline = new();
    private readonly PolicyTimeline _differences = new();
    private readonly PolicyFile? _policy;
    private readonly PolicyReplay? _other;

    /// <summary>Prepares it.</summary>
    public ReplayCommand(ReplayRequest request, TextWriter output, TextWriter error)
    {
        (_request, _error, _report) = (request, error, new ReplayReport(request, output));
        _policy = request.Policy is null ? null : new PolicyFile(request.Policy);
        _other = _policy is null ? null : new PolicyReplay(recorded => _policy.Over(recorded).Settings!);
    }

    /// <summary>Does it.</summary>
    /// <returns>0 when every decision is the same, 1 when one differs, 2 when a file cannot be used.</returns>
    public int Run()
    {
        try
        {
            var files = Files();
            if (files.Count == 0)
            {
                _error.WriteLine($"{_request.Path} holds no flight record; expected files such as flight-000001.jsonl, which an agent writes to {{agent.data_directory}}/{{agent}}/flight.");
                return ExitCode.Usage;
            }

            if (!files.All(file => FlightLine.Read(Lines(file)).All(line => Take(file, line))))
            {
                return ExitCode.Usage;
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            _error.WriteLine($"{_request.Path} cannot be read: {unreadable.Message}");
            return ExitCode.Usage;
        }

        if (_report.Turns == 0)
        {
            _error.WriteLine($"{_request.Path} holds no decision.");
            return ExitCode.Usage;
        }

        _report.End(_other is null ? null : _differences);
        return _report.Same && _differences.Differing == 0 ? ExitCode.Done : ExitCode.Finding;
    }

    /// <summary>The file; or of a directory those that have to do with the time that is wanted, since each can be replayed alone.</summary>
    private List<string> Files()
    {
        if (!Directory.Exists(_request.Path))
        {
            return [_request.Path];
        }

        var files = FlightFiles.In(_request.Path)
            .Select(static file => (File: file, Begins: FlightLine.Read(Lines(file).Take(1)).FirstOrDefault()?.Entry?.Wall ?? DateTimeOffset.MinValue))
            .ToList();
        var first = files.FindLastIndex(f => f.Begins <= (_request.At ?? _request.From));
        return [.. files.Skip(first).Where((f, i) => i == 0 || f.Begins <= (_request.At ?? _request.To)).Select(static f => f.File)];
    }

    /// <summary>False when it cannot go on, after the reason was written.</summary>
    private bool Take(string file, FlightLine line)
    {
        if (line.Entry is not { } entry)
        {
            if (!line.CutOff)
            {
                _error.WriteLine($"{file}:{line.Number}: is damaged: {line.Problem}");
                return false;
            }

            _report.CutOff(file, line.Number);
            return true;
        }

        if (entry is FlightEntry.Snapshot { Settings: var settings } && _policy?.Over(settings).Errors is { Count: > 0 } wrong)
        {
            foreach (var problem in wrong)
            {
                _error.WriteLine($"error: {problem}");
            }

            return false;
        }

        var step = _replay.Take(entry);
        _report.Take(file, line.Number, step);
        var news = _timeline.Of(step);
        var other = _other?.Take(step);
        if (step.Turn is { } turn)
        {
            _report.Decided(entry.Wall, other?.Other ?? turn);
        }

        _report.Tell(_other is null ? news : other is not null ? _differences.Of(entry.Wall, other) : news.Where(static n => n.Kind is "gap" or "term"));
        return true;
    }

    /// <summary>The lines of a file that an agent may be writing.</summary>
    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
