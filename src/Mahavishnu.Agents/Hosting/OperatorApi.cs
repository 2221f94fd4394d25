using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Hosting;

/// <summary>What operators may change. Every request leaves an audit line, refused and malformed ones too.</summary>
/// <remarks>A caller that goes away does not stop what it has asked for: the audit line tells what came of it.</remarks>
/// <param name="parts">The agent.</param>
/// <param name="gate">Lets callers in.</param>
/// <param name="stopping">Cancelled when the agent stops.</param>
internal sealed class OperatorApi(AgentParts parts, AccessGate gate, CancellationToken stopping)
{
    /// <summary><c>POST /v1/failover</c>: on the leader only.</summary>
    public Task FailoverAsync(HttpContext context) =>
        MutateAsync<FailoverBody>(context, AccessScope.Operate, "failover.request", static b => b.From, (body, caller) => OperateAsync(SagaKind.Failover, body, caller));

    /// <summary><c>POST /v1/failback</c>: on the leader only.</summary>
    public Task FailbackAsync(HttpContext context) =>
        MutateAsync<FailbackBody>(context, AccessScope.Approve, "failback.request", static b => b.Region, (body, caller) => OperateAsync(SagaKind.Failback, body, caller));

    /// <summary><c>POST /v1/maintenance</c>: on any agent.</summary>
    public Task MaintenanceAsync(HttpContext context) =>
        MutateAsync<MaintenanceBody>(context, AccessScope.Operate, "maintenance.set", static b => b.On is true ? "on" : "off", SetMaintenanceAsync);

    private async Task MutateAsync<T>(HttpContext context, AccessScope scope, string action, Func<T, string?> resource, Func<T, string, Task<HttpAnswer>> act)
        where T : class
    {
        if (await gate.AdmitAsync(context, scope) is not { } caller)
        {
            return;
        }

        var (body, refusal) = await RequestBody.ReadAsync<T>(context);
        var answer = body is null ? refusal! : await ActAsync(() => act(body, caller));
        var from = context.Connection.RemoteIpAddress?.ToString();
        parts.Audit.Write(caller, action, (body is null ? null : resource(body)) ?? "unknown", answer.Outcome, new { request = body, answer.Message, from });
        await answer.WriteAsync(context);
    }

    private async Task<HttpAnswer> ActAsync(Func<Task<HttpAnswer>> act)
    {
        try
        {
            return await act();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return HttpAnswer.Problem(StatusCodes.Status503ServiceUnavailable, "stopping", "The agent stops; what was asked for may or may not stand: see `status` of another agent.");
        }
    }

    private async Task<HttpAnswer> SetMaintenanceAsync(MaintenanceBody body, string caller)
    {
        if (body.On is not { } on || string.IsNullOrWhiteSpace(body.Reason))
        {
            return HttpAnswer.Problem(StatusCodes.Status400BadRequest, "bad_request", "Expected {\"on\": true|false, \"reason\": \"TEXT\"}; both are needed.");
        }

        var (majority, detail) = await parts.Maintenance.SetAsync(on, body.Reason, caller, stopping);
        return majority
            ? new HttpAnswer(StatusCodes.Status200OK, "done", detail, new { on, reason = body.Reason, by = caller, detail })
            : HttpAnswer.Problem(StatusCodes.Status503ServiceUnavailable, "no_majority", $"Maintenance could not be set: {detail}.");
    }

    private async Task<HttpAnswer> OperateAsync(SagaKind kind, IOperatorBody body, string caller)
    {
        if (body.Fault is { } fault)
        {
            return HttpAnswer.Problem(StatusCodes.Status400BadRequest, "bad_request", fault);
        }

        if (parts.Leadership.Standing.Role != Role.Leader)
        {
            return NotLeader();
        }

        var request = new OperatorRequest(kind, new RegionId(body.Source!), body.Target is { } to ? new RegionId(to) : null, body.Force, body.Reason, caller) { DryRun = body.DryRun };
        var answer = await parts.Failover.AskAsync(request, stopping);
        return answer switch
        {
            { Plan: { } plan } => new HttpAnswer(
                body.DryRun ? StatusCodes.Status200OK : StatusCodes.Status202Accepted,
                body.DryRun ? "dry_run" : "accepted",
                answer.Message,
                new { dryRun = body.DryRun, message = answer.Message, plan = StatusDocument.Saga(plan, parts.Failover.State) }),
            { Code: "not_leader" } => NotLeader(),
            { Code: "unknown_region" or "reason_missing" or "target_is_source" } => HttpAnswer.Problem(StatusCodes.Status400BadRequest, answer.Code, answer.Message),
            _ => HttpAnswer.Problem(StatusCodes.Status409Conflict, answer.Code, answer.Message),
        };
    }

    private HttpAnswer NotLeader()
    {
        var leader = StatusDocument.Leader(parts);
        var message = leader is null ? "No agent leads now; try again shortly, and see `status`."
            : leader.Address.Length > 0 ? $"{leader.Agent} leads; ask it at {leader.Address}."
            : $"{leader.Agent} leads; its address is not known yet.";
        return new HttpAnswer(StatusCodes.Status421MisdirectedRequest, "not_leader", message, new { error = "not_leader", message, leader });
    }
}
