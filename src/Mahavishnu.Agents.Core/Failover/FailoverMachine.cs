using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// Everything that an agent decides about failover, as a pure state machine: notices of leadership, ends of effects and
/// facts go in; verdicts and the one next thing to do come out. Followers take the same turns without acting.
/// </summary>
/// <remarks>Not thread-safe: one driver feeds it, one input at a time. Every time is on the monotonic clock of this process.</remarks>
public sealed class FailoverMachine
{
    private readonly FailoverSettings _settings;
    private readonly SagaMachine _saga;
    private readonly FailbackWatch _failback;
    private readonly DecisionFacts _facts;
    private TermMemory _memory;

    /// <summary>A machine that has seen nothing yet.</summary>
    public FailoverMachine(FailoverSettings settings)
        : this(settings, new FailoverMemory())
    {
    }

    /// <summary>A machine that goes on from what another one remembered.</summary>
    public FailoverMachine(FailoverSettings settings, FailoverMemory memory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(memory);
        _settings = settings;
        _memory = memory.Term;
        _saga = new SagaMachine(settings.Saga, memory.Saga);
        _failback = new FailbackWatch(settings.FailbackWindow, settings.Saga.FailbackScore, memory.Failback);
        _facts = new DecisionFacts(settings, memory.Decision);
    }

    /// <summary>Everything that it remembers.</summary>
    public FailoverMemory Memory => new() { Term = _memory, Saga = _saga.Memory, Failback = _failback.Memory, Decision = _facts.Memory };

    /// <summary>The epoch of the term whose record was taken over; 0 between terms.</summary>
    public long Epoch => _memory.Epoch;

    /// <summary>Before this time no effect may start at a target that cannot check epochs: a predecessor's may still be under way.</summary>
    public TimeSpan UncheckedNotBefore => _memory.UncheckedNotBefore;

    /// <summary>Why a person is needed for the running saga; null when none is.</summary>
    public string? Trouble => _saga.Trouble;

    /// <summary>Takes in what leadership tells, in order.</summary>
    public void Take(TimeSpan now, LeadershipNotice notice)
    {
        switch (notice)
        {
            case LeadershipNotice.BecameLeader leader:
                Begin(now, leader);
                break;
            case LeadershipNotice.JournalCommitted committed:
                _saga.Committed(now, committed.Record);
                _facts.Committed(now, committed.Record);
                break;
            case LeadershipNotice.TermEnded:
                _memory = _memory with { Epoch = 0 };
                _saga.Begin(now, null);
                break;
        }
    }

    /// <summary>The effect that was asked for has ended.</summary>
    public void EffectEnded(TimeSpan now, JournalRecord record, EffectResult result, string detail) => _saga.EffectEnded(now, record, result, detail);

    /// <summary>Looks at the facts and says what to do now. Call it only while no record of this agent is on its way.</summary>
    public FailoverTurn Turn(TimeSpan now, FailoverFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);

        // A term may begin or end at any moment, also since its notices were read. A turn acts in the term whose record was
        // taken over, or not at all.
        var leads = Epoch > 0 && facts.Epoch == Epoch;
        var record = leads ? _saga.Record : facts.Shown;
        if (!leads)
        {
            _facts.Noted(now, facts.Shown);
        }

