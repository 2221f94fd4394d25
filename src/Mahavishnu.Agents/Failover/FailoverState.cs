using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Failover;

/// <summary>What the failover loop holds at one moment; never changes.</summary>
/// <param name="Epoch">The term in which this agent acts, its saga taken over; 0 while it follows.</param>
/// <param name="Input">What the verdicts rest on.</param>
/// <param name="Verdicts">What would be done for each region, most urgent first.</param>
/// <param name="Record">The journal record: a leader's own, else the newest that the stores show; null when there is none.</param>
/// <param name="Steps">The record's steps as this agent saw them.</param>
/// <param name="Doing">What the saga does or waits for, in a sentence.</param>
/// <param name="Trouble">Why a person is needed; null when none is.</param>
/// <param name="Failback">How far each region whose users are away has recovered.</param>
internal sealed record FailoverState(
    long Epoch,
    DecisionInput Input,
    IReadOnlyList<FailoverVerdict> Verdicts,
    JournalRecord? Record,
    IReadOnlyList<StepReport> Steps,
    string Doing,
    string? Trouble,
    IReadOnlyDictionary<Core.Regions.RegionId, FailbackReadiness> Failback);
