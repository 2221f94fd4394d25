using System.Globalization;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>What <c>CLUSTER NODES</c> answers with.</summary>
/// <remarks>Per line: id, <c>host:port@bus[,name]</c>, flags, the master's id or <c>-</c>, two times, epoch, link, then slots. Source: Redis documentation.</remarks>
internal sealed class RedisClusterNodes
{
    private readonly List<string[]> _lines;

    /// <summary>Splits an answer; what is no such line is passed over.</summary>
    public RedisClusterNodes(string answer) => _lines =
        [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')).Where(static parts => parts.Length >= 8)];

    /// <summary>Where the servers of the Cluster are, the failed among them, by the name that they announce or else their address.</summary>
    public IEnumerable<RedisEndPoint> Endpoints => _lines
        .Where(static parts => !parts[2].Split(',').Any(static flag => flag is "handshake" or "noaddr"))
        .Select(static parts => Endpoint(parts[1])).OfType<RedisEndPoint>();

    /// <summary>The slots of the server that answered, or of its master.</summary>
    public IReadOnlyList<(int From, int To)> Slots
    {
        get
        {
            var self = _lines.FirstOrDefault(static parts => parts[2].Split(',').Contains("myself"));
            var owner = self is null || self[3] == "-" ? self : _lines.FirstOrDefault(parts => parts[0] == self[3]);
            // A slot that is moving stands in brackets, and still among those of its present owner.
            return [.. (owner ?? []).Skip(8).Where(static range => range[0] != '[').Select(Range).OfType<(int, int)>()];
        }
    }

    private static RedisEndPoint? Endpoint(string text)
    {
        var (address, rest) = (text.Split('@')[0], text.Split('@')[^1]);
        var colon = address.LastIndexOf(':');
        var name = rest.Contains(',', StringComparison.Ordinal) ? rest.Split(',')[1] : "";
        return colon > 0 && int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? new RedisEndPoint(name.Length > 0 ? name : address[..colon], port)
            : null;
    }

    private static (int From, int To)? Range(string text)
    {
        var ends = text.Split('-');
        return int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from) &&
            int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var to) ? (from, to) : null;
    }
}
