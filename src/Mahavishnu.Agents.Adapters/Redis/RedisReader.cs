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
        var asked = servers.Zip(answers).ToList();
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
            [.. asked.Where(static a => a.Second.Problem is not null).Select(static a => new RedisSilence(RedisLink.AddressOf(a.First), a.Second.Problem!))],
            views.OrderBy(static v => v.Serves).ThenBy(static v => v.SlotsOk).FirstOrDefault());
    }

    private static async Task<(RedisMode Mode, RedisServerReading Server)> ReadAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        var (name, endpoint) = (link.NameOf(server), RedisLink.AddressOf(server));
        var info = new RedisFields(name, (string?)await link.SendAsync(server, "INFO", [], cancellationToken) ?? "");
        var mode = RedisServerParser.ModeOf(name, info);
        var cluster = mode == RedisMode.Cluster
            ? RedisServerParser.Cluster(endpoint, new RedisFields(name, (string?)await link.SendAsync(server, "CLUSTER", ["INFO"], cancellationToken) ?? ""))
            : null;
        return (mode, RedisServerParser.Parse(endpoint, info, await ConfiguredAsync(link, server, cancellationToken), cluster));
    }

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
