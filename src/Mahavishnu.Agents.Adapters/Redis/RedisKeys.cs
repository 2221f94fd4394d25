using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Places the agent's keys: in a Cluster, every master gets one of its own, under a hash tag that lands in its slots.</summary>
internal static class RedisKeys
{
    // The n-th part of the slots is missed by n × 20 tags once in e^20 times, about 500 million; a single slot is n = 16384.
    private const int MostTags = RedisClusterReading.SlotCount * 20;

    /// <summary>The key of a kind on one server.</summary>
    /// <param name="link">The connections.</param>
    /// <param name="server">The server; a replica has the key of its master.</param>
    /// <param name="kind">E.g. <c>beats</c>.</param>
    /// <param name="cancellationToken">The call's.</param>
    /// <returns>Null for a Cluster's server without slots, on which no key can be.</returns>
    public static async Task<string?> ForAsync(RedisLink link, IServer server, string kind, CancellationToken cancellationToken)
    {
        var info = new RedisFields(link.NameOf(server), (string?)await link.SendAsync(server, "INFO", ["cluster"], cancellationToken) ?? "");
        if (info.Number("cluster_enabled") == 0)
        {
            return link.Prefix + kind;
        }

        var slots = new RedisClusterNodes((string?)await link.SendAsync(server, "CLUSTER", ["NODES"], cancellationToken) ?? "").Slots;
        for (var tag = 0; slots.Count > 0 && tag < MostTags; tag++)
        {
            var key = $"{link.Prefix}{kind}:{{{tag}}}";
            var slot = await link.SlotOfAsync(key, cancellationToken);
            if (slots.Any(range => slot >= range.From && slot <= range.To))
            {
                return key;
            }
        }

        return null;
    }
}
