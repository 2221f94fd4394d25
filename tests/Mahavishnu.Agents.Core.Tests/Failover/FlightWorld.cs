using CsCheck;
using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>One thing that happens to a machine.</summary>
/// <param name="Kind">Which; the rest means something for some kinds only.</param>
/// <param name="After">Time since the last one.</param>
/// <param name="Scores">What each observer says of each region; the votes stay as they are when it is null.</param>
/// <param name="Dice">Any choice.</param>
internal sealed record Move(int Kind, TimeSpan After, double?[]? Scores, int Dice);

/// <summary>
/// A machine in a world that does at random what the real one may do: it commits what was proposed or does not, ends
/// effects in any way, ends terms, lets votes come and go, and asks. Everything is recorded.
/// </summary>
/// <param name="settings">The machine's settings.</param>
/// <param name="fileEvery">After how many inputs the record goes on in another file; 0 for never.</param>
internal sealed class FlightWorld(FailoverSettings settings, int fileEvery = 0)
{
    private static readonly string[] Words = ["", "works", "Wartung \"ä\" – 4 %", "line\nbreak\t\\", "a/b", "{\"t\":1}", "日本 🙂"];
    private static readonly double?[] Scores = [0, 0.1, 0.3, 0.49, 0.6, 0.7, 0.92, 1, 1, 1, null];

    public static readonly Gen<Move[]> GenMoves = Gen.Select(
        Gen.Int[0, 19],
        Gen.Long[0, TimeSpan.FromSeconds(40).Ticks].Select(static ticks => TimeSpan.FromTicks(ticks)),
        Gen.Bool.SelectMany(static same => same ? Gen.Const((double?[]?)null) : Gen.Int[0, Scores.Length - 1].Select(static i => Scores[i]).Array[9].Select(static s => (double?[]?)s)),
        Gen.Int[0, 9999],
        static (kind, after, scores, dice) => new Move(kind, after, scores, dice)).Array[1, 120];

