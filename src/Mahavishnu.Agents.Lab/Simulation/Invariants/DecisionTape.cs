using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.Lab.Simulation.Invariants;

/// <summary>Every input of one process's failover machine and what it decided, to be played to a new machine: it must decide the same.</summary>
internal sealed class DecisionTape(FailoverSettings settings)
{
    private readonly List<Func<FailoverMachine, string?>> _inputs = [];

    public void Took(TimeSpan now, LeadershipNotice notice) => Add(machine => machine.Take(now, notice));

    public void EffectEnded(TimeSpan now, JournalRecord record, EffectResult result, string detail) => Add(machine => machine.EffectEnded(now, record, result, detail));

    public void Turned(TimeSpan now, FailoverFacts facts, FailoverTurn turn)
    {
        var decided = InWords(turn);
        _inputs.Add(machine => InWords(machine.Turn(now, facts)) is var again && again == decided ? null : $"at {now} it decided {decided}, and played again {again}");
    }

    /// <summary>The first decision that is not the same again; null when all are.</summary>
    public string? Difference()
    {
        var machine = new FailoverMachine(settings);
        return _inputs.Select(input => input(machine)).FirstOrDefault(static difference => difference is not null);
    }

    private void Add(Action<FailoverMachine> input) => _inputs.Add(machine =>
    {
        input(machine);
        return null;
    });

    private static string InWords(FailoverTurn turn)
    {
        var action = turn.Action switch
        {
            FailoverAction.Propose propose => JournalCodec.Write(propose.Record),
            FailoverAction.Run run => JournalCodec.Write(run.Record),
            _ => turn.Action.ToString(),
        };
        return $"{turn.Epoch} {action} {turn.Doing} {turn.Trouble} {turn.Answer?.Code} {turn.Answer?.Message}";
    }
}
