using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.TestKit.Servers.OpenSearch;

/// <summary>The calls to one index of a cluster.</summary>
internal static class IndexCalls
{
    /// <summary>Answers a call. The gate must be held.</summary>
    public static DoubleReply Answer(SortedDictionary<string, IndexDouble> indices, string method, string name, string[] path, JsonObject? body)
    {
        if (!indices.TryGetValue(name, out var index))
        {
            if (method != "PUT" || path is not ["_doc", _])
            {
                return DoubleReply.Error(404, "index_not_found_exception", $"no such index [{name}]");
            }

            indices[name] = index = new IndexDouble(name); // A first document makes its index.
        }

        return (method, path) switch
        {
            ("DELETE", []) => indices.Remove(name) ? DoubleReply.Acknowledged : throw new InvalidOperationException("It was there."),
            ("GET", ["_settings"]) => DoubleReply.Ok(new JsonObject
            {
                [name] = new JsonObject { ["settings"] = new JsonObject { ["index.uuid"] = "u", ["index.blocks.write"] = index.WriteBlocked ? "true" : null } },
            }),
            ("PUT", ["_settings"]) => Settings(index, body!),
            ("PUT", ["_doc", var id]) => Write(index, id, body),
            ("DELETE", ["_doc", var id]) => Write(index, id, null),
            _ when index.Closed => DoubleReply.Error(400, "index_closed_exception", "closed"),
            ("POST", ["_refresh"]) => DoubleReply.Ok(new JsonObject { ["_shards"] = Whole() }),
            ("GET", ["_count"]) => DoubleReply.Ok(new JsonObject { ["count"] = index.Documents.Count, ["_shards"] = Whole() }),
            ("GET", ["_stats"]) => Stats(index),
            ("POST", ["_search"]) => DoubleReply.Ok(new JsonObject
            {
                ["timed_out"] = false, ["_shards"] = Whole(),
                ["hits"] = new JsonObject { ["hits"] = new JsonArray([.. index.Documents.Keys.Take((int)body!["size"]!).Select(static id => new JsonObject { ["_id"] = id })]) },
            }),
            ("POST", ["_mget"]) => DoubleReply.Ok(new JsonObject { ["docs"] = new JsonArray([.. body!["ids"]!.AsArray().Select(id => Found(index, (string)id!))]) }),
            _ => DoubleReply.Error(400, "illegal_argument_exception", "no handler found"),
        };
    }

    private static JsonObject Whole() => new() { ["total"] = 2, ["successful"] = 2, ["failed"] = 0 };

    private static JsonObject Found(IndexDouble index, string id) => index.Documents.TryGetValue(id, out var source)
        ? new JsonObject { ["_id"] = id, ["found"] = true, ["_source"] = source.DeepClone() }
        : new JsonObject { ["_id"] = id, ["found"] = false };

    private static DoubleReply Settings(IndexDouble index, JsonObject body)
    {
        if (index.Following is not null)
        {
            return ReadOnly();
        }

        index.WriteBlocked = body["index.blocks.write"]?.GetValue<bool>() ?? false;
        return DoubleReply.Acknowledged;
    }

    private static DoubleReply Write(IndexDouble index, string id, JsonObject? source)
    {
        if (index.Following is not null)
        {
            return ReadOnly();
        }

        if (index.WriteBlocked || index.Closed)
        {
            return DoubleReply.Error(403, "cluster_block_exception", $"index [{index.Name}] blocked by: [FORBIDDEN/8/index write (api)];");
        }

        index.Apply(id, source);
        return DoubleReply.Ok(new JsonObject { ["_id"] = id, ["result"] = source is null ? "deleted" : "updated" });
    }

    private static DoubleReply ReadOnly() => DoubleReply.Error(403, "cluster_block_exception", "blocked by: [FORBIDDEN/1000/index read-only(cross-cluster-replication)];");

    private static DoubleReply Stats(IndexDouble index)
    {
        var shards = new JsonObject(index.Checkpoints.Select(static (c, i) => KeyValuePair.Create<string, JsonNode?>(
            $"{i}", new JsonArray(new JsonObject { ["routing"] = new JsonObject { ["primary"] = true }, ["seq_no"] = new JsonObject { ["max_seq_no"] = c } }))));
        return DoubleReply.Ok(new JsonObject { ["indices"] = new JsonObject { [index.Name] = new JsonObject { ["shards"] = shards } } });
    }
}
