using System.Text.Json.Nodes;
using Mahavishnu.Agents.Cli;
using Mahavishnu.Agents.Hosting;
using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>What <c>replay</c> prints and with what it ends.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private readonly RecordedOutage _outage = new();

    public void Dispose() => _outage.Dispose();

    private static DateTimeOffset At(int second) => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(second);

    private (int Exit, string[] Lines, string Errors) Run(string? policy = null, DateTimeOffset? at = null, int from = 0, int to = 59, bool json = false, string? path = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = new ReplayCommand(new ReplayRequest(path ?? _outage.File, policy is null ? null : _outage.Policy(policy), at, At(from), At(to), json), output, error).Run();
        return (exit, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }

    [Fact]
    public void Run_RecordedByThisBuild_TellsChangesAndThatAllIsTheSame()
    {
        var (exit, lines, errors) = Run();

        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal(
            [
                "2026-03-01T12:00:00.000Z  ap-southeast-1-1 of ap-southeast-1 begins to record, version 0.1.0",
                "2026-03-01T12:00:00.000Z  leads with epoch 3",
                "2026-03-01T12:00:00.000Z  ap-southeast-1 is agreed Healthy",
                "2026-03-01T12:00:00.000Z  eu-west-1 is agreed Healthy",
                "2026-03-01T12:00:00.000Z  us-east-1 is agreed Healthy",
                "2026-03-01T12:00:05.000Z  us-east-1 is agreed Down",
                "2026-03-01T12:00:05.000Z  us-east-1: ImmediateFailover -> eu-west-1 (D-03: complete region failure)",
                "2026-03-01T12:00:05.000Z  fo-3-1 us-east-1 -> eu-west-1: DrainSource Intended",
            ],
            lines.Take(8));
        Assert.Contains("2026-03-01T12:00:15.000Z  us-east-1 is agreed Healthy", lines);
        Assert.Contains(lines, static l => l.EndsWith("fo-3-1 us-east-1 -> eu-west-1: Watch Complete", StringComparison.Ordinal));
        Assert.Equal(["25 turns and 12 other inputs of ap-southeast-1-1, 2026-03-01T12:00:00.000Z to 2026-03-01T12:00:24.000Z", "every decision is as recorded"], lines.TakeLast(2));
    }

    [Fact]
    public void Run_Directory_TakesAllItsFiles() => Assert.Equal((0, "every decision is as recorded"), (Run(path: _outage.Folder).Exit, Run(path: _outage.Folder).Lines[^1]));

    [Theory]
    //          from  to    turns of the files that have to do with it
    [InlineData(-999, 59,   75)]
    [InlineData(0,    59,   25)]
    [InlineData(-60,  5,    50)]
    [InlineData(-60, -50,   25)]
    [InlineData(-120, -50,  50)]
    [InlineData(-999, -999, 25)]
    public void Run_DirectoryFromAndTo_TakesTheFilesOfThatTime(int from, int to, int turns)
    {
        // The same minute in each of three files, as three processes began it: two, one and no minutes before.
        foreach (var (number, minute) in new[] { (1, "11:58"), (2, "11:59"), (3, "12:00") })
        {
            File.WriteAllLines(Path.Combine(_outage.Folder, $"flight-00000{number}.jsonl"), _outage.Lines.Select(l => l.Replace("T12:00:", $"T{minute}:", StringComparison.Ordinal)));
        }

        var (exit, lines, errors) = Run(from: from, to: to, path: _outage.Folder);

        Assert.Equal((0, ""), (exit, errors));
        Assert.StartsWith($"{turns} turns", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FromAndTo_ShowsThatPartAndReplaysAll()
    {
        var (exit, lines, _) = Run(from: 14, to: 15);

        Assert.Equal(0, exit);
        Assert.Equal("2026-03-01T12:00:15.000Z  us-east-1 is agreed Healthy", Assert.Single(lines[..^2]));
        Assert.StartsWith("25 turns", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_At_ExplainsTheLastTurnUntilThen()
    {
        var lines = Run(at: At(5)).Lines;

        Assert.Equal("the last turn until 2026-03-01T12:00:05.000Z, at 2026-03-01T12:00:05.000Z:", lines[0]);
        Assert.StartsWith("us-east-1: ImmediateFailover -> eu-west-1 (D-03: complete region failure)", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines, static l => l.StartsWith("  D-08 yes Is there a lawful, healthy target? eu-west-1 is the best", StringComparison.Ordinal));
        Assert.StartsWith("no turn was recorded until", Run(at: At(0).AddSeconds(-1)).Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AnotherOutcomeRecorded_ShowsTheFirstDifferenceWithBothAndExitsWith1()
    {
        var changed = _outage.Lines.ToList();
        var line = changed.FindIndex(static l => l.Contains("ImmediateFailover -> eu-west-1", StringComparison.Ordinal));
        changed[line] = changed[line].Replace("ImmediateFailover -> eu-west-1", "GracefulFailover -> ap-southeast-1", StringComparison.Ordinal);
        _outage.Save(changed);

        var (exit, lines, errors) = Run();

        Assert.Equal((1, ""), (exit, errors));
        Assert.Equal(
            [
                $"1 DIFFER from what was recorded; the first at 2026-03-01T12:00:05.000Z ({_outage.File}:{line + 1}):",
                $"  recorded by version 0.1.0, replayed by {AgentMetrics.Build}",
                "  verdict us-east-1",
                "    recorded GracefulFailover -> ap-southeast-1 for us-east-1 by D-03, risk Unknown",
                "    now      ImmediateFailover -> eu-west-1 for us-east-1 by D-03, risk Unknown",
            ],
            lines[^5..]);
    }

    [Fact]
    public void Run_OnlyAnExplanationDiffers_IsADifferenceToo()
    {
        var changed = _outage.Lines.ToList();
        changed[2] = System.Text.RegularExpressions.Regex.Replace(changed[2], "\"d\":\"[0-9a-f]+\"", "\"d\":\"0123456789abcdef\"");
        _outage.Save(changed);

        var (exit, lines, _) = Run();

        Assert.Equal((1, "  wording"), (exit, lines[^3]));
    }

    [Fact]
    public void Run_LineCutOffAtTheEnd_IsToldAndTolerated()
    {
        _outage.Save([.. _outage.Lines.SkipLast(1), _outage.Lines[^1][..5]]);

        var (exit, lines, errors) = Run();

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains($"{_outage.File}:{_outage.Lines.Count}: is cut off; who wrote it ended there, or is still at it", lines);
    }

    [Fact]
    public void Run_LineDamagedInTheMiddle_NamesItAndExitsWith2()
    {
        _outage.Save([.. _outage.Lines.Take(7), "{\"t\":oops}", .. _outage.Lines.Skip(8)]);

        var (exit, _, errors) = Run();

        Assert.Equal(2, exit);
        Assert.StartsWith($"{_outage.File}:8: is damaged: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Json_IsOneDocument()
    {
        var (exit, lines, _) = Run(at: At(5), json: true);
        var document = JsonNode.Parse(string.Join('\n', lines))!;

        Assert.Equal((0, true, 25), (exit, (bool)document["same"]!, (int)document["turns"]!));
        Assert.Equal("ImmediateFailover", (string?)document["decided"]!["verdicts"]![0]!["decision"]);
        Assert.Null(document["firstDifference"]);
        Assert.NotEmpty(JsonNode.Parse(string.Join('\n', Run(json: true).Lines))!["timeline"]!.AsArray());
    }

    [Fact]
    public void Run_PolicyThatChangesNothing_ExitsWith0() =>
        Assert.Equal((0, "the policy decides the same at every turn"), (Run("failover: {cooldown: 5m}").Exit, Run("failover: {cooldown: 5m}").Lines[^1]));

    [Fact]
    public void Run_PolicyWithAnotherTarget_ShowsBothSidesAndFromWhereItIsAlone()
    {
        var (exit, lines, errors) = Run("regions:\n  ap-southeast-1: {capacity_percent: 90}");

        Assert.Equal((1, ""), (exit, errors));
        Assert.Equal(
            [
                "2026-03-01T12:00:00.000Z  leads with epoch 3",
                "2026-03-01T12:00:05.000Z  us-east-1: recorded: ImmediateFailover -> eu-west-1 (D-03: complete region failure); policy: ImmediateFailover -> ap-southeast-1 (D-03: complete region failure)",
                "2026-03-01T12:00:05.000Z  recorded: propose fo-3-1 us-east-1 -> eu-west-1: DrainSource Intended; policy: propose fo-3-1 us-east-1 -> ap-southeast-1: DrainSource Intended",
                "2026-03-01T12:00:05.000Z  from here on the recorded world does not answer to the policy: votes, maintenance, requests and terms stay as recorded, its own writes and effects are taken to succeed at once",
                "2026-03-01T12:00:05.000Z  policy: fo-3-1 us-east-1 -> ap-southeast-1: DrainSource Intended",
            ],
            lines[..5]);
        Assert.EndsWith("at the end users are served: recorded eu-west-1: eu-west-1 100 %; us-east-1: eu-west-1 100 % | policy eu-west-1: eu-west-1 100 %; us-east-1: ap-southeast-1 100 %", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PolicyAt_ExplainsWhatThePolicyDecides() =>
        Assert.Contains(Run("failover: {automatic: false}", at: At(5)).Lines, static l => l.StartsWith("us-east-1: ManualIntervention (D-04", StringComparison.Ordinal));

    [Fact]
    public void Run_PolicyWithFaults_NamesAllOfThemAndExitsWith2()
    {
        var (exit, lines, errors) = Run(
            """
            failover:
              automatik: false
              thresholds: {immediate: 0.6}
            regions:
              eu-west-2: {capacity: 1}
            agent: {name: x}
            """);

        Assert.Equal((2, 0), (exit, lines.Length));
        Assert.Equal(
            ["policy.yaml:2: failover.automatik", "policy.yaml:3: failover.thresholds.immediate", "policy.yaml:5: regions.eu-west-2", "policy.yaml:6: agent"],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => string.Join(": ", l.Replace($"error: {_outage.Folder}/", "", StringComparison.Ordinal).Split(": ")[..2])));
        Assert.Contains("did you mean `automatic`?", errors, StringComparison.Ordinal);
        Assert.Contains("did you mean `eu-west-1`?", errors, StringComparison.Ordinal);
    }
}
