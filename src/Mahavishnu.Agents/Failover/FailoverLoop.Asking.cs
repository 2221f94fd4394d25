using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Leadership;

namespace Mahavishnu.Agents.Failover;

/// <content>What operators ask for.</content>
internal sealed partial class FailoverLoop
{
    private sealed record Asked(OperatorRequest Request, bool DryRun, TaskCompletionSource<OperatorAnswer> Answer);

    /// <summary>Asks the leader for a failover or failback. A dry run only makes the plan.</summary>
    public async Task<OperatorAnswer> AskAsync(OperatorRequest request, bool dryRun, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<OperatorAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _asked.Writer.TryWrite(new Asked(request, dryRun, answer)) ? await answer.Task.WaitAsync(cancellationToken) : NotLeader();
    }

    private async Task<bool> AnswerAsync(LeadershipTerm term, FailoverState state, CancellationToken cancellationToken)
    {
        if (!_asked.Reader.TryRead(out var asked))
        {
            return false;
        }

        if (!_traffic.Any)
        {
            asked.Answer.TrySetResult(new OperatorAnswer(null, "no_traffic_target", "No traffic target is configured, so nobody can be moved; add load_balancer or dns to the configuration."));
            return false;
        }

        var readiness = state.Failback.GetValueOrDefault(asked.Request.Region) ?? new FailbackReadiness(false, $"{asked.Request.Region} is not away.");
        var answer = OperatorRules.Judge(asked.Request, state.Input, PlanId(asked.Request.Kind), _settings.Saga, readiness);
        if (answer.Plan is { } plan && !asked.DryRun && !await _leadership.WriteJournalAsync(plan, term.Epoch, cancellationToken))
        {
            answer = new OperatorAnswer(null, "not_leader", "The term ended while the plan was being written; it may or may not stand: see `status`, then ask again.");
        }

        asked.Answer.TrySetResult(answer);
        return answer.Plan is not null && !asked.DryRun;
    }

    /// <summary>Between terms nobody is promised anything: who asked is told who to ask.</summary>
    private void Refuse()
    {
        while (_asked.Reader.TryRead(out var asked))
        {
            asked.Answer.TrySetResult(NotLeader());
        }
    }

    private OperatorAnswer NotLeader() => new(null, "not_leader", $"This agent does not lead: {_leadership.Standing.Reason}.");
}
