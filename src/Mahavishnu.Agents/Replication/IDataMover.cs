using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Replication;

/// <summary>Carries out the data steps of sagas for one kind of store. Every step looks first whether it is so already, and reads back.</summary>
internal interface IDataMover
{
    /// <summary>The steps in which this kind of store has something to do.</summary>
    IReadOnlySet<SagaStep> Steps { get; }

    /// <summary>Carries out the step of a committed record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cancellationToken">The end of the term, or of the agent.</param>
    /// <returns>Done when it was seen to hold; unknown when it must be tried again; refused when a person is needed. With why, in a sentence.</returns>
    Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken);
}
