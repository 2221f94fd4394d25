namespace Mahavishnu.Agents.Lab.Watch;

/// <summary>What an agent answers at <c>GET /v1/status</c>, as far as the lab looks at it.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Region">Its region.</param>
/// <param name="Leadership">What it is itself.</param>
/// <param name="Leader">Whom it takes for the leader; null when it knows none.</param>
/// <param name="Abstains">Why it does not vote; null while it does.</param>
/// <param name="Regions">The agreed view.</param>
/// <param name="Saga">What is under way; null when nothing is.</param>
/// <param name="LastSaga">What ended last.</param>
internal sealed record AgentStatus(
    string Agent,
    string Region,
    LeadershipStatus Leadership,
    LeaderStatus? Leader,
    string? Abstains,
    IReadOnlyList<RegionStatus> Regions,
    SagaStatus? Saga,
    SagaStatus? LastSaga);

/// <summary>An agent's own standing.</summary>
/// <param name="Role"><c>Leader</c>, <c>Established</c>, <c>Campaigning</c> or <c>Follower</c>.</param>
/// <param name="Epoch">Its epoch while it has one.</param>
/// <param name="Reason">Why it is not the leader.</param>
internal sealed record LeadershipStatus(string Role, long? Epoch, string? Reason)
{
    /// <summary>Whether it may act.</summary>
    public bool Leads => Role == "Leader";
}

/// <summary>The leader as another agent knows it.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Region">Its region.</param>
/// <param name="Epoch">Its epoch.</param>
internal sealed record LeaderStatus(string Agent, string? Region, long? Epoch);

/// <summary>The agreement about one region.</summary>
/// <param name="Region">The region.</param>
/// <param name="Condition"><c>Healthy</c>, <c>Degraded</c>, <c>Down</c> or <c>Unknown</c>.</param>
/// <param name="Advisory">A minority's opinion; null without one.</param>
internal sealed record RegionStatus(string Region, string Condition, string? Advisory);

/// <summary>A failover or failback.</summary>
/// <param name="PlanId">Its name.</param>
/// <param name="Kind"><c>Failover</c> or <c>Failback</c>.</param>
/// <param name="Phase">How far it is: <c>Complete</c> and <c>Aborted</c> are final.</param>
/// <param name="Source">The region that users leave.</param>
/// <param name="Target">The region that they go to.</param>
/// <param name="Risk">The data-loss risk.</param>
/// <param name="Trouble">Why it does not go on; null while it does.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="AtRisk">What each store may lose.</param>
internal sealed record SagaStatus(
    string PlanId, string Kind, string Phase, string Source, string Target, string? Risk, string? Trouble, IReadOnlyList<SagaStepStatus>? Steps, IReadOnlyList<StoreRiskStatus>? AtRisk = null)
{
    /// <summary>The phase of a saga whose end was not seen, but that of another one which came after it was.</summary>
    public const string Superseded = "Superseded";

    /// <summary>Whether nothing more is to come.</summary>
    public bool Ended => Phase is "Complete" or "Aborted" or Superseded;
}

/// <summary>What a store may lose, as the plan says.</summary>
/// <param name="Store">The kind of store.</param>
/// <param name="Seconds">Writes of the last so many seconds; null is unknown.</param>
internal sealed record StoreRiskStatus(string Store, double? Seconds);

/// <summary>A step of a saga.</summary>
/// <param name="Name">The step.</param>
/// <param name="State"><c>done</c>, <c>running</c> or <c>skipped</c>.</param>
/// <param name="StartedUnixMs">When it began.</param>
/// <param name="DurationSeconds">How long it took or has taken.</param>
internal sealed record SagaStepStatus(string Name, string State, long? StartedUnixMs, double? DurationSeconds);
