using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <summary>Does things when a saga comes to a place: kills the leader in the middle of a journal write, or whatever else is asked for.</summary>
internal sealed class KillSwitch(SimulationWorld world)
{
    private readonly List<(KillPoint Point, TimeSpan RestartAfter)> _kills = [];
    private readonly List<(SagaStep Step, StepPhase Phase, Action Do)> _others = [];
    private (string Agent, long Sequence)? _begun;

    /// <summary>The next leader that comes to the point is killed there, and started again after a while.</summary>
    public void Arm(KillPoint point, TimeSpan restartAfter) => _kills.Add((point, restartAfter));

    /// <summary>Once a record of that state is committed, does something.</summary>
    public void When(SagaStep step, StepPhase phase, Action action) => _others.Add((step, phase, action));

    /// <summary>Nothing more is armed.</summary>
    public void Disarm()
    {
        _kills.Clear();
        _others.Clear();
    }

    /// <summary>An agent is about to send a journal write. True when it died before it could.</summary>
    public bool OnWrite(SimulatedAgent agent, StoreRequest.WriteJournal write)
    {
        if (_kills.Count == 0 || JournalCodec.Read(write.Record).Record is not { } record)
        {
            return false;
        }

        var moment = _begun == (agent.Name, record.Sequence) ? KillMoment.AfterTheFirst : KillMoment.BeforeTheFirst;
        _begun = (agent.Name, record.Sequence);
        return Kill(agent, new KillPoint(record.Step, record.Phase, moment));
    }

    /// <summary>A leader was told that a record stands at a majority.</summary>
    public void OnCommitted(SimulatedAgent agent, JournalRecord record)
    {
        foreach (var other in _others.Where(o => o.Step == record.Step && o.Phase == record.Phase).ToList())
        {
            _others.Remove(other);
            other.Do();
        }

        Kill(agent, new KillPoint(record.Step, record.Phase, KillMoment.WhenCommitted));
    }

    private bool Kill(SimulatedAgent agent, KillPoint point)
    {
        var armed = _kills.FindIndex(k => k.Point == point);
        if (armed < 0)
        {
            return false;
        }

        var restartAfter = _kills[armed].RestartAfter;
        _kills.RemoveAt(armed);
        world.Coverage.Killed(point);
        world.Note(agent.Name, $"is killed at {point}");
        agent.Crash();
        world.Queue.After(restartAfter, () =>
        {
            if (!agent.Alive)
            {
                agent.Start();
            }
        });
        return true;
    }
}
