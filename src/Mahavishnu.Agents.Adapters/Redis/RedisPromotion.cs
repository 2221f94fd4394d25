using Mahavishnu.Agents.Adapters.Stores;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Makes a master of a replica.</summary>
internal static class RedisPromotion
{
    /// <summary>Promotes the replica that has most of the data, unless there is a master already.</summary>
    /// <exception cref="RedisCallException">The token is stale, it is a Cluster, or it could not be done or proven.</exception>
    public static async Task<RedisChange> RunAsync(RedisLink link, RedisCalls calls, long token, CancellationToken cancellationToken)
    {
        var servers = await link.ServersAsync(cancellationToken);
        var roles = await Task.WhenAll(servers.Select(server => calls.LookAsync(link.NameOf(server), inner => StandingAsync(link, server, inner))));
        var known = servers.Zip(roles).Where(static r => r.Second is DataAnswer<RedisStanding>.Ok)
            .Select(static r => (Server: r.First, Standing: ((DataAnswer<RedisStanding>.Ok)r.Second).Value)).ToList();
        if (known.Count == 0)
        {
            throw RedisCallException.Of(roles);
        }

        foreach (var (server, _) in known)
        {
            await RedisAuthority.CheckAsync(link, server, token, cancellationToken);
        }

        var (chosen, standing) = known.OrderBy(static k => k.Standing.Role == RedisRole.Master ? 0 : 1).ThenByDescending(static k => k.Standing.OffsetBytes).First();
        if (standing.Role == RedisRole.Master)
        {
            await RedisAuthority.ClaimAsync(link, chosen, token, cancellationToken);
            return new RedisChange([RedisLink.AddressOf(chosen)], WasAlreadySo: true);
        }

        await link.SendAsync(chosen, "REPLICAOF", ["NO", "ONE"], cancellationToken);
        await ProveAsync(link, chosen, token, cancellationToken);
        return new RedisChange([RedisLink.AddressOf(chosen)], WasAlreadySo: false);
    }

    /// <summary>By its role, and by a write. From here on nothing is "refused" any more, for that would mean that nothing was changed.</summary>
    private static async Task ProveAsync(RedisLink link, IServer server, long token, CancellationToken cancellationToken)
    {
        try
        {
            if (await link.RoleOfAsync(server, cancellationToken) != RedisRole.Master)
            {
                throw new RedisCallException(RedisCallEnd.Unknown, $"{link.NameOf(server)}: accepted its promotion but is no master; something else decides its role, such as a Sentinel.");
            }

            await RedisAuthority.ClaimAsync(link, server, token, cancellationToken);
        }
        catch (RedisCallException unproven) when (unproven.End != RedisCallEnd.Unknown)
        {
            throw new RedisCallException(RedisCallEnd.Unknown, $"promoted, but not proven to take writes: {unproven.Message}", unproven);
        }
    }

    private static async Task<RedisStanding> StandingAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        var name = link.NameOf(server);
        var info = new RedisFields(name, (string?)await link.SendAsync(server, "INFO", [], cancellationToken) ?? "");
        if (RedisServerParser.ModeOf(name, info) == RedisMode.Cluster)
        {
            throw new RedisCallException(RedisCallEnd.Refused, $"{name}: is part of a Cluster, which promotes its own replicas; if it has lost its majority, use CLUSTER FAILOVER TAKEOVER by hand.");
        }

        return info.Text("role") == "master"
            ? new RedisStanding(RedisRole.Master, info.Number("master_repl_offset"))
            : new RedisStanding(RedisRole.Replica, info.Number("slave_repl_offset"));
    }

    private sealed record RedisStanding(RedisRole Role, long OffsetBytes);
}
