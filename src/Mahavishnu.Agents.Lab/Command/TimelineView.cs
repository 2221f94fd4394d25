using Mahavishnu.Agents.Lab.Scenarios;
using Mahavishnu.Agents.Lab.Watch;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary>Shows a run while it lasts: lines as they come, or on a terminal a picture of the regions above the last lines.</summary>
/// <remarks>On a terminal all lines are printed again at the end, so that they stay.</remarks>
internal sealed class TimelineView : IAsyncDisposable
{
    private const int LinesShown = 14;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TimelineEvent> _shown = [];
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly IAnsiConsole? _terminal;
    private Task _picture = Task.CompletedTask;
    private LabRun? _run;

    private TimelineView(TextWriter output, IAnsiConsole? terminal, TimeProvider time) => (_output, _terminal, _time) = (output, terminal, time);

    /// <summary>The view that fits where the text goes.</summary>
    public static TimelineView For(LabOptions options, TextWriter output, TimeProvider time)
    {
        var terminal = options is { Live: true, Json: false } ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) : null;
        var view = new TimelineView(output, terminal, time);
        view._picture = terminal is null ? Task.CompletedTask : view.DrawAsync(terminal);
        return view;
    }

    /// <summary>Takes in an event.</summary>
    public void Show(TimelineEvent happened)
    {
        lock (_shown)
        {
            _shown.Add(happened);
            if (_terminal is null)
            {
                _output.WriteLine(happened);
                _output.Flush();
            }
        }
    }

    /// <summary>Shows the regions of a run from now on.</summary>
    public void Watch(LabRun run) => Volatile.Write(ref _run, run);

    /// <summary>Ends the picture and leaves the lines. May be called twice.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _picture.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        if (_terminal is not null)
        {
            _shown.ForEach(_output.WriteLine);
        }
    }

    private Task DrawAsync(IAnsiConsole terminal) => terminal.Live(new Text("")).AutoClear(true).StartAsync(async context =>
    {
        while (true)
        {
            context.UpdateTarget(Picture());
            await Task.Delay(Refresh, _time, _stopping.Token);
        }
    });

    private Rows Picture()
    {
        List<IRenderable> parts = [];
        if (Volatile.Read(ref _run) is { } run)
        {
            parts.Add(Regions(run));
        }

        lock (_shown)
        {
            parts.AddRange(_shown.TakeLast(LinesShown).Select(static e => new Text(e.ToString())));
        }

        return new Rows(parts);
    }

    private static Table Regions(LabRun run)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("region", "agreed", "agent", "its users are served by", "requests", "failed");
        var leader = run.Sightings.Leader;
        var live = run.Sightings.Live;
        foreach (var region in run.Regions)
        {
            var agreed = live.Select(s => s.Regions.FirstOrDefault(r => r.Region == region.Value)?.Condition).FirstOrDefault(static c => c is not null) ?? "Unknown";
            var agent = leader?.Region == region ? FormattableString.Invariant($"[bold]leader, epoch {leader.Epoch}[/]")
                : run.Sightings.Of(region) is { } status ? Markup.Escape(status.Leadership.Role.ToLowerInvariant())
                : "[red]no answer[/]";
            var shares = run.Routing.Shares(region);
            var served = shares.Count == 0 ? "[red]nobody[/]" : string.Join(", ", shares.Select(static s => FormattableString.Invariant($"{s.Key} {s.Value} %")));
            var count = run.Tally.Of(region);
            table.AddRow(
                region.Value,
                agreed switch { "Healthy" => "[green]healthy[/]", "Down" => "[red]down[/]", var other => $"[yellow]{Markup.Escape(other.ToLowerInvariant())}[/]" },
                agent,
                served,
                FormattableString.Invariant($"{count.Requests}"),
                FormattableString.Invariant($"{count.Failed}"));
        }

        return table;
    }
}
