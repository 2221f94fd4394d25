using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>
/// The flight record of a leader in ap-southeast-1: us-east-1 dies in the fifth second, its users move to eu-west-1, and in
/// the fifteenth it is well again. A turn a second, everything that is wanted is done at once.
/// </summary>
internal sealed class RecordedOutage : IDisposable
{
    private static readonly RegionId[] Regions = [new("ap-southeast-1"), new("eu-west-1"), new("us-east-1")];
    private static readonly DateTimeOffset Began = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<string> _lines = [];
    private readonly FlightEncoder _encoder = new();
    private readonly FailoverMachine _machine = new(Settings);
    private TimeSpan _now;

    public RecordedOutage()
    {
        Write(new FlightEntry.Snapshot(_now, Wall, "ap-southeast-1-1", "0.1.0", 0, 0, Settings, _machine.Memory));
        Take(new LeadershipNotice.BecameLeader(3, null));
        for (var second = 0; second < 25; second++)
        {
            _now = TimeSpan.FromSeconds(second);
            Turn(second is >= 5 and < 15 ? 0 : 1);
        }

        Save(_lines);
    }

    public static FailoverSettings Settings { get; } = new()
    {
        Region = Regions[0],
        Observers = Regions,
        Regions = Regions.ToDictionary(static r => r, static r => new RegionFacts(r, r.Value[..2], r.Value[..2] == "eu" ? ["mail", "logs"] : ["logs"], r.Value[..2] == "eu" ? 0.5 : 0.25, 3, r.Value[..2] != "ap")),
        Residency = new ResidencyCatalogue(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>
        {
            ["logs"] = null,
            ["mail"] = new Dictionary<string, IReadOnlyList<string>> { ["eu"] = ["eu"] },
        }),
        Thresholds = new DecisionThresholds(0.21, 0.52, 0.73, TimeSpan.FromSeconds(77)) { Settle = TimeSpan.FromMilliseconds(1234.5) },
        Saga = new SagaSettings
        {
            StepDeadline = TimeSpan.FromSeconds(61),
            RetryInterval = TimeSpan.FromSeconds(4),
            Watch = TimeSpan.FromTicks(33_000_001),
            TargetScore = 0.73,
            FailingScore = 0.52,
            FailbackScore = 0.91,
            FinalScore = 0.96,
            FailbackDrain = TimeSpan.FromSeconds(9),
            ReturnShares = [5, 50],
            NothingConfigured = [.. SagaTable.Rows.Where(static r => r.Work == StepWork.Data).Select(static r => r.Step)],
        },
        Timing = LeadershipTiming.Default,
        Automatic = true,
        AutoFailback = false,
        FailbackWindow = TimeSpan.FromSeconds(600.25),
        Interval = TimeSpan.FromSeconds(1),
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("outage-").FullName;

    public string File => Path.Combine(Folder, "flight-000001.jsonl");

    public IReadOnlyList<string> Lines => _lines;

    public void Save(IEnumerable<string> lines) => System.IO.File.WriteAllText(File, string.Concat(lines.Select(static l => l + "\n")));

    public string Policy(string text)
    {
        var path = Path.Combine(Folder, "policy.yaml");
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private DateTimeOffset Wall => Began + _now;

    private void Turn(double score)
    {
        var facts = FailoverFacts.None with
        {
            Epoch = 3,
            Votes = [.. Regions.Select(o => new Vote($"{o}-1", o, "", 1, null, "", [.. Regions.Select(r => View(r, r == Regions[2] ? score : 1))]))],
        };
        var turn = _machine.Turn(_now, facts);
        Write(new FlightEntry.Turn(_now, Wall, facts, FlightOutcome.Of(turn)));
        if (turn.Action is FailoverAction.Propose propose)
        {
            Take(new LeadershipNotice.JournalCommitted(propose.Record with { Epoch = 3, Sequence = (_machine.Memory.Saga.Record?.Sequence ?? 0) + 1 }));
        }
        else if (turn.Action is FailoverAction.Run run)
        {
            _machine.EffectEnded(_now, run.Record, EffectResult.Done, "done");
            Write(new FlightEntry.Effect(_now, Wall, run.Record, EffectResult.Done, "done"));
        }
    }

    private static RegionView View(RegionId region, double score) => new(region, score < 0.2 ? RegionCondition.Down : RegionCondition.Healthy, score, []);

    private void Take(LeadershipNotice notice)
    {
        _machine.Take(_now, notice);
        Write(new FlightEntry.Notice(_now, Wall, notice));
    }

    private void Write(FlightEntry entry) => _lines.Add(_encoder.Write(entry));
}
