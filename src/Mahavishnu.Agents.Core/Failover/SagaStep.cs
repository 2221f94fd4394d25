namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What a saga does.</summary>
public enum SagaKind
{
    /// <summary>Moves users away from a region that is down or ill.</summary>
    Failover = 1,

    /// <summary>Moves users back to a region that has recovered.</summary>
    Failback,
}

/// <summary>The steps of the sagas, in the order in which each saga takes them.</summary>
public enum SagaStep
{
    /// <summary>Failover: no new traffic to the source.</summary>
    DrainSource = 1,

    /// <summary>Failover: the source's stores accept no more writes.</summary>
    FenceSource,

    /// <summary>Graceful failover: the target has applied everything that the source wrote.</summary>
    CatchUp,

    /// <summary>Failover: the target's database accepts writes.</summary>
    PromoteDatabase,

    /// <summary>Failover: the target's search indexes accept writes.</summary>
    PromoteSearch,

    /// <summary>Failover: the audiences go to the target.</summary>
    Redirect,

    /// <summary>Failover: the target is agreed healthy; that traffic reads back as desired was part of the step before.</summary>
    Verify,

    /// <summary>Failover: the target stays healthy for the watch time.</summary>
    Watch,

    /// <summary>Failback: the original region is agreed healthy at the failback threshold.</summary>
    VerifyOriginal,

    /// <summary>Failback: the original region's stores have caught up.</summary>
    SyncData,

    /// <summary>Failback: traffic returns in growing shares.</summary>
    DrainFailover,

    /// <summary>Failback: the original region has all of its audience.</summary>
    EnableOriginal,

    /// <summary>Failback: the original region holds the final threshold.</summary>
    VerifyFailback,
}

/// <summary>How far a step, or the whole saga, has come.</summary>
public enum StepPhase
{
    /// <summary>The effect may have begun.</summary>
    Intended = 1,

    /// <summary>The effect was seen to hold.</summary>
    Done,

    /// <summary>The compensation may have begun.</summary>
    AbortIntended,

    /// <summary>The saga was undone; final.</summary>
    Aborted,

    /// <summary>The saga reached its end; final.</summary>
    Complete,
}
