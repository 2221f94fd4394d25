using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Writes and reads heartbeats: one hash per master, a field per source region.</summary>
internal static class RedisBeats
{
    private const string Kind = "beats";

    // A script, as the library holds a plain write back from a server that it has last seen as a replica; who is what, the server knows best.
    private const string Script = "return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])";

    /// <summary>Writes one on every master.</summary>
    /// <exception cref="RedisCallException">It was written nowhere.</exception>
    public static async Task<RedisBeatWritten> WriteAsync(RedisLink link, RedisCalls calls, RedisBeat beat, CancellationToken cancellationToken)
    {
        var servers = await link.ServersAsync(cancellationToken);
        var answers = await Task.WhenAll(servers.Select(server => calls.TryAsync(link.NameOf(server), token => WriteAsync(link, server, beat, token))));
        var written = servers.Zip(answers).Where(static a => a.Second is DataAnswer<bool>.Ok { Value: true }).Select(static a => RedisLink.AddressOf(a.First)).ToList();
        var failed = answers.Where(static a => a.Problem is not null).ToList();
        return (written.Count, failed.Count) switch
        {
            (> 0, _) => new RedisBeatWritten(written, RedisLink.SilentOf(servers, answers)),
            (_, > 0) => throw RedisCallException.Of(failed),
            _ => throw new RedisCallException(
                RedisCallEnd.Refused, $"{link.Name}: no heartbeat was written, as there is no master here; promote a replica, or write in the master's region."),
        };
    }

    /// <summary>Reads all of them on every server, on the server itself.</summary>
    /// <exception cref="RedisCallException">No server could be read.</exception>
    public static async Task<RedisBeatsReading> ReadAsync(RedisLink link, RedisCalls calls, CancellationToken cancellationToken)
    {
        var servers = await link.ServersAsync(cancellationToken);
        var answers = await Task.WhenAll(servers.Select(server => calls.TryAsync(link.NameOf(server), token => ReadAsync(link, server, token))));
        if (answers.All(static a => a.Problem is not null))
        {
            throw RedisCallException.Of(answers);
        }

        return new RedisBeatsReading(
            [.. answers.OfType<DataAnswer<IReadOnlyList<RedisBeatReading>>.Ok>().SelectMany(static ok => ok.Value)],
            RedisLink.SilentOf(servers, answers));
    }

    private static async Task<bool> WriteAsync(RedisLink link, IServer server, RedisBeat beat, CancellationToken cancellationToken)
    {
        if (await link.RoleOfAsync(server, cancellationToken) != RedisRole.Master || await RedisKeys.ForAsync(link, server, Kind, cancellationToken) is not { } key)
        {
            return false;
        }

        await link.SendAsync(server, "EVAL", [Script, "1", key, link.Region.Value, beat.ToText()], cancellationToken);
        return true;
    }

    private static async Task<IReadOnlyList<RedisBeatReading>> ReadAsync(RedisLink link, IServer server, CancellationToken cancellationToken)
    {
        if (await RedisKeys.ForAsync(link, server, Kind, cancellationToken) is not { } key)
        {
            return [];
        }

        var pairs = (string?[]?)await link.SendAsync(server, "HGETALL", [key], cancellationToken) ?? [];
        return
        [
            .. pairs.Chunk(2).OrderBy(static pair => pair[0], StringComparer.Ordinal).Select(pair => new RedisBeatReading(
                RegionId.IsValid(pair[0]) ? new RegionId(pair[0]!) : throw Nonsense(link, server, key, pair[0]),
                RedisLink.AddressOf(server),
                RedisBeat.Parse(pair[^1] ?? "") ?? throw Nonsense(link, server, key, pair[^1]))),
        ];
    }

    private static RedisCallException Nonsense(RedisLink link, IServer server, string key, string? seen) => new(
        RedisCallEnd.Unknown, $"{link.NameOf(server)}: the key {key} holds '{RedisFailures.Quote(seen ?? "")}', which is no heartbeat; something else writes it: delete it or change the key prefix.");
}
