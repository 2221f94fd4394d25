using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>What keeps the application from writing on one server.</summary>
internal interface IRedisBarrier
{
    /// <summary>Whether it is closed; changes nothing.</summary>
    /// <exception cref="RedisCallException">It could not be asked, or cannot work here; then it is refused.</exception>
    Task<bool> IsClosedAsync(IServer server, CancellationToken cancellationToken);

    /// <summary>Closes or opens it, whatever it is.</summary>
    /// <exception cref="RedisCallException">It could not be done.</exception>
    Task TurnAsync(IServer server, bool open, CancellationToken cancellationToken);

    /// <summary>Stores a token on a master, also while it is closed, which it then stays.</summary>
    /// <exception cref="RedisCallException">A higher one is stored, or ours could not be stored.</exception>
    Task ClaimAsync(IServer master, long token, CancellationToken cancellationToken);
}
