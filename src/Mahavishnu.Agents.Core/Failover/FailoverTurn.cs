using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What one turn of the <see cref="FailoverMachine"/> found and wants done.</summary>
/// <param name="Epoch">The term in which it acts, its saga taken over; 0 while this agent follows.</param>
/// <param name="Input">What the verdicts rest on.</param>
/// <param name="Record">The journal record: a leader's own, else the newest that the stores show; null when there is none.</param>
/// <param name="Failback">How far each region whose users are away has recovered.</param>
/// <param name="Action">The one thing to do now.</param>
/// <param name="Doing">What the saga does or waits for, in a sentence.</param>
/// <param name="Trouble">Why a person is needed; null when none is.</param>
/// <param name="Answer">The answer to what was asked; null when nothing was, or when it must wait for another turn.</param>
public sealed record FailoverTurn(
    long Epoch,
    DecisionInput Input,
    JournalRecord? Record,
    IReadOnlyDictionary<RegionId, FailbackReadiness> Failback,
    FailoverAction Action,
    string Doing,
    string? Trouble,
    OperatorAnswer? Answer)
{
    private IReadOnlyList<FailoverVerdict>? _verdicts;

    /// <summary>What would be done for each region, most urgent first; thought out when somebody asks.</summary>
    public IReadOnlyList<FailoverVerdict> Verdicts => _verdicts ??= DecisionEngine.Decide(Input);
}

/// <summary>The one thing that a turn wants done.</summary>
public abstract record FailoverAction
{
    private FailoverAction()
    {
    }

    /// <summary>Nothing now.</summary>
    public sealed record Wait : FailoverAction;

    /// <summary>Write this record at a majority.</summary>
    public sealed record Propose(JournalRecord Record) : FailoverAction;

    /// <summary>Carry out the effect of the committed record's step, and report how it ended.</summary>
    public sealed record Run(JournalRecord Record, StepWork Work) : FailoverAction;

    /// <summary>Give leadership away in order, and stay out of elections for a while.</summary>
    public sealed record HandOver(string Reason, TimeSpan BarFor) : FailoverAction;
}
