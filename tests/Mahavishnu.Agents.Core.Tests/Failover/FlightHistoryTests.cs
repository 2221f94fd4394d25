using System.Globalization;
using CsCheck;
using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>Whatever happens to a machine: what was recorded gives the same turns again.</summary>
public sealed class FlightHistoryTests
{
    private static readonly Gen<(FailoverSettings Settings, Move[] Moves)> GenHistory = Gen.Select(FlightWorld.GenSettings, FlightWorld.GenMoves, static (s, m) => (s, m));

    [Fact]
    public void Replay_AnyHistory_GivesTheSameTurns() => GenHistory.Sample(
        static history =>
        {
            var world = new FlightWorld(history.Settings).Play(history.Moves);

            var steps = Replay(world.Files.SelectMany(static f => f));

            Assert.All(steps, static s => Assert.Empty(s.Differences));
            Assert.Equal(world.Turns.Select(Full), steps.Where(static s => s.Turn is not null).Select(static s => Full(s.Turn!)));
        },
        iter: 50);

    [Fact]
    public void Replay_AnyFileOfAHistory_GivesItsTurnsWithoutTheFilesBefore() => Gen.Select(GenHistory, Gen.Int[1, 40]).Sample(
        static (history, every) =>
        {
            var world = new FlightWorld(history.Settings, every).Play(history.Moves);

            Assert.All(world.Files, static file => Assert.All(Replay(file), static s => Assert.Empty(s.Differences)));
            Assert.Equal(world.Turns.Select(Full), world.Files.SelectMany(Replay).Where(static s => s.Turn is not null).Select(static s => Full(s.Turn!)));
            var whole = Replay(world.Files.SelectMany(static f => f));
            Assert.All(whole, static s => Assert.Empty(s.Differences));
            Assert.Single(whole, static s => s.Restored);
        },
        iter: 50);

    [Fact]
    public void Read_WhatWasWritten_IsWhatWasRecorded() => GenHistory.Sample(
        static history =>
        {
            var world = new FlightWorld(history.Settings, 30).Play(history.Moves);

            var read = world.Files.SelectMany(FlightLine.Read).Select(static l => l.Entry!).ToList();

            Assert.Equal(world.Entries.Select(Text), read.Select(Text));
            Assert.All(world.Entries.Zip(read), static e => Assert.InRange((e.First.Wall - e.Second.Wall).Duration(), TimeSpan.Zero, TimeSpan.FromMilliseconds(100)));
        },
        iter: 50);

    [Fact]
    public void Replay_WhereNumbersAreWrittenOtherwise_GivesTheSameTurns() => GenHistory.Sample(
        static history =>
        {
            var world = new FlightWorld(history.Settings).Play(history.Moves);
            var before = CultureInfo.CurrentCulture;
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            try
            {
                Assert.All(Replay(world.Files[0]), static s => Assert.Empty(s.Differences));
            }
            finally
            {
                CultureInfo.CurrentCulture = before;
            }
        },
        iter: 30);

    [Fact]
    public void Replay_SettingsInAnotherOrder_GivesTheSameTurns() => GenHistory.Sample(
        static history =>
        {
            var file = new FlightWorld(history.Settings).Play(history.Moves).Files[0].ToList();
            var snapshot = (FlightEntry.Snapshot)new FlightDecoder().Read(file[0]).Entry!;
            var settings = snapshot.Settings with
            {
                Regions = snapshot.Settings.Regions.Reverse().ToDictionary(),
                Observers = [.. snapshot.Settings.Observers.Reverse()],
                Residency = new ResidencyCatalogue(snapshot.Settings.Residency.Classes.Reverse().ToDictionary()),
            };
            file[0] = new FlightEncoder().Write(snapshot with { Settings = settings });

            Assert.All(Replay(file), static s => Assert.Empty(s.Differences));
        },
        iter: 30);

    [Fact]
    public void Replay_SettingsChanged_IsNoticed() => GenHistory.Where(static h => h.Settings.Automatic && h.Moves.Length > 60).Sample(
        static history =>
        {
            var world = new FlightWorld(history.Settings).Play(history.Moves);
            var file = world.Files[0].ToList();
            file[0] = file[0].Replace("\"automatic\":true", "\"automatic\":false", StringComparison.Ordinal);

            Assert.Contains(Replay(file), static s => s.Differences.Count > 0);
        },
        iter: 20);

    private static List<ReplayStep> Replay(IEnumerable<string> lines)
    {
        var replay = new FlightReplay();
        return [.. FlightLine.Read(lines).Select(l => l.Entry is { } entry ? replay.Take(entry) : throw new InvalidOperationException($"line {l.Number}: {l.Problem}"))];
    }

    /// <summary>All of a turn, with what it rests on.</summary>
    private static string Full(FailoverTurn turn)
    {
        var outcome = FlightOutcome.Of(turn);
        var input = turn.Input;
        return string.Join('\n', [
            outcome.Digest,
            .. outcome.Parts.Select(static p => p.ToString()),
            turn.Doing,
            turn.Action.GetType().Name,
            turn.Action is FailoverAction.Propose { Record: var proposed } ? JournalCodec.Write(proposed) : "",
            input.Routing.ToString(),
            input.Maintenance,
            .. input.SinceFailover.OrderBy(static s => s.Key).Select(static s => s.ToString()),
            .. input.IllFor.OrderBy(static s => s.Key).Select(static s => s.ToString()),
            .. input.View.Regions.Values.SelectMany(static r => r.Sightings.Select(s => $"{r.Region} {r.Condition} {r.AtMost} {r.AtLeast} {s} {s.Agent} {string.Join(",", s.View?.FailedChecks ?? [])}")),
            .. turn.Verdicts.SelectMany(static v => v.Rules.Select(static r => r.ToString())),
            .. turn.Failback.OrderBy(static f => f.Key).Select(static f => f.ToString())]);
    }

    private static string Text(FlightEntry entry) => entry switch
    {
        FlightEntry.Snapshot s => $"{s.Now} {s.Agent} {s.Version} {s.Part} {s.Lost}",
        FlightEntry.Notice { Told: LeadershipNotice.JournalCommitted c } n => $"{n.Now} {JournalCodec.Write(c.Record)}",
        FlightEntry.Notice { Told: LeadershipNotice.BecameLeader { Recovered: { } r } b } n => $"{n.Now} {b.Epoch} {JournalCodec.Write(r)}",
        FlightEntry.Notice n => $"{n.Now} {n.Told}",
        FlightEntry.Effect e => $"{e.Now} {JournalCodec.Write(e.Record)} {e.Result} {e.Detail}",
        FlightEntry.Turn t => string.Join('\n', [
            $"{t.Now} {t.Facts.Epoch} {t.Facts.Maintenance} {t.Facts.OthersPresent} {t.Facts.AnyTarget} {t.Facts.Asked} {(t.Facts.Shown is { } shown ? JournalCodec.Write(shown) : "")}",
            .. t.Facts.Votes.OrderBy(static v => v.Region).ThenBy(static v => v.Agent, StringComparer.Ordinal).Select(static v => (v with { Process = "", Counter = 1, Address = "" }).ToText()),
            .. t.Facts.Lag.OrderBy(static l => l.Key).Select(static l => l.ToString()),
            t.Facts.Writers is { } writers ? $"writers {string.Join(",", writers.Order())}" : "",
            .. t.Outcome.Parts.Select(static p => p.ToString()),
            t.Outcome.Digest]),
        _ => throw new InvalidOperationException(),
    };
}
