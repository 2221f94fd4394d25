using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// Shows what another policy would have decided on recorded facts. As long as it does what was done, the recorded world
/// is its own: commits and effects are those of the record. From its first other action on it is alone: the votes,
/// maintenance, requests and terms are still the recorded ones, but the sagas are its own, each write and effect is taken
/// to succeed at once, and the record's sagas are hidden from it.
/// </summary>
/// <param name="policy">The other settings for recorded ones.</param>
public sealed class PolicyReplay(Func<FailoverSettings, FailoverSettings> policy)
{
    /// <summary>More records and effects than one saga can have: what is done at once has an end.</summary>
    private const int MostAtOnce = 200;

    private FailoverMachine? _machine;
    private JournalRecord? _own;

    /// <summary>Whether it has done something else than the record.</summary>
    public bool Alone { get; private set; }

    /// <summary>Takes an entry, after it was replayed; null when it is not a turn.</summary>
    public PolicyTurn? Take(ReplayStep recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        switch (recorded.Entry)
        {
            case FlightEntry.Snapshot snapshot:
                Begin(snapshot, recorded.Restored);
                return null;
            case FlightEntry.Notice notice:
                Told(notice.Now, notice.Told);
                return null;
            case FlightEntry.Effect effect when !Alone:
                _machine!.EffectEnded(effect.Now, effect.Record, effect.Result, effect.Detail);
                return null;
            case FlightEntry.Turn turn:
                return Turn(turn, recorded.Turn!);
            default:
                return null;
        }
    }

    /// <summary>Once alone it keeps its own memory, of which a restart loses all but the journal.</summary>
    private void Begin(FlightEntry.Snapshot snapshot, bool restored)
    {
        if (_machine is null || (restored && (!Alone || snapshot.Part == 0)))
        {
            _machine = new FailoverMachine(policy(snapshot.Settings), Alone ? new FailoverMemory() : snapshot.Memory);
        }
    }

    private void Told(TimeSpan now, LeadershipNotice notice)
    {
        if (!Alone)
        {
            _machine!.Take(now, notice);
            return;
        }

        _own = _machine!.Memory.Saga.Record ?? _own;
        if (notice is LeadershipNotice.BecameLeader leader)
        {
            notice = leader with { Recovered = _own is null ? null : _own with { Epoch = leader.Epoch, Sequence = _own.Sequence + 1 } };
        }

        if (notice is not LeadershipNotice.JournalCommitted)
        {
            _machine.Take(now, notice);
        }
    }

    private PolicyTurn Turn(FlightEntry.Turn entry, FailoverTurn recorded)
    {
        var facts = Alone ? entry.Facts with { Shown = _machine!.Memory.Saga.Record ?? _own } : entry.Facts;
        var turn = _machine!.Turn(entry.Now, facts);
        var leaves = !Alone && !Same(turn.Action, recorded.Action);
        Alone |= leaves;
        return new PolicyTurn(recorded, turn, leaves, Alone ? Act(entry.Now, turn, facts with { Asked = null }) : []);
    }

    /// <summary>Does what it wants done until it waits. Gives the records that it wrote.</summary>
    private List<JournalRecord> Act(TimeSpan now, FailoverTurn turn, FailoverFacts facts)
    {
        List<JournalRecord> written = [];
        for (var done = 0; done < MostAtOnce && turn.Action is FailoverAction.Propose or FailoverAction.Run; done++)
        {
            if (turn.Action is FailoverAction.Propose propose)
            {
                written.Add(propose.Record with { Epoch = _machine!.Epoch, Sequence = (_machine.Memory.Saga.Record?.Sequence ?? 0) + 1 });
                _machine.Take(now, new LeadershipNotice.JournalCommitted(written[^1]));
            }
            else
            {
                _machine!.EffectEnded(now, ((FailoverAction.Run)turn.Action).Record, EffectResult.Done, "taken to be done");
            }

            turn = _machine.Turn(now, facts);
        }

        return written;
    }

    /// <summary>What is done counts, not how it is put.</summary>
    private static bool Same(FailoverAction left, FailoverAction right) => (left, right) switch
    {
        (FailoverAction.Propose one, FailoverAction.Propose other) => Same(one.Record, other.Record),
        (FailoverAction.Run one, FailoverAction.Run other) => Same(one.Record, other.Record),
        _ => left.GetType() == right.GetType(),
    };

    private static bool Same(JournalRecord left, JournalRecord right) => left with { Reason = "" } == right with { Reason = "" };
}

/// <summary>A turn under the recorded policy and under the other one.</summary>
/// <param name="Recorded">The turn as it was.</param>
/// <param name="Other">The turn as the other policy takes it.</param>
/// <param name="Leaves">Whether the other policy does something else here for the first time.</param>
/// <param name="Written">The records that the other policy wrote on its own at this turn.</param>
public sealed record PolicyTurn(FailoverTurn Recorded, FailoverTurn Other, bool Leaves, IReadOnlyList<JournalRecord> Written);
