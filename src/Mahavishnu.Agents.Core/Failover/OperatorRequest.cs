using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What an operator asks for.</summary>
/// <param name="Kind">Failover or failback.</param>
/// <param name="Region">The region to leave, or to give its users back.</param>
/// <param name="To">The wished target of a failover; null leaves the choice to the ranking.</param>
/// <param name="Force">Whether to go on without the observers' agreement and during maintenance. (The cooldown binds automation only.) Never past residency or to a dead region.</param>
/// <param name="Reason">Why; needed with <paramref name="Force"/>.</param>
/// <param name="By">Who asks: the name of the token.</param>
public sealed record OperatorRequest(SagaKind Kind, RegionId Region, RegionId? To, bool Force, string? Reason, string By)
{
    /// <summary>Whether only the plan is wanted, and nothing is to be done.</summary>
    public bool DryRun { get; init; }
}

/// <summary>The answer to an <see cref="OperatorRequest"/>: a plan, or a refusal that changes nothing.</summary>
/// <param name="Plan">The first record of the saga; null when refused.</param>
/// <param name="Code">A stable code for a refusal, e.g. <c>unlawful_target</c>; empty when there is a plan.</param>
/// <param name="Message">What was found, what was expected and what to do.</param>
public sealed record OperatorAnswer(JournalRecord? Plan, string Code, string Message);
