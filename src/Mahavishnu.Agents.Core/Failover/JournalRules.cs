namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// What is true of every record that <see cref="SagaPlanner"/> and <see cref="SagaMachine"/> make. One that breaks it was
/// damaged, and going on from it could send users to where they must not be, or undo what cannot be undone.
/// </summary>
internal static class JournalRules
{
    /// <summary>What contradicts itself in a record; null when nothing does.</summary>
    public static string? Contradiction(JournalRecord record) =>
        Movement(record) ?? Targets(record) ?? Steps(record) ?? Phases(record) ?? Shares(record);

    /// <summary>Whether the saga is on its straight way, which what is being undone has left.</summary>
    private static bool GoesOn(JournalRecord record) => record.Phase is not (StepPhase.AbortIntended or StepPhase.Aborted);

    private static string? Movement(JournalRecord record) =>
        record.Audiences.Count == 0 || HasTwice(record.Audiences) ? "the audiences are none, or one stands twice"
        : record.Audiences.Any(a => record.Before.Percent(a, record.Source) == 0) ? $"{record.Source} did not serve the audiences before"
        : !record.Before.Audiences.SequenceEqual(record.Desired.Audiences) ? "before and desired name different audiences"
        : record.Before.Audiences.Except(record.Audiences).Any(a => !record.Before.Shares(a).SequenceEqual(record.Desired.Shares(a))) ? "desired changes an audience that does not move"
        : null;

    private static string? Targets(JournalRecord record) =>
        HasTwice(record.FailedTargets) || record.FailedTargets.Contains(record.Target) || record.FailedTargets.Contains(record.Source) ? "a failed target stands twice, or is the source or the target"
        : record.Kind == SagaKind.Failback && (record.FailedTargets.Count > 0 || !record.Audiences.SequenceEqual([record.Target])) ? "a failback returns the target's own users, and has no other target"
        : record.Decision is not (DecisionKind.ImmediateFailover or DecisionKind.GracefulFailover) ? $"{record.Decision} starts no saga"
        : null;

    private static string? Steps(JournalRecord record)
    {
        var skipped = record.Skipped.Select(SagaTable.Row).ToList();
        var passed = SagaTable.Rows.Where(r => r.Kind == record.Kind && r.Step <= record.Step && !record.Skipped.Contains(r.Step));
        return HasTwice(record.Skipped) || skipped.Exists(r => r.Kind != record.Kind || r.Work != StepWork.Data || r.Step == record.Step) ? "a step is skipped that cannot be, or is being taken"
            : passed.Any(static r => r.Irreversible) != record.Irreversible ? $"irreversible is {record.Irreversible}, which {record.Step} contradicts"
            : null;
    }

    private static string? Phases(JournalRecord record) =>
        record.Phase == StepPhase.Complete && SagaTable.Next(record) is not null ? $"it is complete at {record.Step}, which is not its end"
        : !GoesOn(record) && (record.Irreversible || record is { Kind: SagaKind.Failover, Step: not SagaStep.DrainSource }) ? $"it is undone at {record.Step}, when it cannot be any more"
        : null;

    private static string? Shares(JournalRecord record)
    {
        var sound = record switch
        {
            { Kind: SagaKind.Failover, ReturnedPercent: not 0 } => false,
            _ when !GoesOn(record) => record.Audiences.All(a => record.Desired.Shares(a).Keys.All(serving => record.Before.Percent(a, serving) > 0)),
            { Step: < SagaStep.Redirect } => record.Audiences.All(a => record.Desired.Percent(a, record.Source) == 0),
            { Kind: SagaKind.Failover } => record.Audiences.All(a => record.Desired.Percent(a, record.Target) == 100),
            { Step: < SagaStep.DrainFailover } => record.ReturnedPercent == 0 && record.Desired.Equals(record.Before),
            _ => (record.Step == SagaStep.DrainFailover || record.ReturnedPercent == 100) &&
                record.Desired.Equals(SagaPlanner.Returned(record.Desired, record.Target, record.Source, record.ReturnedPercent)),
        };
        return sound ? null : $"at {record.Step} {record.Phase} with {record.ReturnedPercent} % returned, users do not go where desired sends them";
    }

    private static bool HasTwice<T>(IReadOnlyList<T> list) => list.Distinct().Count() != list.Count;
}
