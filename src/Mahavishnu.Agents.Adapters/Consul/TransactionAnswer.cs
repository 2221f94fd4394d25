namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What a store that could be asked says to a transaction.</summary>
public abstract record TransactionAnswer
{
    private TransactionAnswer()
    {
    }

    /// <summary>All operations were applied, at one index.</summary>
    /// <param name="Entries">
    /// The keys after the transaction, in the order of the operations, without those of deletes and
    /// <see cref="TransactionOperation.CheckNotExists"/>. Only reads carry a value.
    /// </param>
    public sealed record Committed(IReadOnlyList<ConsulEntry> Entries) : TransactionAnswer
    {
        /// <summary>The last entry of a key, so that of a read which follows a write; null when the key has none.</summary>
        public ConsulEntry? Of(string key) => Entries.LastOrDefault(entry => entry.Key == key);
    }

    /// <summary>Nothing was applied.</summary>
    /// <param name="Errors">Every operation that failed; one alone when it was refused before any was tried.</param>
    public sealed record Conflict(IReadOnlyList<TransactionError> Errors) : TransactionAnswer;
}
