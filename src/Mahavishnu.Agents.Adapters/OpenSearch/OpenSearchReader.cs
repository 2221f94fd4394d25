using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>Reads the state of a cluster and of its indices.</summary>
/// <remarks>
/// Source: OpenSearch cross-cluster replication. The status of a follower whose leader is dead is an error 500, since the follower
/// asks the leader for it; <c>follower_stats</c> asks nobody, and then shows the last that it saw, which reads as no lag at all.
/// </remarks>
internal static class OpenSearchReader
{
    /// <summary>The path of an index below a prefix, each part safe in a URL.</summary>
    public static string Replication(string index, string call) => $"/_plugins/_replication/{Uri.EscapeDataString(index)}/{call}";

    /// <summary>The cluster and the indices.</summary>
    public static async Task<OpenSearchReading> ReadAsync(OpenSearchHttp http, IReadOnlyList<string> indices, CancellationToken cancellationToken)
    {
        var health = await HealthAsync(http, null, cancellationToken);
        var bootstrapping = BootstrappingAsync(http, cancellationToken);
        var remotes = http.AskAsync(HttpMethod.Get, "/_remote/info", null, cancellationToken);
        var read = indices.Select(i => IndexAsync(http, i, cancellationToken)).ToList();
        await Task.WhenAll([bootstrapping, remotes, .. read]);
        return new OpenSearchReading(
            health.Status,
            health.Nodes,
            [.. read.Select(static r => r.Result)],
            await bootstrapping,
            (await remotes).ToDictionary(static r => r.Key, static r => r.Value.At("connected").Flag() == true));
    }

    /// <summary>The health of the cluster, or of one index. Never that of one node alone, which may be stale.</summary>
    public static async Task<(string Status, int Nodes)> HealthAsync(OpenSearchHttp http, string? index, CancellationToken cancellationToken)
    {
        var path = "/_cluster/health" + (index is null ? "" : "/" + Uri.EscapeDataString(index));
        var json = await http.AskAsync(HttpMethod.Get, path, null, cancellationToken);
        return json["timed_out"].Flag() == true ? throw http.Fault(OpenSearchFault.Unknown, "its health is not known in time (timed_out)")
            : json["status"].Text() is "green" or "yellow" or "red" ? (json["status"].Text()!, (int)Math.Clamp(json["number_of_nodes"].Whole() ?? 0, 0, int.MaxValue))
            : throw http.Fault(OpenSearchFault.Unknown, "its health is neither green nor yellow nor red: that is no answer of OpenSearch");
    }

    /// <summary>One index: its replication, whether it is there, and whether its writes are blocked.</summary>
    public static async Task<OpenSearchIndex> IndexAsync(OpenSearchHttp http, string index, CancellationToken cancellationToken)
    {
        var link = LinkAsync(http, index, cancellationToken);
        var settings = http.SendAsync(HttpMethod.Get, $"/{Uri.EscapeDataString(index)}/_settings?flat_settings=true", null, cancellationToken);
        await Task.WhenAll(link, settings);
        var reply = await settings;
        if (reply.Status == 404)
        {
            return new OpenSearchIndex(index, await link, Exists: false, WriteBlocked: false);
        }

        // Behind the name may stand an alias, whose indices then answer under their own names.
        var all = http.Checked(reply, $"GET /{index}/_settings");
        var own = all.Count == 1 && all[index] is JsonObject one ? one["settings"] : throw http.Fault(OpenSearchFault.Refused, $"{index} is no index of its own, but an alias or a pattern of {all.Count}; expected the name of an index");
        return new OpenSearchIndex(index, await link, Exists: true, IsTrue(own.At("index.blocks.write")) || IsTrue(own.At("index.blocks.read_only")));
    }

    /// <summary>The replication of one index.</summary>
    public static async Task<SearchLink> LinkAsync(OpenSearchHttp http, string index, CancellationToken cancellationToken)
    {
        var reply = await http.SendAsync(HttpMethod.Get, Replication(index, "_status?verbose=true"), null, cancellationToken);
        if (reply.Status == 500 && reply.Told.Contains("failed to fetch replication status", StringComparison.OrdinalIgnoreCase))
        {
            return new SearchLink(SearchState.LeaderUnreachable, "the leader does not answer its follower", []);
        }

        var json = http.Checked(reply, $"the replication status of {index}");
        var status = json["status"].Text() ?? throw http.Fault(OpenSearchFault.Unknown, $"the replication status of {index} names no status: that is no answer of OpenSearch");
        return SearchLink.Of(status, json["reason"].Text(), Shards(json)) with { LeaderAlias = json["leader_alias"].Text() };
    }

    private static async Task<int?> BootstrappingAsync(OpenSearchHttp http, CancellationToken cancellationToken)
    {
        var reply = await http.SendAsync(HttpMethod.Get, "/_plugins/_replication/follower_stats", null, cancellationToken);
        return reply is { IsSuccess: true, Json: { } json } && json["num_bootstrapping_indices"].Whole() is >= 0 and <= int.MaxValue and var number ? (int)number : null;
    }

    private static List<SearchShard> Shards(JsonObject json)
    {
        var shards = json["shard_replication_details"].Items().Select(static (s, i) => Shard(i, s.At("syncing_task_details"))).ToList();
        return shards.Count > 0 ? shards : json["syncing_details"] is JsonObject sums ? [Shard(0, sums)] : [];

        static SearchShard Shard(int number, JsonNode? details) => new(number, details.At("leader_checkpoint").Whole(), details.At("follower_checkpoint").Whole());
    }

    private static bool IsTrue(JsonNode? setting) => setting.Text() == "true" || setting.Flag() == true;
}