        var view = AgreedView.Of(_settings.Observers, _settings.Regions.Keys, facts.Votes);
        var input = _facts.Gather(now, record, view, facts);
        _failback.Observe(now, input);
        var turn = new FailoverTurn(
            leads ? Epoch : 0,
            input,
            record,
            FailbackWatch.AwayRegions(input).ToDictionary(static r => r, r => _failback.Readiness(now, input, r)),
            new FailoverAction.Wait(),
            "follows",
            null,
            null);
        turn = !leads ? turn : _saga.Active ? Continue(now, turn, facts) : Start(now, turn, facts);
        return turn with { Trouble = _saga.Trouble };
    }

    private void Begin(TimeSpan now, LeadershipNotice.BecameLeader leader)
    {
        var recovered = Mutant.Has(Mutation.ResumeBlind) ? null : leader.Recovered;
        _memory = _memory with { Epoch = leader.Epoch };
        _saga.Begin(now, recovered);
        _facts.Noted(now, recovered);

        // An effect that the last leader had intended may still be on its way to a target that cannot tell epochs apart.
        _memory = _memory with { UncheckedNotBefore = leader.Recovered is { Ended: false } ? now + _settings.Timing.EffectDeadline + _settings.Timing.EffectMargin : now };
    }

    private FailoverTurn Continue(TimeSpan now, FailoverTurn turn, FailoverFacts facts)
    {
        var record = _saga.Record!;
        var next = turn.Input.Maintenance is { } paused && record.RequestedBy == SagaMachine.Automatic
            ? new SagaAction.Wait($"waits: automation is paused ({paused})")
            : _saga.Next(now, turn.Input);
        return next switch
        {
            SagaAction.Propose propose => turn with { Action = new FailoverAction.Propose(propose.Record), Doing = $"{record.PlanId}: {record.Step}" },
            SagaAction.Run run => turn with { Action = new FailoverAction.Run(run.Record, run.Work), Doing = $"{record.PlanId}: {record.Step}" },
            SagaAction.Wait wait => turn with { Doing = $"{record.PlanId}: {wait.Reason}", Answer = Answer(turn, facts) },
            _ => throw new InvalidOperationException($"unknown action {next}"),
        };
    }

    private FailoverTurn Start(TimeSpan now, FailoverTurn turn, FailoverFacts facts)
    {
        turn = turn with { Doing = facts.AnyTarget ? "no plan is under way" : "no traffic target is configured: it watches, and moves nobody", Answer = Answer(turn, facts) };
        return turn.Answer?.Plan is { } asked && facts.Asked is { DryRun: false } ? turn with { Action = new FailoverAction.Propose(Begun(asked, turn.Input)) }
            : facts.AnyTarget ? turn with { Action = Automatic(now, turn, facts) }
            : turn;
    }

    /// <summary>What is done without anybody asking for it.</summary>
    private FailoverAction Automatic(TimeSpan now, FailoverTurn turn, FailoverFacts facts)
    {
        var verdict = turn.Verdicts[0];
        if (verdict.Kind is DecisionKind.ImmediateFailover or DecisionKind.GracefulFailover)
        {
            var plan = SagaPlanner.Failover(PlanId(SagaKind.Failover), verdict, turn.Input.Routing, _settings.Saga, SagaMachine.Automatic);
            return HandOver(now, verdict, facts)
                ?? (Mutant.Has(Mutation.EffectBeforeIntent) ? new FailoverAction.Run(plan, StepWork.Traffic) : (FailoverAction)new FailoverAction.Propose(Begun(plan, turn.Input)));
        }

        var ready = turn.Failback.Where(static f => f.Value.Ready).Select(static f => f.Key).Order().ToList();
        return _settings.AutoFailback && turn.Input.Maintenance is null && ready.Count > 0
            ? new FailoverAction.Propose(Begun(SagaPlanner.Failback(PlanId(SagaKind.Failback), ready[0], turn.Input.Routing, _settings.Saga, SagaMachine.Automatic), turn.Input))
            : new FailoverAction.Wait();
    }

    /// <summary>The new saga's record takes the place of the last one's, so it carries on which regions are still cooling down.</summary>
    private JournalRecord Begun(JournalRecord plan, DecisionInput input) => plan with
    {
        Cooling = [.. input.SinceFailover.Where(s => s.Value < _settings.Thresholds.Cooldown).Select(static s => s.Key).Order()],
    };

    /// <summary>A leader inside the region that is to be failed over first gives leadership away, once, if others can take it.</summary>
    private FailoverAction.HandOver? HandOver(TimeSpan now, FailoverVerdict verdict, FailoverFacts facts)
    {
        var again = _memory.HandedOverAt is { } at && now - at < _settings.Timing.WaitOut * 10;
        if (verdict.Source != _settings.Region || again || !facts.OthersPresent)
        {
            return null;
        }

        _memory = _memory with { HandedOverAt = now };
        return new FailoverAction.HandOver($"{verdict.Source} is to be failed over and this agent is inside it", _settings.Timing.WaitOut * 3);
    }

    private OperatorAnswer? Answer(FailoverTurn turn, FailoverFacts facts)
    {
        if (facts.Asked is not { } asked)
        {
            return null;
        }

        var readiness = turn.Failback.GetValueOrDefault(asked.Region) ?? new FailbackReadiness(false, $"{asked.Region} is not away.");
        return facts.AnyTarget
            ? OperatorRules.Judge(asked, turn.Input, PlanId(asked.Kind), _settings.Saga, readiness)
            : new OperatorAnswer(null, "no_traffic_target", "No traffic target is configured, so nobody can be moved; add load_balancer or dns to the configuration.");
    }

    private string PlanId(SagaKind kind) =>
        FormattableString.Invariant($"{(kind == SagaKind.Failover ? "fo" : "fb")}-{Epoch}-{(_saga.Record?.Sequence ?? 0) + 1}");
}
