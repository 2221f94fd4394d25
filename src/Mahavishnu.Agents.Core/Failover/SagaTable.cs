namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What kind of work a step is.</summary>
public enum StepWork
{
    /// <summary>Brings every traffic target to the record's desired routing.</summary>
    Traffic = 1,

    /// <summary>Acts on a store of data.</summary>
    Data,

    /// <summary>Waits until the agreed view shows what the step asks for; no effect.</summary>
    Observation,
}

/// <summary>One row of the saga table.</summary>
/// <param name="Id">Its stable number.</param>
/// <param name="Kind">The saga that it belongs to.</param>
/// <param name="Step">The step.</param>
/// <param name="Work">What kind of work it is.</param>
/// <param name="Irreversible">Whether its intent rules out going back and changing the target.</param>
/// <param name="GracefulOnly">Whether it is skipped when the source is down.</param>
/// <param name="Does">What it does, in a sentence.</param>
/// <param name="Compensation">What undoes it, in a sentence.</param>
public sealed record SagaRow(string Id, SagaKind Kind, SagaStep Step, StepWork Work, bool Irreversible, bool GracefulOnly, string Does, string Compensation);

/// <summary>The sagas as a table: each takes its rows in order; what is not listed does not happen.</summary>
public static class SagaTable
{
    /// <summary>Every row, in order.</summary>
    public static IReadOnlyList<SagaRow> Rows { get; } =
    [
        new("F-01", SagaKind.Failover, SagaStep.DrainSource, StepWork.Traffic, false, false, "no traffic to the source for the audiences that move", "the routing before the saga, if the source is healthy"),
        new("F-02", SagaKind.Failover, SagaStep.FenceSource, StepWork.Data, true, false, "the source's stores accept no more writes", "none: forward only"),
        new("F-03", SagaKind.Failover, SagaStep.CatchUp, StepWork.Data, true, true, "the target has applied all that the source wrote", "none: forward only"),
        new("F-04", SagaKind.Failover, SagaStep.PromoteDatabase, StepWork.Data, true, false, "the target's database accepts writes", "none: forward only"),
        new("F-05", SagaKind.Failover, SagaStep.PromoteSearch, StepWork.Data, true, false, "the target's search indexes accept writes", "none: forward only"),
        new("F-06", SagaKind.Failover, SagaStep.Redirect, StepWork.Traffic, false, false, "the audiences go to the target", "the next best target"),
        new("F-07", SagaKind.Failover, SagaStep.Verify, StepWork.Observation, false, false, "the target is agreed healthy", "the next best target"),
        new("F-08", SagaKind.Failover, SagaStep.Watch, StepWork.Observation, false, false, "the target stays healthy for the watch time", "the next best target"),
        new("B-01", SagaKind.Failback, SagaStep.VerifyOriginal, StepWork.Observation, false, false, "the original region is agreed healthy at the failback score", "none needed"),
        new("B-02", SagaKind.Failback, SagaStep.SyncData, StepWork.Data, false, false, "the original region's stores have caught up", "none needed"),
        new("B-03", SagaKind.Failback, SagaStep.DrainFailover, StepWork.Traffic, false, false, "growing shares of the audience return", "the routing before the saga, if that region is not down"),
        new("B-04", SagaKind.Failback, SagaStep.EnableOriginal, StepWork.Traffic, false, false, "the original region has all of its audience", "the routing before the saga, if that region is not down"),
        new("B-05", SagaKind.Failback, SagaStep.VerifyFailback, StepWork.Observation, false, false, "the original region holds the final score for the watch time", "the routing before the saga, if that region is not down"),
    ];

    /// <summary>The row of a step.</summary>
    public static SagaRow Row(SagaStep step) => Rows.First(r => r.Step == step);

    /// <summary>The row after a step of a plan, leaving out the steps that the plan skips; null at the end.</summary>
    public static SagaRow? Next(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Rows.FirstOrDefault(r => r.Kind == record.Kind && r.Step > record.Step && !record.Skipped.Contains(r.Step));
    }
}
