using System.Globalization;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>The calls that change a cluster. Each is repeatable: what is so already is no fault.</summary>
internal static class OpenSearchChanges
{
    private const string LeaderRole = "cross_cluster_replication_leader_full_access";
    private const string FollowerRole = "cross_cluster_replication_follower_full_access";

    /// <summary>Blocks writes to an index, or lets them through.</summary>
    public static async Task<bool> BlockAsync(OpenSearchHttp http, string index, bool block, CancellationToken cancellationToken)
    {
        await AcknowledgedAsync(http, HttpMethod.Put, $"/{Uri.EscapeDataString(index)}/_settings", new JsonObject { ["index.blocks.write"] = block ? true : null }, cancellationToken);
        var seen = await OpenSearchReader.IndexAsync(http, index, cancellationToken);
        return seen.WriteBlocked == block ? block : throw http.Fault(OpenSearchFault.Unknown, $"the write block of {index} was accepted and does not read back");
    }

    /// <summary>Pauses, resumes or stops a follower.</summary>
    public static async Task<bool> TurnAsync(OpenSearchHttp http, string index, string call, CancellationToken cancellationToken) =>
        await AcknowledgedAsync(http, HttpMethod.Post, OpenSearchReader.Replication(index, call), new JsonObject(), cancellationToken);

    /// <summary>Begins to follow an index of the same name in another cluster. The index must not be here yet.</summary>
    public static Task<bool> StartAsync(OpenSearchHttp http, string index, string alias, bool secured, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["leader_alias"] = alias, ["leader_index"] = index };
        if (secured)
        {
            body["use_roles"] = new JsonObject { ["leader_cluster_role"] = LeaderRole, ["follower_cluster_role"] = FollowerRole };
        }

        return AcknowledgedAsync(http, HttpMethod.Put, OpenSearchReader.Replication(index, "_start?wait_for_restore=false"), body, cancellationToken);
    }

    /// <summary>The rules by which the cluster begins to follow new indices. There is no other listing than the statistics.</summary>
    public static async Task<IReadOnlyList<OpenSearchRule>> RulesAsync(OpenSearchHttp http, CancellationToken cancellationToken)
    {
        var json = await http.AskAsync(HttpMethod.Get, "/_plugins/_replication/autofollow_stats", null, cancellationToken);
        return [.. json["autofollow_stats"].Items().Select(static r => (Name: r.At("name").Text(), Pattern: r.At("pattern").Text())).Where(static r => r.Name is not null).Select(static r => new OpenSearchRule(r.Name!, r.Pattern ?? "*"))];
    }

    /// <summary>Deletes such a rule. The followers that it began go on.</summary>
    public static Task<bool> DeleteRuleAsync(OpenSearchHttp http, string alias, string rule, CancellationToken cancellationToken) =>
        AcknowledgedAsync(http, HttpMethod.Delete, "/_plugins/_replication/_autofollow", new JsonObject { ["leader_alias"] = alias, ["name"] = rule }, cancellationToken);

    /// <summary>Names another cluster by the transport addresses of its nodes.</summary>
    public static Task<bool> RegisterRemoteAsync(OpenSearchHttp http, string alias, IReadOnlyList<string> seeds, CancellationToken cancellationToken) =>
        AcknowledgedAsync(
            http,
            HttpMethod.Put,
            "/_cluster/settings",
            new JsonObject { ["persistent"] = new JsonObject { [$"cluster.remote.{alias}.seeds"] = new JsonArray([.. seeds.Select(static s => JsonValue.Create(s))]) } },
            cancellationToken);

    /// <summary>Writes a document into an index and deletes it again: the proof that it takes writes. It is empty, so that no mapping changes or objects.</summary>
    public static async Task<bool> ProbeAsync(OpenSearchHttp http, string index, CancellationToken cancellationToken)
    {
        var path = $"/{Uri.EscapeDataString(index)}/_doc/mahavishnu-agent-probe";
        _ = await http.AskAsync(HttpMethod.Put, path, new JsonObject(), cancellationToken);
        _ = await http.AskAsync(HttpMethod.Delete, path, null, cancellationToken);
        return true;
    }

    /// <summary>Writes the heartbeat of a region, always into the same document.</summary>
    public static async Task<bool> BeatAsync(OpenSearchHttp http, string index, string region, StoredHeartbeat beat, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["region"] = region, ["process"] = beat.Process, ["sequence"] = beat.Sequence, ["stamp"] = beat.Stamp.ToString("O", CultureInfo.InvariantCulture),
        };
        _ = await http.AskAsync(HttpMethod.Put, $"/{Uri.EscapeDataString(index)}/_doc/{region}", body, cancellationToken);
        return true;
    }

    /// <summary>The heartbeats of regions, as they are and not as of the last refresh. One that has not arrived is left out.</summary>
    public static async Task<IReadOnlyList<OpenSearchBeat>> BeatsAsync(OpenSearchHttp http, string index, IEnumerable<string> regions, CancellationToken cancellationToken)
    {
        var ids = new JsonArray([.. regions.Select(static r => JsonValue.Create(r))]);
        var json = await http.AskAsync(HttpMethod.Post, $"/{Uri.EscapeDataString(index)}/_mget?realtime=true", new JsonObject { ["ids"] = ids }, cancellationToken);
        return json["docs"] is JsonArray docs
            ? [.. docs.Where(static d => d.At("found").Flag() == true).Select(static d => Beat(d.At("_id").Text(), d.At("_source"))).OfType<OpenSearchBeat>()]
            : throw http.Fault(OpenSearchFault.Unknown, $"the heartbeats in {index} were answered without documents: that is no answer of OpenSearch");
    }

    /// <summary>Sends a change, and takes nothing for success but that it was acknowledged.</summary>
    public static async Task<bool> AcknowledgedAsync(OpenSearchHttp http, HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        var json = await http.AskAsync(method, path, body, cancellationToken);
        return json["acknowledged"].Flag() == true ? true : throw http.Fault(OpenSearchFault.Unknown, $"{method} {path.Split('?')[0]} was answered without being acknowledged");
    }

    private static OpenSearchBeat? Beat(string? region, JsonNode? source) =>
        region is not null && source.At("process").Text() is { } process && source.At("sequence").Whole() is { } sequence
            && DateTimeOffset.TryParse(source.At("stamp").Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var stamp)
            ? new OpenSearchBeat(region, new StoredHeartbeat(process, sequence, stamp))
            : null;
}
