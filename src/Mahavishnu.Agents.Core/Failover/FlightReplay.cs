using System.Text.Json;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// Feeds the entries of a flight record to a <see cref="FailoverMachine"/> again, and holds what comes out against what
/// was recorded. Nothing but the entries goes in.
/// </summary>
public sealed class FlightReplay
{
    private FailoverMachine? _machine;
    private FlightEntry.Snapshot? _last;

    /// <summary>Takes the next entry. The first one must be a snapshot.</summary>
    /// <exception cref="InvalidOperationException">No snapshot came before it.</exception>
    public ReplayStep Take(FlightEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry is FlightEntry.Snapshot snapshot)
        {
            return Begin(snapshot);
        }

        var machine = _machine ?? throw new InvalidOperationException("No snapshot came before the first input.");
        switch (entry)
        {
            case FlightEntry.Notice notice:
                machine.Take(notice.Now, notice.Told);
                break;
            case FlightEntry.Effect effect:
                machine.EffectEnded(effect.Now, effect.Record, effect.Result, effect.Detail);
                break;
            case FlightEntry.Turn recorded:
                var turn = machine.Turn(recorded.Now, recorded.Facts);
                return new ReplayStep(entry, turn, false, Difference(recorded.Outcome, FlightOutcome.Of(turn)));
        }

        return new ReplayStep(entry, null, false, []);
    }

    /// <summary>Where the record goes on without a gap, the memory must be the recorded one; else it becomes that.</summary>
    private ReplayStep Begin(FlightEntry.Snapshot snapshot)
    {
        var goesOn = snapshot.Lost == 0 && snapshot.Part > 0 && snapshot.Agent == _last?.Agent && snapshot.Part == _last.Part + 1;
        var (recorded, replayed) = (Text(snapshot.Memory), goesOn ? Text(_machine!.Memory) : "");
        _last = snapshot;
        _machine = new FailoverMachine(snapshot.Settings, snapshot.Memory);
        return new ReplayStep(snapshot, null, !goesOn, goesOn && recorded != replayed ? [new FlightDifference("memory", recorded, replayed)] : []);
    }

    private static string Text(FailoverMemory memory) => JsonSerializer.Serialize(memory, FlightJson.Default.FailoverMemory);

    private static List<FlightDifference> Difference(FlightOutcome recorded, FlightOutcome replayed)
    {
        if (recorded.Equals(replayed))
        {
            return [];
        }

        var parts = recorded.Parts.Keys.Union(replayed.Parts.Keys).Order(StringComparer.Ordinal)
            .Select(p => new FlightDifference(p, recorded.Parts.GetValueOrDefault(p), replayed.Parts.GetValueOrDefault(p)))
            .Where(static d => d.Recorded != d.Replayed)
            .ToList();
        return parts.Count > 0 ? parts : [new FlightDifference("wording", recorded.Digest, replayed.Digest)];
    }
}

/// <summary>What became of one entry.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Turn">The turn that was taken again; null for another input.</param>
/// <param name="Restored">Whether the machine was made anew from a snapshot, because the entries do not go on from those before.</param>
/// <param name="Differences">In what it is not as recorded; empty when it is the same.</param>
public sealed record ReplayStep(FlightEntry Entry, FailoverTurn? Turn, bool Restored, IReadOnlyList<FlightDifference> Differences);

/// <summary>A difference between what was recorded and what came out now.</summary>
/// <param name="What">A part of the outcome, <c>memory</c>, or <c>wording</c> where only an explanation differs.</param>
/// <param name="Recorded">What was recorded; null for nothing.</param>
/// <param name="Replayed">What came out; null for nothing.</param>
public sealed record FlightDifference(string What, string? Recorded, string? Replayed);
