using System.Globalization;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>The token that says who was allowed last to change who writes: stored in Redis, compared there, never lowered.</summary>
internal static class RedisAuthority
{
    /// <summary>The largest token: a script of Redis computes in doubles, which are exact up to here.</summary>
    public const long MaxToken = 1L << 53;

    private const string Kind = "fence";

    private const string Script = """
        local held = redis.call('GET', KEYS[1])
        if held and not tonumber(held) then return held end
        if held and tonumber(held) > tonumber(ARGV[1]) then return held end
        redis.call('SET', KEYS[1], ARGV[1])
        return ARGV[1]
        """;

    /// <summary>Says no if a higher token than ours is stored on a server. Changes nothing, and so can be asked of a replica.</summary>
    /// <exception cref="RedisCallException">There is one, or it could not be asked.</exception>
    public static async Task CheckAsync(RedisLink link, IServer server, long token, CancellationToken cancellationToken)
    {
        if (await KeyAsync(link, server, cancellationToken) is { } key)
        {
            var held = (string?)await link.SendAsync(server, "GET", [key], cancellationToken);
            if (held is not null && !(TryParse(held, out var stored) && stored <= token))
            {
                throw Stale(link, server, key, held, token);
            }
        }
    }

    /// <summary>Stores our token on a master unless a higher one is stored.</summary>
    /// <exception cref="RedisCallException">There is one, or it could not be stored.</exception>
    public static async Task ClaimAsync(RedisLink link, IServer server, long token, CancellationToken cancellationToken)
    {
        if (await KeyAsync(link, server, cancellationToken) is { } key)
        {
            await ClaimAsync(link, server, key, token, cancellationToken);
        }
    }

    /// <summary>The same with one command, for a caller that knows the key.</summary>
    /// <exception cref="RedisCallException">A higher token is stored, or ours could not be stored.</exception>
    public static async Task ClaimAsync(RedisLink link, IServer server, string key, long token, CancellationToken cancellationToken)
    {
        var ours = token.ToString(CultureInfo.InvariantCulture);
        var held = (string?)await link.SendAsync(server, "EVAL", [Script, "1", key, ours], cancellationToken) ?? "";
        if (held != ours)
        {
            throw Stale(link, server, key, held, token);
        }
    }

    /// <summary>The key of the token on a server; null for a Cluster's server without slots.</summary>
    /// <exception cref="RedisCallException">It could not be asked.</exception>
    public static Task<string?> KeyAsync(RedisLink link, IServer server, CancellationToken cancellationToken) =>
        RedisKeys.ForAsync(link, server, Kind, cancellationToken);

    private static bool TryParse(string text, out long token) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out token);

    private static RedisCallException Stale(RedisLink link, IServer server, string key, string held, long token) => new(
        RedisCallEnd.Refused,
        TryParse(held, out var newer)
            ? $"{link.NameOf(server)}: token {token} is stale, as {newer} is stored under {key}; leave it to the holder of the newer one."
            : $"{link.NameOf(server)}: the key {key} holds '{RedisFailures.Quote(held)}', which is no token; something else writes it: find out what, and delete it.");
}
