namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <summary>What can go wrong in a simulated world.</summary>
public enum FaultKind
{
    /// <summary>An agent is killed and started again.</summary>
    KillAgent = 1,

    /// <summary>A leader is killed at one place of a journal write, and started again.</summary>
    KillAtWrite,

    /// <summary>An agent stops in order and is started again, as in a rollout.</summary>
    StopAgent,

    /// <summary>An agent does not get to run for half a lease to three.</summary>
    PauseAgent,

    /// <summary>The clock of an agent runs as fast, then as slowly, as is allowed, in turns.</summary>
    DriftClock,

    /// <summary>A region is cut off from all others, both ways.</summary>
    PartitionRegion,

    /// <summary>A region is cut off in one direction.</summary>
    PartitionOneWay,

    /// <summary>One link of one agent is cut in one direction.</summary>
    CutLink,

    /// <summary>Links are cut one after another, and mended in another order.</summary>
    SwizzleClog,

    /// <summary>Messages everywhere are lost, late, overtaken and doubled.</summary>
    Storm,

    /// <summary>Everything to and from one end is slow.</summary>
    SlowEnd,

    /// <summary>The session that holds a store's lock dies.</summary>
    KillSession,

    /// <summary>A store changes its leader: requests are carried out and answered with a 500.</summary>
    LoseReplies,

    /// <summary>A store answers 429, 503 or 403.</summary>
    TurnAway,

    /// <summary>A store keeps its lock closed for 15 s after each death of a session.</summary>
    DelayLock,

    /// <summary>A store is gone.</summary>
    StopStore,

    /// <summary>A store comes back empty.</summary>
    LoseStore,

    /// <summary>A store comes back with the data of an earlier moment.</summary>
    RestoreStore,

    /// <summary>Everything in a region dies: agents, store, service, database.</summary>
    RegionOutage,

    /// <summary>The service of a region serves nothing.</summary>
    ServiceDead,

    /// <summary>The service of a region fails some of its checks.</summary>
    ServiceIll,

    /// <summary>The service of a region serves nothing and answers its checks as if it did.</summary>
    ServiceLies,

    /// <summary>The service of a region falls and rises about as fast as the thresholds look.</summary>
    ServiceFlaps,

    /// <summary>The service of a region is put right, whatever was wrong with it.</summary>
    ServiceMended,

    /// <summary>One observer sees everything down.</summary>
    IsolateObserver,

    /// <summary>Measurements of lag are frozen, negative, wild or missing.</summary>
    LagLies,

    /// <summary>Some servers of the DNS service refuse changes.</summary>
    DnsPartial,

    /// <summary>A target of traffic, or all of them, cannot be reached.</summary>
    TargetGone,

    /// <summary>An operator asks for a failover, sensible or not.</summary>
    OperatorFailover,

    /// <summary>An operator asks for a failback, sensible or not.</summary>
    OperatorFailback,

    /// <summary>An operator pauses automation, and lets it go on.</summary>
    OperatorPause,

    /// <summary>Heartbeats of an agent are answered late; then it is cut off and its sessions die.</summary>
    Depose,

    /// <summary>No heartbeat reaches any store, all else does; then whoever leads is cut off.</summary>
    MuteHeartbeats,
}
