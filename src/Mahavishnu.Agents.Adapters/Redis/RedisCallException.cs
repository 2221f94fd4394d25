using Mahavishnu.Agents.Adapters.Stores;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Carries how a call ended from where that is known to the entrance of <see cref="RedisNode"/>, which makes a value of it.</summary>
internal sealed class RedisCallException(RedisCallEnd end, string reason, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>How it ended.</summary>
    public RedisCallEnd End => end;

    /// <summary>How a call ended that failed at some of its servers: what may have had an effect counts most, then what was refused.</summary>
    public static RedisCallException Of<T>(IReadOnlyCollection<DataAnswer<T>> answers)
    {
        var worst = answers.FirstOrDefault(static a => a is DataAnswer<T>.Unknown) ?? answers.FirstOrDefault(static a => a is DataAnswer<T>.Refused) ?? answers.First();
        var end = worst switch { DataAnswer<T>.Unknown => RedisCallEnd.Unknown, DataAnswer<T>.Refused => RedisCallEnd.Refused, _ => RedisCallEnd.Unreachable };
        return new RedisCallException(end, worst.Problem ?? "");
    }

    /// <summary>The same as a value.</summary>
    public DataAnswer<T> ToAnswer<T>() => end switch
    {
        RedisCallEnd.Refused => new DataAnswer<T>.Refused(Message),
        RedisCallEnd.Unreachable => new DataAnswer<T>.Unreachable(Message),
        _ => new DataAnswer<T>.Unknown(Message),
    };
}

/// <summary>The ends of a call that are no success; see <see cref="DataAnswer{T}"/>.</summary>
internal enum RedisCallEnd
{
    /// <summary>It may or may not have had its effect.</summary>
    Unknown,

    /// <summary>The server said no; nothing was changed.</summary>
    Refused,

    /// <summary>It was never sent.</summary>
    Unreachable,
}
