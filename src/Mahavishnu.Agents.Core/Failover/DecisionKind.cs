namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What the engine decides for a region. The names are the reference's.</summary>
public enum DecisionKind
{
    /// <summary>Nothing is to be done.</summary>
    NoFailover = 0,

    /// <summary>The region is down: move now, without waiting for it.</summary>
    ImmediateFailover,

    /// <summary>The region is ill but answers: move with its cooperation.</summary>
    GracefulFailover,

    /// <summary>A person must decide.</summary>
    ManualIntervention,
}
