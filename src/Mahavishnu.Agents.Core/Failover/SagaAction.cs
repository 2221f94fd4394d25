namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What the saga machine wants done next.</summary>
public abstract record SagaAction
{
    private SagaAction()
    {
    }

    /// <summary>Nothing now.</summary>
    /// <param name="Reason">What it waits for, in a sentence.</param>
    public sealed record Wait(string Reason) : SagaAction;

    /// <summary>Write this record at a majority.</summary>
    public sealed record Propose(JournalRecord Record) : SagaAction;

    /// <summary>Carry out the effect of the committed record's step, and report how it ended.</summary>
    public sealed record Run(JournalRecord Record, StepWork Work) : SagaAction;
}

/// <summary>How an effect ended.</summary>
public enum EffectResult
{
    /// <summary>No usable answer; it is tried again.</summary>
    Unknown = 0,

    /// <summary>Read back and found to hold.</summary>
    Done,

    /// <summary>It holds at some targets, and the others refuse or cannot be reached; the reconciler goes on with those. Enough for traffic alone.</summary>
    Partial,

    /// <summary>It holds nowhere, and a target refused it; it is tried again, and a person is called.</summary>
    Refused,
}
