using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Failover;

/// <summary>The machine of this agent, of which every input and what came of it is recorded.</summary>
/// <param name="machine">The machine; nothing else may feed it.</param>
/// <param name="clock">When inputs come.</param>
/// <param name="flight">Where they are recorded; null for nowhere.</param>
internal sealed class RecordedMachine(FailoverMachine machine, AgentClock clock, FlightRecorder? flight)
{
    /// <inheritdoc cref="FailoverMachine.UncheckedNotBefore" />
    public TimeSpan UncheckedNotBefore => machine.UncheckedNotBefore;

    /// <inheritdoc cref="FailoverMachine.Take" />
    public void Take(LeadershipNotice notice)
    {
        var (now, before) = (clock.Now, machine.Memory);
        machine.Take(now, notice);
        flight?.Add(before, new FlightEntry.Notice(now, clock.Wall, notice));
    }

    /// <inheritdoc cref="FailoverMachine.EffectEnded" />
    public void EffectEnded(JournalRecord record, EffectResult result, string detail)
    {
        var (now, before) = (clock.Now, machine.Memory);
        machine.EffectEnded(now, record, result, detail);
        flight?.Add(before, new FlightEntry.Effect(now, clock.Wall, record, result, detail));
    }

    /// <inheritdoc cref="FailoverMachine.Turn" />
    public FailoverTurn Turn(FailoverFacts facts)
    {
        var (now, before) = (clock.Now, machine.Memory);
        var turn = machine.Turn(now, facts);
        flight?.Add(before, new FlightEntry.Turn(now, clock.Wall, facts, FlightOutcome.Of(turn)));
        return turn;
    }
}
