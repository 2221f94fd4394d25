namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>
/// What came of one request to a store. A failure is a value; what matters about it is whether a write may have been applied.
/// </summary>
/// <typeparam name="T">What a usable answer holds.</typeparam>
/// <remarks>
/// <see cref="Refused"/>, <see cref="Throttled"/>, <see cref="NoLeader"/> and <see cref="Unreachable"/> certainly changed
/// nothing. After <see cref="Unknown"/> a write may have been applied or may yet be: read before relying on either.
/// </remarks>
public abstract record ConsulResult<T>
{
    private ConsulResult()
    {
    }

    /// <summary>Whether the request certainly changed nothing at the store; false for <see cref="Ok"/> and <see cref="Unknown"/>.</summary>
    public bool ChangedNothing => this is Refused or Throttled or NoLeader or Unreachable;

    /// <summary>The store answered as documented.</summary>
    /// <param name="Value">The answer.</param>
    /// <param name="Meta">What the response headers told; empty for writes.</param>
    public sealed record Ok(T Value, AnswerMeta Meta) : ConsulResult<T>
    {
        /// <summary>The store's index for this answer; 0 when the answer carries none, as those to writes do.</summary>
        public ulong Index => Meta.Index ?? 0;
    }

    /// <summary>The store understood and said no: a mistake in the request, a missing right, a session that does not exist.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Body">The store's own words, cut short.</param>
    public sealed record Refused(int Status, string Body) : ConsulResult<T>;

    /// <summary>The store is limiting requests; try later.</summary>
    /// <param name="Status">429 (reads and connections) or 503 (writes).</param>
    /// <param name="RetryAfter">How long the store asked to wait; null if it did not say.</param>
    public sealed record Throttled(int Status, TimeSpan? RetryAfter) : ConsulResult<T>;

    /// <summary>The store had no leader to give the request to, after holding it for up to 7 s.</summary>
    /// <param name="Body">The store's own words, cut short.</param>
    public sealed record NoLeader(string Body) : ConsulResult<T>;

    /// <summary>
    /// No usable answer: the deadline passed, the connection broke, the answer was not Consul's, or leadership was lost
    /// while the write was being committed.
    /// </summary>
    /// <param name="Reason">What was seen.</param>
    public sealed record Unknown(string Reason) : ConsulResult<T>;

    /// <summary>The request was never sent, or the agent that took it could pass it to no server.</summary>
    /// <param name="Reason">What was seen.</param>
    public sealed record Unreachable(string Reason) : ConsulResult<T>;
}
