using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Simulation.Invariants;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <content>Turns, the journal, effects and reconciliation, in the order in which the daemon's loops take them.</content>
internal sealed partial class SimulatedAgent
{
    private readonly FailoverSettings _settings;
    private readonly Queue<LeadershipNotice> _notices = new();
    private readonly Queue<OperatorRequest> _asked = new();
    private readonly HashSet<SimulatedTarget> _taken = [];
    private FailoverMachine _failover = null!;
    private DecisionTape? _tape;
    private FailoverTurn? _turn;
    private bool _barred;
    private bool _writing;
    private JournalRecord? _acting;

    /// <summary>What the last turn found.</summary>
    public FailoverTurn? LastTurn => _turn;

    /// <summary>An operator asks this agent for something.</summary>
    public void Ask(OperatorRequest request)
    {
        _world.Note(Name, request);
        _asked.Enqueue(request);
    }

    private void StartFailover()
    {
        _failover = new FailoverMachine(_settings);
        _tape = _world.Judge.NewTape(this, _settings, _failover.Memory);
        (_turn, _writing, _acting) = (null, false, null);
        _notices.Clear();
        _asked.Clear();
        _taken.Clear();
        Every(_settings.Interval, Turn);
        Every(_settings.Timing.HeartbeatInterval, Reconcile);
    }

    /// <summary>What the driver of leadership does with a notice, before anybody else has read it.</summary>
    private void Tell(LeadershipNotice notice)
    {
        _notices.Enqueue(notice);
        switch (notice)
        {
            case LeadershipNotice.BecameLeader leader:
                TermEpoch = leader.Epoch;
                break;
            case LeadershipNotice.JournalCommitted:
                _writing = false;
                Soon(Turn);
                break;
            case LeadershipNotice.TermEnded:
                (TermEpoch, _writing) = (0, false);
                EffectEnded(_acting, EffectResult.Unknown, "the term ended");
                break;
        }
    }

    private void Soon(Action action)
    {
        var incarnation = Incarnation;
        _world.Queue.After(TimeSpan.FromTicks(_world.Random.Next(20_000)), () => Deliver(incarnation, action));
    }

    private void Turn()
    {
        if (_writing || _acting is not null)
        {
            return;
        }

        while (_notices.TryDequeue(out var notice))
        {
            _failover.Take(Clock, notice);
            _tape?.Took(Clock, notice);
        }

        _asked.TryPeek(out var asked);
        var facts = Facts(asked);
        _turn = _failover.Turn(Clock, facts);
        _tape?.Turned(Clock, facts, _turn);
        _world.Judge.OnTurn(this, _turn);
        if (_turn.Epoch == 0)
        {
            _asked.Clear();
            return;
        }

        if (_turn.Answer is not null)
        {
            _asked.TryDequeue(out _);
        }

        switch (_turn.Action)
        {
            case FailoverAction.Propose propose:
                Propose(propose.Record);
                break;
            case FailoverAction.Run run:
                Run(run);
                break;
            case FailoverAction.HandOver away:
                Apply(_leadership.Resign(Clock, away.Reason, away.BarFor));
                break;
        }
    }

    private FailoverFacts Facts(OperatorRequest? asked)
    {
        var seen = _leadership.Seen(Clock);
        return new FailoverFacts
        {
            Epoch = TermEpoch,
            Votes = _ledger.Fresh(Clock, _world.Shape.Freshness),
            Maintenance = FailoverFacts.MaintenanceIn(seen),
            Shown = TermEpoch == 0 ? FailoverFacts.NewestIn(seen, _world.ReadRecord) : null,
            OthersPresent = _ledger.Latest(Clock).Any(v => v.Vote.Region != Region && v.Age < _settings.Timing.WaitOut),
            Lag = _world.Data.LagSeenAt(Clock),
            Asked = asked,
        };
    }

    private void Propose(JournalRecord record)
    {
        if (Standing is { Role: Role.Leader } standing && standing.Epoch == TermEpoch && !_leadership.Proposing)
        {
            _world.Judge.OnProposed(this, record);
            _writing = true;
            Apply(_leadership.Propose(Clock, record));
        }
    }

