using Mahavishnu.Agents.Adapters.Stores;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Asks every server of one region for its state.</summary>
internal static class RedisReader
{
    /// <summary>Asks them all at once.</summary>
    /// <exception cref="RedisCallException">None gave a usable answer; the first of their problems.</exception>
    public static async Task<RedisReading> ReadAsync(RedisLink link, RedisCalls calls, CancellationToken cancellationToken)
    {
        var servers = await link.ServersAsync(cancellationToken);
        var answers = await Task.WhenAll(servers.Select(server =>
            calls.TryAsync(link.NameOf(server), token => ReadAsync(link, server, token))));
        var read = answers.OfType<DataAnswer<(RedisMode Mode, RedisServerReading Server)>.Ok>().Select(static ok => ok.Value).ToList();
        if (read.Count == 0)
        {
            throw RedisCallException.Of(answers);
        }

        var views = read.Select(static r => r.Server.Cluster).OfType<RedisClusterReading>();
        return new RedisReading(
            read[0].Mode,
            read.Select(static r => r.Server.Version).MinBy(Version.Parse)!,
            [.. read.Select(static r => r.Server)],
            RedisLink.SilentOf(servers, answers),
            views.OrderBy(static v => v.Serves).ThenBy(static v => v.SlotsOk).FirstOrDefault());
    }

    /// <summary>One server's view of its Cluster; null when it is in none.</summary>
    /// <exception cref="RedisCallException">It could not be asked.</exception>
    public static async Task<RedisClusterReading?> ClusterAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        var info = new RedisFields(link.NameOf(server), (string?)await link.SendAsync(server, "INFO", ["cluster"], cancellationToken) ?? "");
        return info.Number("cluster_enabled") == 0 ? null : await ViewAsync(link, server, cancellationToken);
    }

    private static async Task<(RedisMode Mode, RedisServerReading Server)> ReadAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        var (name, endpoint) = (link.NameOf(server), RedisLink.AddressOf(server));
        var info = new RedisFields(name, (string?)await link.SendAsync(server, "INFO", [], cancellationToken) ?? "");
        var mode = RedisServerParser.ModeOf(name, info);
        var cluster = mode == RedisMode.Cluster ? await ViewAsync(link, server, cancellationToken) : null;
        return (mode, RedisServerParser.Parse(endpoint, info, await ConfiguredAsync(link, server, cancellationToken), cluster));
    }

    private static async Task<RedisClusterReading> ViewAsync(RedisLink link, IServer server, CancellationToken cancellationToken) => RedisServerParser.Cluster(
        RedisLink.AddressOf(server), new RedisFields(link.NameOf(server), (string?)await link.SendAsync(server, "CLUSTER", ["INFO"], cancellationToken) ?? ""));

    private static async Task<RedisFields?> ConfiguredAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        try
        {
            var pairs = (string?[]?)await link.SendAsync(server, "CONFIG", ["GET", "min-replicas-*"], cancellationToken) ?? [];
            return new RedisFields(link.NameOf(server), string.Join('\n', pairs.Chunk(2).Select(static pair => string.Join(':', pair))));
        }
        catch (RedisCallException refused) when (refused.End == RedisCallEnd.Refused)
        {
            return null; // Hosted servers forbid CONFIG; the rest of the reading stands without it.
        }
    }
}
