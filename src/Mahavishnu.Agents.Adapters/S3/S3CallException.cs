using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.S3;

/// <summary>How a call ended without a usable answer.</summary>
internal enum S3CallEnd
{
    /// <summary>It may or may not have been carried out.</summary>
    Unknown = 0,

    /// <summary>The store said no.</summary>
    Refused,

    /// <summary>It was never sent.</summary>
    Unreachable,
}

/// <summary>Ends a call from within; never leaves the node.</summary>
internal sealed class S3CallException(S3CallEnd end, string reason, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>The same as an answer.</summary>
    public DataAnswer<T> ToAnswer<T>() => end switch
    {
        S3CallEnd.Refused => new DataAnswer<T>.Refused(Message),
        S3CallEnd.Unreachable => new DataAnswer<T>.Unreachable(Message),
        _ => new DataAnswer<T>.Unknown(Message),
    };
}
