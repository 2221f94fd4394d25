using System.Collections.Immutable;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>
/// Everything that a <see cref="FailoverMachine"/> remembers between two inputs: given to another machine with the same
/// settings, that one goes on as if it had seen them all.
/// </summary>
/// <remarks>Each part of the machine keeps its memory in one of these records and nowhere else; a test holds that.</remarks>
public sealed record FailoverMemory
{
    /// <summary>The machine's own.</summary>
    public TermMemory Term { get; init; } = new();

    /// <summary>The saga's.</summary>
    public SagaMemory Saga { get; init; } = new();

    /// <summary>That of what decisions rest on.</summary>
    public DecisionMemory Decision { get; init; } = new();

    /// <summary>That of recoveries.</summary>
    public FailbackMemory Failback { get; init; } = new();
}

/// <summary>What the <see cref="FailoverMachine"/> itself remembers.</summary>
public sealed record TermMemory
{
    /// <summary>The epoch of the term whose record was taken over; 0 between terms.</summary>
    public long Epoch { get; init; }

    /// <summary>Before this time no effect may start at a target that cannot check epochs.</summary>
    public TimeSpan UncheckedNotBefore { get; init; }

    /// <summary>When leadership was last given away in favour of a failover; null before that.</summary>
    public TimeSpan? HandedOverAt { get; init; }
}

/// <summary>What the <see cref="SagaMachine"/> remembers. All but the record are times and results, which a restart may lose.</summary>
public sealed record SagaMemory
{
    /// <summary>The record that stands at a majority; null before the first saga.</summary>
    public JournalRecord? Record { get; init; }

    /// <summary>Whether an effect was asked for and has not ended.</summary>
    public bool Running { get; init; }

    /// <summary>How the last effect for the record ended; null before the first.</summary>
    public EffectResult? Result { get; init; }

    /// <summary>What was last seen of the step, in a sentence.</summary>
    public string ResultDetail { get; init; } = "";

    /// <summary>When the step began.</summary>
    public TimeSpan StepSince { get; init; }

    /// <summary>When an effect may be tried next.</summary>
    public TimeSpan NextTry { get; init; }

    /// <summary>Since when the step has held; null while it does not.</summary>
    public TimeSpan? HealthySince { get; init; }

    /// <summary>Whether a person was called because no other target is left.</summary>
    public bool Held { get; init; }

    /// <summary>Why a person is needed; null when none is.</summary>
    public string? Trouble { get; init; }
}

/// <summary>What <see cref="DecisionFacts"/> remembers.</summary>
public sealed record DecisionMemory
{
    /// <summary>When each region was last failed over.</summary>
    public ImmutableSortedDictionary<RegionId, TimeSpan> FailedOverAt { get; init; } = ImmutableSortedDictionary<RegionId, TimeSpan>.Empty;

    /// <summary>The last record that was noted; null before the first.</summary>
    public RecordNote? Noted { get; init; }

    /// <summary>Since when each region's agreed score has been below the graceful threshold.</summary>
    public ImmutableSortedDictionary<RegionId, TimeSpan> IllSince { get; init; } = ImmutableSortedDictionary<RegionId, TimeSpan>.Empty;
}

/// <summary>Which record was noted.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Sequence">Its sequence.</param>
/// <param name="PlanId">The plan.</param>
/// <param name="Step">Its step.</param>
/// <param name="Phase">The phase of the step.</param>
public sealed record RecordNote(long Epoch, long Sequence, string PlanId, SagaStep Step, StepPhase Phase);

/// <summary>What <see cref="FailbackWatch"/> remembers.</summary>
public sealed record FailbackMemory
{
    /// <summary>Since when each region whose users are away has held the failback score.</summary>
    public ImmutableSortedDictionary<RegionId, TimeSpan> HealthySince { get; init; } = ImmutableSortedDictionary<RegionId, TimeSpan>.Empty;
}
