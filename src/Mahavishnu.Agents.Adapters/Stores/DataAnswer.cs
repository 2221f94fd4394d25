namespace Mahavishnu.Agents.Adapters.Stores;

/// <summary>What came of one request to a store of data. A failure is a value; what matters is whether it may have changed anything.</summary>
/// <typeparam name="T">What a usable answer holds.</typeparam>
public abstract record DataAnswer<T>
{
    private DataAnswer()
    {
    }

    /// <summary>Why there is no usable answer; null when there is one.</summary>
    public string? Problem => this switch
    {
        Refused refused => refused.Reason,
        Unreachable unreachable => unreachable.Reason,
        Unknown unknown => unknown.Reason,
        _ => null,
    };

    /// <summary>The store answered.</summary>
    /// <param name="Value">The answer.</param>
    public sealed record Ok(T Value) : DataAnswer<T>;

    /// <summary>The store understood and said no: wrong password, wrong role, a stale fencing token, an unsupported version. Nothing was changed.</summary>
    /// <param name="Reason">Names the store, what was expected and what to do.</param>
    public sealed record Refused(string Reason) : DataAnswer<T>;

    /// <summary>The request was never sent: no connection, or its certificate is not trusted.</summary>
    /// <param name="Reason">Names the store and what was seen.</param>
    public sealed record Unreachable(string Reason) : DataAnswer<T>;

    /// <summary>No usable answer: the deadline passed, the connection broke, or it answered rubbish. It may have been applied, or may yet be.</summary>
    /// <param name="Reason">Names the store and what was seen.</param>
    public sealed record Unknown(string Reason) : DataAnswer<T>;
}