    private void Run(FailoverAction.Run run)
    {
        _acting = run.Record;
        _world.Judge.OnRun(this, run.Record);
        if (run.Work == StepWork.Data)
        {
            _world.Data.Run(this, run.Record, (result, detail) => EffectEnded(run.Record, result, detail));
            return;
        }

        var effect = new Effect(run.Record.Desired, TermEpoch, run.Record.Sequence, Name);
        var outcomes = new List<(string, TrafficOutcome)>();
        var giveUpAt = _world.Now + (_settings.Timing.EffectDeadline / Rate);
        foreach (var target in _world.Targets)
        {
            AtItsTurn(target, effect, giveUpAt, outcome =>
            {
                outcomes.Add((target.Name, outcome));
                if (outcomes.Count == _world.Targets.Count)
                {
                    var (result, detail) = EffectGate.Sum(outcomes);
                    EffectEnded(run.Record, result, detail);
                }
            });
        }
    }

    private void EffectEnded(JournalRecord? record, EffectResult result, string detail)
    {
        // Told twice when the term ended first: then the answers that still come are nobody's business.
        if (record is not null && ReferenceEquals(record, _acting))
        {
            _acting = null;
            _failover.EffectEnded(Clock, record, result, detail);
            _tape?.EffectEnded(Clock, record, result, detail);
            Soon(Turn);
        }
    }

    /// <summary>One effect at a time at each target; waiting for the turn is part of the effect's time.</summary>
    private void AtItsTurn(SimulatedTarget target, Effect effect, TimeSpan giveUpAt, Action<TrafficOutcome> done)
    {
        if (!_taken.Contains(target))
        {
            Bring(target, effect, giveUpAt, done);
        }
        else if (_world.Now >= giveUpAt)
        {
            done(NoAnswer);
        }
        else
        {
            var incarnation = Incarnation;
            _world.Queue.After(_settings.Timing.EffectDeadline / 20, () => Deliver(incarnation, () => AtItsTurn(target, effect, giveUpAt, done)));
        }
    }

    private void Bring(SimulatedTarget target, Effect effect, TimeSpan giveUpAt, Action<TrafficOutcome> done)
    {
        if (EffectGate.Objection(Clock, Standing, effect.Epoch, target.ChecksEpoch, _failover.UncheckedNotBefore) is { } objection)
        {
            done(objection);
            return;
        }

        var incarnation = Incarnation;
        _taken.Add(target);
        _world.Network.Call(End, target.End, Left(giveUpAt), () => target.IsAlready(effect) ? "so" : "not so", (seen, _) => Deliver(incarnation, () =>
        {
            if (seen is null or "so" || Left(giveUpAt) <= TimeSpan.Zero)
            {
                Finish(seen == "so" ? new TrafficOutcome(TrafficOutcomeKind.AlreadySo, "it is so") : NoAnswer);
            }
            else if (!EffectGate.MayStart(Clock, Standing, effect.Epoch, _settings.Timing))
            {
                Finish(new TrafficOutcome(TrafficOutcomeKind.LeaseEnded, "the lease does not cover the effect"));
            }
            else
            {
                _world.Judge.OnSent(this, target, effect);
                _world.Network.Call(End, target.End, Left(giveUpAt), () => target.Apply(effect), (outcome, _) => Deliver(incarnation, () => Finish(outcome ?? NoAnswer)), withdrawn: true);
            }
        }));

        void Finish(TrafficOutcome outcome)
        {
            _taken.Remove(target);
            done(outcome);
        }
    }

    private static TrafficOutcome NoAnswer { get; } = new(TrafficOutcomeKind.Unknown, "no answer in time");

    private TimeSpan Left(TimeSpan until) => until - _world.Now;

    /// <summary>Repairs what is not as the journal says; before the first saga only targets that check epochs are told of home.</summary>
    private void Reconcile()
    {
        if (TermEpoch == 0 || _turn is not { Input.Maintenance: null } turn || turn.Epoch != TermEpoch)
        {
            return;
        }

        var effect = new Effect(turn.Input.Routing, TermEpoch, turn.Record?.Sequence ?? 0, Name);
        foreach (var target in _world.Targets.Where(t => (turn.Record is not null || t.ChecksEpoch) && !_taken.Contains(t)))
        {
            Bring(target, effect, _world.Now + (_settings.Timing.EffectDeadline / Rate), static _ => { });
        }
    }
}
