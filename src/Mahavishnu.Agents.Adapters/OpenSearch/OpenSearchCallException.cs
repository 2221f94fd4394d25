using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>What came of a request.</summary>
internal enum OpenSearchFault
{
    /// <summary>No usable answer; it may have been applied.</summary>
    Unknown = 0,

    /// <summary>The cluster said no.</summary>
    Refused,

    /// <summary>It was never sent.</summary>
    Unreachable,
}

/// <summary>A request without a usable answer. Never leaves the adapter.</summary>
internal sealed class OpenSearchCallException(OpenSearchFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The answer that it becomes.</summary>
    public DataAnswer<T> To<T>() => fault switch
    {
        OpenSearchFault.Refused => new DataAnswer<T>.Refused(Message),
        OpenSearchFault.Unreachable => new DataAnswer<T>.Unreachable(Message),
        _ => new DataAnswer<T>.Unknown(Message),
    };
}
