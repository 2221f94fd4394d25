using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <summary>The records that sagas can write, and how one follows another: what a run is measured against.</summary>
internal static class SagaStates
{
    /// <summary>Every state that a record can have.</summary>
    public static IReadOnlyList<(SagaStep Step, StepPhase Phase)> All { get; } =
    [
        .. SagaTable.Rows.SelectMany(static r => new[] { (r.Step, StepPhase.Intended), (r.Step, StepPhase.Done) }),
        (SagaStep.DrainSource, StepPhase.AbortIntended),
        (SagaStep.DrainSource, StepPhase.Aborted),
        (SagaStep.Watch, StepPhase.Complete),
        (SagaStep.VerifyOriginal, StepPhase.Aborted),
        (SagaStep.SyncData, StepPhase.Aborted),
        .. Returning.SelectMany(static s => new[] { (s, StepPhase.AbortIntended), (s, StepPhase.Aborted) }),
        (SagaStep.VerifyFailback, StepPhase.Complete),
    ];

    /// <summary>Every step from one state to another, the beginning of a saga included.</summary>
    public static IReadOnlyList<((SagaStep Step, StepPhase Phase)? From, (SagaStep Step, StepPhase Phase) To)> Transitions { get; } = [.. Listed().Distinct()];

    private static IEnumerable<SagaStep> Returning => [SagaStep.DrainFailover, SagaStep.EnableOriginal, SagaStep.VerifyFailback];

    private static IEnumerable<((SagaStep, StepPhase)?, (SagaStep, StepPhase))> Listed()
    {
        foreach (var kind in Enum.GetValues<SagaKind>())
        {
            var rows = SagaTable.Rows.Where(r => r.Kind == kind).ToList();
            yield return (null, (rows[0].Step, StepPhase.Intended));
            for (var row = 0; row < rows.Count; row++)
            {
                yield return ((rows[row].Step, StepPhase.Intended), (rows[row].Step, StepPhase.Done));
                yield return row + 1 < rows.Count
                    ? ((rows[row].Step, StepPhase.Done), (rows[row + 1].Step, StepPhase.Intended))
                    : ((rows[row].Step, StepPhase.Done), (rows[row].Step, StepPhase.Complete));
            }
        }

        // Steps that are left out: catching up with a dead source, and everything about data where there is none.
        yield return ((SagaStep.FenceSource, StepPhase.Done), (SagaStep.PromoteDatabase, StepPhase.Intended));
        yield return ((SagaStep.DrainSource, StepPhase.Done), (SagaStep.Redirect, StepPhase.Intended));
        yield return ((SagaStep.VerifyOriginal, StepPhase.Done), (SagaStep.DrainFailover, StepPhase.Intended));

        // The source recovers, or another target is taken, before anything irreversible was intended.
        foreach (var phase in (StepPhase[])[StepPhase.Intended, StepPhase.Done])
        {
            yield return ((SagaStep.DrainSource, phase), (SagaStep.DrainSource, StepPhase.AbortIntended));
            yield return ((SagaStep.DrainSource, phase), (SagaStep.DrainSource, StepPhase.Intended));
            yield return ((SagaStep.Redirect, phase), (SagaStep.Redirect, StepPhase.Intended));
            yield return ((SagaStep.Verify, phase), (SagaStep.Redirect, StepPhase.Intended));
            yield return ((SagaStep.Watch, phase), (SagaStep.Redirect, StepPhase.Intended));
            yield return ((SagaStep.VerifyOriginal, phase), (SagaStep.VerifyOriginal, StepPhase.Aborted));
            yield return ((SagaStep.SyncData, phase), (SagaStep.SyncData, StepPhase.Aborted));
            foreach (var step in Returning)
            {
                yield return ((step, phase), (step, StepPhase.AbortIntended));
            }
        }

        yield return ((SagaStep.DrainSource, StepPhase.AbortIntended), (SagaStep.DrainSource, StepPhase.Aborted));
        foreach (var step in Returning)
        {
            yield return ((step, StepPhase.AbortIntended), (step, StepPhase.Aborted));
        }

        // Growing shares, and a region in use that dies while they grow.
        yield return ((SagaStep.DrainFailover, StepPhase.Intended), (SagaStep.DrainFailover, StepPhase.Intended));
        yield return ((SagaStep.DrainFailover, StepPhase.Intended), (SagaStep.EnableOriginal, StepPhase.Intended));
    }
}