    public static readonly Gen<FailoverSettings> GenSettings = Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 63], static (automatic, back, own, mask) => SettingsOf(All[own]) with
    {
        Thresholds = SettingsOf(All[own]).Thresholds with { LossLimit = mask > 31 ? TimeSpan.FromSeconds(30) : null },
        Automatic = automatic,
        AutoFailback = back,
        Saga = new SagaSettings { NothingConfigured = [.. TrafficOnly.NothingConfigured.Where((_, i) => (mask & (1 << i)) != 0)] },
    });

    private readonly FlightEncoder _encoder = new();
    private readonly FailoverMachine _machine = new(settings);
    private readonly List<List<string>> _files = [];
    private TimeSpan _now = TimeSpan.FromTicks(123_456_789);
    private IReadOnlyList<Vote> _votes = [];
    private FailoverFacts _facts = FailoverFacts.None;
    private FailoverAction _wanted = new FailoverAction.Wait();
    private int _inputs;
    private long _counter;
    private long _epoch;

    /// <summary>The recorded lines, by file.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Files => _files;

    /// <summary>Everything that was recorded, as it went in.</summary>
    public List<FlightEntry> Entries { get; } = [];

    /// <summary>The turns as they were taken.</summary>
    public List<FailoverTurn> Turns { get; } = [];

    public static FailoverSettings SettingsOf(RegionId own) => new()
    {
        Region = own,
        Regions = All.ToDictionary(static r => r, static r => new RegionFacts(r, r == Ap ? null : r.Value[..2], r == Eu ? ["mail", "logs"] : ["logs"], r == Us ? null : 0.25, r == Ap ? -3 : 7, true)),
        Observers = All,
        Residency = new ResidencyCatalogue(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>
        {
            ["logs"] = null,
            ["mail"] = new Dictionary<string, IReadOnlyList<string>> { ["eu"] = ["eu", "us"] },
        }),
        Thresholds = DecisionThresholds.Default with { Settle = TimeSpan.FromSeconds(10) },
        Saga = TrafficOnly,
        Timing = LeadershipTiming.Default,
        Automatic = true,
        AutoFailback = false,
        FailbackWindow = TimeSpan.FromSeconds(60),
        Interval = TimeSpan.FromSeconds(1),
    };

    public FlightWorld Play(IEnumerable<Move> moves)
    {
        foreach (var move in moves)
        {
            _now += move.After;
            _votes = move.Scores is { } scores ? VotesOf(scores, move.Dice) : _votes;
            switch (move.Kind)
            {
                case 0:
                    Take(new LeadershipNotice.BecameLeader(_epoch += 1 + (move.Dice % 3), move.Dice % 2 == 0 ? null : Record(move.Dice)));
                    break;
                case 1:
                    Take(move.Dice % 3 > 0 ? new LeadershipNotice.Alarm(Words[move.Dice % Words.Length]) : new LeadershipNotice.TermEnded(_machine.Epoch, Words[move.Dice % Words.Length]));
                    break;
                case 2:
                    Take(new LeadershipNotice.JournalCommitted(Record(move.Dice)));
                    break;
                default:
                    Answer(move.Dice);
                    Turn(move);
                    break;
            }
        }

        return this;
    }

    public FlightWorld Take(LeadershipNotice notice)
    {
        Begin();
        _machine.Take(_now, notice);
        Write(new FlightEntry.Notice(_now, Wall, notice));
        return this;
    }

    public FailoverTurn Turn(FailoverFacts facts)
    {
        Begin();
        var turn = _machine.Turn(_now, facts);
        Turns.Add(turn);
        Write(new FlightEntry.Turn(_now, Wall, facts, FlightOutcome.Of(turn)));
        _wanted = turn.Action;
        return turn;
    }

    /// <summary>Time passes.</summary>
    public FlightWorld After(double seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    /// <summary>Turns of a leader whose wishes the world obeys at once, one a second.</summary>
    public FlightWorld Lead(int seconds, FailoverFacts facts)
    {
        for (var second = 0; second < seconds; second++)
        {
            After(1).Turn(facts with { Epoch = _machine.Epoch });
            Obey();
        }

        return this;
    }

    /// <summary>The world does what was asked for, as it usually does.</summary>
    public void Obey()
    {
        switch (_wanted)
        {
            case FailoverAction.Propose propose:
                Take(new LeadershipNotice.JournalCommitted(propose.Record with { Epoch = Math.Max(1, _machine.Epoch), Sequence = (_machine.Memory.Saga.Record?.Sequence ?? 0) + 1 }));
                break;
            case FailoverAction.Run run:
                End(run.Record, EffectResult.Done, "");
                break;
        }

        _wanted = new FailoverAction.Wait();
    }

    private DateTimeOffset Wall => DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000) + _now;

    private void Begin()
    {
        if (_inputs++ == 0 || (fileEvery > 0 && _inputs % fileEvery == 0))
        {
            _files.Add([]);
            Write(new FlightEntry.Snapshot(_now, Wall, "us-east-1-1", "0.1.0", _files.Count - 1, 0, settings, _machine.Memory));
        }
    }

    private void Write(FlightEntry entry)
    {
        Entries.Add(entry);
        _files[^1].Add(_encoder.Write(entry));
    }

    private void Answer(int dice)
    {
        if (_wanted is FailoverAction.Run run && dice % 4 > 0)
        {
            End(run.Record, (EffectResult)(dice % 4), Words[dice % Words.Length]);
        }
        else if (_wanted is FailoverAction.Propose && dice % 5 > 0)
        {
            Obey();
        }
    }

    private void End(JournalRecord record, EffectResult result, string detail)
    {
        Begin();
        _machine.EffectEnded(_now, record, result, detail);
        Write(new FlightEntry.Effect(_now, Wall, record, result, detail));
    }

    private void Turn(Move move)
    {
        var region = All[move.Dice % 3];
        _facts = _facts with
        {
            Epoch = move.Dice % 10 > 0 ? _machine.Epoch : 0,
            Votes = _votes,
            Maintenance = (move.Dice % 11) switch { 0 => null, 1 => new MaintenanceRecord(move.Dice, true, Words[move.Dice % Words.Length], "anna"), 2 => new MaintenanceRecord(move.Dice, false, "", ""), _ => _facts.Maintenance },
            Shown = (move.Dice % 7) switch { 0 => null, 1 => Record(move.Dice), _ => _facts.Shown },
            Lag = (move.Dice % 5) switch
            {
                0 => FailoverFacts.None.Lag,
                1 => new Dictionary<LagLink, LagSample> { [new(region, All[move.Dice / 3 % 3], move.Dice % 2 == 0 ? "postgresql" : "kafka")] = new(TimeSpan.FromMilliseconds(move.Dice), _now - TimeSpan.FromSeconds(move.Dice % 80), move.Dice % 4 == 0 ? move.Dice : null) },
                _ => _facts.Lag,
            },
            Writers = (move.Dice % 6) switch { 0 => null, 1 => new HashSet<RegionId> { region }, 2 => new HashSet<RegionId>(), _ => _facts.Writers },
            OthersPresent = move.Dice % 2 == 0,
            AnyTarget = move.Dice % 13 > 0,
            Asked = (move.Dice % 17) switch
            {
                1 => new OperatorRequest(SagaKind.Failover, region, null, move.Dice % 2 == 0, "a drill", "anna") { DryRun = move.Dice % 3 == 0 },
                2 => new OperatorRequest(SagaKind.Failback, region, null, move.Dice % 2 == 0, null, "anna"),
                3 => new OperatorRequest(SagaKind.Failover, region, All[move.Dice / 3 % 3], true, "a drill", "anna"),
                _ => null,
            },
        };
        Turn(_facts);
    }

    private List<Vote> VotesOf(double?[] scores, int dice) =>
    [
        .. All.Where((_, i) => dice % 7 != i).Select((observer, i) => new Vote(
            $"{observer}-1", observer, $"p{dice}", ++_counter, dice % 23 == 0 ? Words[dice % Words.Length] : null, "http://a",
            [.. All.Select((r, k) => ViewOf(r, scores[(i * 3) + k]) with { FailedChecks = scores[(i * 3) + k] < 1 ? ["/health", Words[dice % Words.Length]] : [] })])),
        .. dice % 5 == 0 ? [VoteOf(Eu, (Us, scores[0])) with { Agent = "a/b", Counter = ++_counter }] : (Vote[])[],
    ];

    private JournalRecord Record(int dice) =>
        (dice % 4 == 0 ? FailbackPlan(settings.Saga) : FailoverPlan(settings.Saga)) with
        {
            Epoch = Math.Max(1, _machine.Epoch),
            Sequence = 1 + (dice % 50),
            Phase = dice % 4 == 0 ? (StepPhase)(1 + (dice % 5)) : (StepPhase)(1 + (dice / 4 % 5)),
            Reason = Words[dice % Words.Length],
        };
}
