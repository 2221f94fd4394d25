using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Failover;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Tests.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>What becomes of inputs on their way to the disk.</summary>
public sealed class FlightRecorderTests : IDisposable
{
    private static readonly RegionId Us = new("us-east-1");

    private static readonly FailoverSettings Settings = new()
    {
        Region = Us,
        Observers = [Us],
        Regions = new Dictionary<RegionId, RegionFacts> { [Us] = new(Us, "us", [], 0.5, 0, true) },
        Residency = new ResidencyCatalogue(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>()),
        Thresholds = DecisionThresholds.Default,
        Saga = new SagaSettings(),
        Timing = LeadershipTiming.Default,
        Automatic = true,
        AutoFailback = false,
        FailbackWindow = TimeSpan.FromMinutes(5),
        Interval = TimeSpan.FromSeconds(1),
    };

    private readonly string _root = Directory.CreateTempSubdirectory("flight-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000));
    private readonly AgentMetrics _metrics = new();
    private readonly LogLines _log = new();
    private long _changes;

    private string Folder => Path.Combine(_root, "flight");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>One process: a machine and its recorder over the same directory.</summary>
    private (RecordedMachine Machine, FlightRecorder Recorder) Process(long limitBytes = 8_000_000, int most = 8)
    {
        var recorder = new FlightRecorder(new FlightFiles(Folder, limitBytes, most), "us-east-1-1", Settings, _metrics, _log.Of<FlightRecorder>());
        return (new RecordedMachine(new FailoverMachine(Settings), new AgentClock(_time), recorder), recorder);
    }

    /// <summary>Turns, one a second, each with something new in it where wanted.</summary>
    private void Turns(RecordedMachine machine, int count, bool eventful = false)
    {
        for (var i = 0; i < count; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            machine.Turn(FailoverFacts.None with { Maintenance = eventful ? new MaintenanceRecord(++_changes, i % 2 == 0, $"works {i}", "anna") : null });
        }
    }

    private static async Task EndAsync(FlightRecorder recorder, Task running)
    {
        recorder.Complete();
        await running.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private async Task<double> LostAsync()
    {
        using var text = new MemoryStream();
        await _metrics.Registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return new MetricsText(System.Text.Encoding.UTF8.GetString(text.ToArray()))["mahavishnu_agent_flight_inputs_lost_total"];
    }

    private List<FlightEntry.Snapshot> Snapshots() => [.. FlightRecord.Lines(Folder).SelectMany(static f => f).Select(static l => l.Entry).OfType<FlightEntry.Snapshot>()];

    [Fact]
    public async Task Add_IdleTurns_CostATimeEach()
    {
        var (machine, recorder) = Process();
        Turns(machine, 10);
        await EndAsync(recorder, recorder.RunAsync());

        var lines = File.ReadAllLines(Assert.Single(FlightFiles.In(Folder)));

        Assert.Equal(11, lines.Length);
        Assert.All(lines.Skip(2), static l => Assert.Equal("""{"t":10000000}""", l));
        FlightRecord.AssertSame(Folder);
    }

    [Fact]
    public async Task Add_FileFull_GoesOnInAnotherAndKeepsTheLast()
    {
        var (machine, recorder) = Process(limitBytes: 20_000, most: 3);
        var running = recorder.RunAsync();
        for (var i = 0; i < 40; i++)
        {
            Turns(machine, 20, eventful: true);
            await Until.TrueAsync("the last turn is written", () => Task.FromResult(FlightFiles.In(Folder) is [.., var newest] && File.ReadAllText(newest).Contains($"\"sequence\":{_changes},", StringComparison.Ordinal)));
        }

        await EndAsync(recorder, running);

        var files = FlightFiles.In(Folder);
        Assert.Equal(3, files.Count);
        Assert.DoesNotContain(files, static f => f.EndsWith("flight-000001.jsonl", StringComparison.Ordinal));
        Assert.All(files, static f => Assert.InRange(new FileInfo(f).Length, 1, 30_000));
        Assert.All(files, static f => Assert.True(FlightLine.Read(File.ReadAllLines(f)).First().Entry is FlightEntry.Snapshot));
        Assert.Single(FlightRecord.AssertSame(Folder), static s => s.Restored);
        Assert.Equal(0, await LostAsync());
    }

    [Fact]
    public async Task Add_AfterAKill_GoesOnInTheSameFileBehindTheCutLine()
    {
        var (first, recorder) = Process();
        Turns(first, 3);
        await EndAsync(recorder, recorder.RunAsync());
        var file = Assert.Single(FlightFiles.In(Folder));
        using (var cut = new FileStream(file, FileMode.Open))
        {
            cut.SetLength(cut.Length - 5);
        }

        var (second, next) = Process();
        Turns(second, 2);
        await EndAsync(next, next.RunAsync());

        Assert.Equal([file], FlightFiles.In(Folder));
        var lines = Assert.Single(FlightRecord.Lines(Folder));
        Assert.Equal((4, true), (Assert.Single(lines, static l => l.Entry is null).Number, lines[3].CutOff));
        Assert.Equal([0, 0], Snapshots().Select(static s => s.Part));
        Assert.Equal(4, lines.Count(static l => l.Entry is FlightEntry.Turn));
    }

    [Fact]
    public async Task Add_MoreThanCanWait_LosesTheRestMarksItAndGoesOn()
    {
        var (machine, recorder) = Process();
        Turns(machine, FlightRecorder.MostWaiting + 7);
        var running = recorder.RunAsync();
        await Until.TrueAsync("the queue is written", () => Task.FromResult(File.Exists(Path.Combine(Folder, "flight-000001.jsonl")) && LinesOf("flight-000001.jsonl") > FlightRecorder.MostWaiting));
        Turns(machine, 1);
        await EndAsync(recorder, running);

        Assert.Equal([0, 7], Snapshots().Select(static s => s.Lost));
        Assert.Equal(7, await LostAsync());
        Assert.All(FlightRecord.Replay(Folder), static s => Assert.Empty(s.Differences));

        int LinesOf(string name) => File.ReadAllText(Path.Combine(Folder, name)).Count(static c => c == '\n');
    }

    [Fact]
    public async Task Add_DiskFull_IsToldOnceAndCountedAndTriedAgain()
    {
        // Every write to /dev/full ends with "no space left on device".
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(Folder, "flight-000001.jsonl");
        File.CreateSymbolicLink(file, "/dev/full");
        var (machine, recorder) = Process();
        var running = recorder.RunAsync();
        Turns(machine, 1);
        await Until.TrueAsync("it fails", () => Task.FromResult(_log.Lines.Count > 0));
        Turns(machine, 25);
        File.Delete(file);
        _time.Advance(FlightRecorder.RetryAfter * 2);
        await Until.TrueAsync("it goes on", () =>
        {
            Turns(machine, (int)FlightRecorder.RetryAfter.TotalSeconds);
            return Task.FromResult(_log.Lines.Count > 1);
        });

        // What was lost meanwhile is marked at the next try, at the latest.
        Turns(machine, 2 * (int)FlightRecorder.RetryAfter.TotalSeconds);
        await EndAsync(recorder, running);

        Assert.Equal([LogLevel.Warning, LogLevel.Information], _log.Lines.Select(static l => l.Level));
        Assert.Contains(Folder, _log.Lines[0].Text, StringComparison.Ordinal);
        Assert.True(await LostAsync() > 0);
        Assert.Equal(await LostAsync(), Snapshots().Sum(static s => s.Lost));
        FlightRecord.AssertSame(Folder);
    }

    [Fact]
    public async Task Add_DirectoryCannotBeMade_StopsNobody()
    {
        File.WriteAllText(Folder, "a file stands in the way");
        var (machine, recorder) = Process();
        var running = recorder.RunAsync();

        Turns(machine, 30);
        await EndAsync(recorder, running);

        Assert.Equal([LogLevel.Warning], _log.Lines.Select(static l => l.Level));
    }

    [Fact]
    public void Write_FailsInTheMiddleOfALine_LeavesItCutOffBeforeTheNextSnapshot()
    {
        using var files = new FlightFiles(Folder, 1_000, 2);
        files.Write("{\"flight\":1}\n{\"t\":"u8, begins: true);
        files.Dispose();

        files.Write("{\"flight\":1}\n"u8, begins: true);

        Assert.Equal("{\"flight\":1}\n{\"t\":\n{\"flight\":1}\n", File.ReadAllText(Assert.Single(FlightFiles.In(Folder))));
    }
}
