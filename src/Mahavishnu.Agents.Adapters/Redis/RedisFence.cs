using Mahavishnu.Agents.Adapters.Stores;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Stops the application from writing, or lets it write again, on every server of a region.</summary>
internal static class RedisFence
{
    /// <summary>Stores the token on every master, then closes or opens every server: a replica may become a master any time.</summary>
    /// <param name="link">The connections.</param>
    /// <param name="calls">The call.</param>
    /// <param name="token">The caller's.</param>
    /// <param name="open">What is wanted.</param>
    /// <param name="cancellationToken">The call's.</param>
    /// <exception cref="RedisCallException">It is refused, before anything was changed; or not proven on every server.</exception>
    public static async Task<RedisChange> TurnAsync(RedisLink link, RedisCalls calls, long token, bool open, CancellationToken cancellationToken)
    {
        var servers = await link.ServersAsync(cancellationToken);
        var standings = await Task.WhenAll(servers.Select(server => calls.LookAsync(link.NameOf(server), inner => StandingAsync(link, server, inner))));
        var known = servers.Zip(standings).Where(static s => s.Second is DataAnswer<RedisStanding>.Ok)
            .Select(static s => (Server: s.First, Standing: ((DataAnswer<RedisStanding>.Ok)s.Second).Value)).ToList();
        var masters = known.Where(static k => k.Standing.Role == RedisRole.Master).Select(static k => k.Server).ToList();
        if (masters.Count == 0 || standings.Any(static s => s is DataAnswer<RedisStanding>.Refused))
        {
            throw known.Count < servers.Count
                ? RedisCallException.Of([.. standings.Where(static s => s.Problem is not null)])
                : new RedisCallException(RedisCallEnd.Refused, $"{link.Name}: has no master, so there are no writes to stop or allow; ask this of the master's region.");
        }

        // Compared everywhere before it is stored anywhere, so that a stale token leaves no trace.
        foreach (var master in masters)
        {
            await RedisAuthority.CheckAsync(link, master, token, cancellationToken);
        }

        var turned = await Task.WhenAll(known.Select(k => calls.TryAsync(link.NameOf(k.Server), inner => TurnAsync(link, k.Server, k.Standing, token, open, inner))));
        var problems = standings.Select(static s => s.Problem).Concat(turned.Select(static t => t.Problem)).OfType<string>().ToList();
        if (known.Max(static k => k.Standing.KnownServers) is var all && all > servers.Count)
        {
            problems.Add($"{link.Name}: the Cluster has {all} servers, of which {servers.Count} are known here so far; ask again.");
        }

        return problems.Count == 0
            ? new RedisChange([.. known.Select(static k => RedisLink.AddressOf(k.Server))], known.All(k => k.Standing.IsClosed != open))
            : throw new RedisCallException(RedisCallEnd.Unknown, $"{(open ? "opened" : "fenced")}, but not proven on every server: {string.Join(" ", problems)}");
    }

    private static async Task<bool> TurnAsync(RedisLink link, IServer server, RedisStanding standing, long token, bool open, CancellationToken cancellationToken)
    {
        if (standing.Role == RedisRole.Master)
        {
            await link.Barrier.ClaimAsync(server, token, cancellationToken);
        }

        await link.Barrier.TurnAsync(server, open, cancellationToken);
        return await link.Barrier.IsClosedAsync(server, cancellationToken) != open
            ? true
            : throw new RedisCallException(RedisCallEnd.Unknown, $"{link.NameOf(server)}: accepted the change but does not read back so; something else changes it.");
    }

    private static async Task<RedisStanding> StandingAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        var role = await link.RoleOfAsync(server, cancellationToken);
        var cluster = await RedisReader.ClusterAsync(link, server, cancellationToken);
        return new RedisStanding(role, cluster?.KnownNodes ?? 1, await link.Barrier.IsClosedAsync(server, cancellationToken));
    }

    private sealed record RedisStanding(RedisRole Role, int KnownServers, bool IsClosed);
}
