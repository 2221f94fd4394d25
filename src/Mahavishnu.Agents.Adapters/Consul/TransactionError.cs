namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Why one operation stopped its transaction.</summary>
/// <param name="OpIndex">Its place among the operations, from 0.</param>
/// <param name="What">The store's words, e.g. <c>failed to lock key "a", lock is already held</c>.</param>
public sealed record TransactionError(int OpIndex, string What);
