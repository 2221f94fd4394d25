using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Failover;

/// <content>What operators ask for.</content>
internal sealed partial class FailoverLoop
{
    private sealed record Asked(OperatorRequest Request, TaskCompletionSource<OperatorAnswer> Answer);

    /// <summary>Asks the leader for a failover or failback. A dry run only makes the plan.</summary>
    public async Task<OperatorAnswer> AskAsync(OperatorRequest request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<OperatorAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _asked.Writer.TryWrite(new Asked(request, answer)) ? await answer.Task.WaitAsync(cancellationToken) : NotLeader();
    }

    /// <summary>Gives the answer of a turn to who asked; a plan counts only once it was written.</summary>
    private void Answer(FailoverTurn turn, bool written)
    {
        if (turn.Answer is not { } answer || !_asked.Reader.TryRead(out var asked))
        {
            return;
        }

        asked.Answer.TrySetResult(answer.Plan is null || asked.Request.DryRun || written
            ? answer
            : new OperatorAnswer(null, "not_leader", "The term ended while the plan was being written; it may or may not stand: see `status`, then ask again."));
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
