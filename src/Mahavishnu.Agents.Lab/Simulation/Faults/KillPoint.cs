using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <summary>At which moment of a journal write an agent is killed.</summary>
public enum KillMoment
{
    /// <summary>Decided, and nothing was sent.</summary>
    BeforeTheFirst = 1,

    /// <summary>Sent to one store only.</summary>
    AfterTheFirst,

    /// <summary>At a majority, and nothing was done about it.</summary>
    WhenCommitted,
}

/// <summary>A place in a saga at which the leader is killed: the record that it writes, and the moment.</summary>
public readonly record struct KillPoint(SagaStep Step, StepPhase Phase, KillMoment Moment)
{
    /// <summary>Every kill point that the saga table allows.</summary>
    public static IReadOnlyList<KillPoint> All { get; } =
        [.. SagaStates.All.SelectMany(static s => Enum.GetValues<KillMoment>().Select(m => new KillPoint(s.Step, s.Phase, m)))];
}
