using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Places the agent's keys: in a Cluster, every master gets one of its own, under a hash tag that lands in its slots.</summary>
internal static class RedisKeys
{
    // The n-th part of the slots is missed by all of n × 20 tags once in e^20 times; a master of a single slot needs n = 16384.
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

        var nodes = (string?)await link.SendAsync(server, "CLUSTER", ["NODES"], cancellationToken) ?? "";
        var slots = SlotsOf(nodes);
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

    /// <summary>The slots of the server that gave <paramref name="nodes"/>, or of its master.</summary>
    /// <param name="nodes">The answer to <c>CLUSTER NODES</c>: per line id, address, flags, master's id or <c>-</c>, five numbers and states, then slots.</param>
    public static IReadOnlyList<(int From, int To)> SlotsOf(string nodes)
    {
        var lines = nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')).Where(static parts => parts.Length >= 8).ToList();
        var self = lines.FirstOrDefault(static parts => parts[2].Split(',').Contains("myself"));
        var owner = self is null || self[3] == "-" ? self : lines.FirstOrDefault(parts => parts[0] == self[3]);
        // A slot that is moving stands in brackets, and still among those of its present owner.
        return [.. (owner ?? []).Skip(8).Where(static range => range[0] != '[').Select(Range).OfType<(int, int)>()];
    }

    private static (int From, int To)? Range(string text)
    {
        var ends = text.Split('-');
        return int.TryParse(ends[0], out var from) && int.TryParse(ends[^1], out var to) ? (from, to) : null;
    }
}
