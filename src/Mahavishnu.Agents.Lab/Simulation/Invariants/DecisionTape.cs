using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <summary>The flight record of one process, in the text that production writes, to be replayed by production's own replay.</summary>
internal sealed class DecisionTape
{
    private static readonly DateTimeOffset Wall = DateTimeOffset.UnixEpoch;
    private readonly FlightEncoder _encoder = new();
    private readonly List<string> _lines = [];

    public DecisionTape(string agent, TimeSpan now, FailoverSettings settings, FailoverMemory memory) =>
        Add(new FlightEntry.Snapshot(now, Wall, agent, "simulated", 0, 0, settings, memory));

    public void Took(TimeSpan now, LeadershipNotice notice) => Add(new FlightEntry.Notice(now, Wall, notice));

    public void EffectEnded(TimeSpan now, JournalRecord record, EffectResult result, string detail) => Add(new FlightEntry.Effect(now, Wall, record, result, detail));

    public void Turned(TimeSpan now, FailoverFacts facts, FailoverTurn turn) => Add(new FlightEntry.Turn(now, Wall, facts, FlightOutcome.Of(turn)));

    /// <summary>The first decision that is not the same again; null when all are.</summary>
    public string? Difference()
    {
        var (decoder, replay) = (new FlightDecoder(), new FlightReplay());
        foreach (var line in _lines)
        {
            var (entry, problem) = decoder.Read(line);
            if (entry is null)
            {
                return $"its flight record cannot be read ({problem}): {line}";
            }

            if (replay.Take(entry).Differences is [var difference, ..])
            {
                return $"replayed at {entry.Now}, {difference.What} was '{difference.Recorded}' and is '{difference.Replayed}'";
            }
        }

        return null;
    }

    private void Add(FlightEntry entry) => _lines.Add(_encoder.Write(entry));
}
