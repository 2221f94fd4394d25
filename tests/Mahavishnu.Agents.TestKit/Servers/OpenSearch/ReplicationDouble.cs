using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.TestKit.Servers.OpenSearch;

/// <summary>The replication plugin of a cluster.</summary>
internal static class ReplicationDouble
{
    /// <summary>Answers a call below <c>/_plugins/_replication</c>. The gate must be held.</summary>
    public static DoubleReply Answer(OpenSearchDouble world, ClusterDouble cluster, string method, string[] path, JsonObject? body) => (method, path) switch
    {
        ("GET", ["follower_stats"]) => DoubleReply.Ok(Stats(cluster)),
        ("GET", ["autofollow_stats"]) => DoubleReply.Ok(new JsonObject
        {
            ["autofollow_stats"] = new JsonArray([.. cluster.Rules.Select(static r => new JsonObject { ["name"] = r.Key, ["pattern"] = r.Value })]),
        }),
        ("DELETE", ["_autofollow"]) => body?["name"]?.ToString() is { } name && body.ContainsKey("leader_alias") && cluster.Rules.Remove(name)
            ? DoubleReply.Acknowledged : DoubleReply.Error(404, "resource_not_found_exception", "the rule does not exist"),
        ("GET", [var index, "_status"]) => Status(world, cluster, index),
        ("PUT", [var index, "_start"]) => Start(world, cluster, index, body),
        ("POST", [var index, "_pause" or "_resume" or "_stop"]) => body is null
            ? DoubleReply.Error(400, "parse_exception", "request body is required")
            : cluster.Indices.GetValueOrDefault(index) is { Following: { } following } found
            ? Turn(world, cluster, found, following, path[1])
            : DoubleReply.Error(400, "illegal_argument_exception", $"No replication in progress for index:{index}"),
        _ => DoubleReply.Error(400, "illegal_argument_exception", "no handler found"),
    };

    private static JsonObject Stats(ClusterDouble cluster)
    {
        var following = cluster.Indices.Values.Where(static i => i.Following is not null).ToList();
        return new JsonObject
        {
            ["num_syncing_indices"] = following.Count(static i => i.Following is { State: "RUNNING", Bootstrapping: false }),
            ["num_bootstrapping_indices"] = following.Count(static i => i.Following is { State: "RUNNING", Bootstrapping: true }),
            ["num_paused_indices"] = following.Count(static i => i.Following!.State == "PAUSED"),
            ["num_failed_indices"] = following.Count(static i => i.Following!.State == "FAILED"),
            ["leader_checkpoint"] = following.Sum(static i => i.Following!.LastSeen.Sum()),
            ["follower_checkpoint"] = following.Sum(static i => i.Checkpoints.Sum()),
        };
    }

    private static DoubleReply Status(OpenSearchDouble world, ClusterDouble cluster, string name)
    {
        if (cluster.Indices.GetValueOrDefault(name) is not { Following: { } following } index)
        {
            return DoubleReply.Ok(new JsonObject { ["status"] = "REPLICATION NOT IN PROGRESS" });
        }

        var told = new JsonObject { ["reason"] = following.Reason, ["leader_alias"] = following.Alias, ["leader_index"] = following.LeaderIndex, ["follower_index"] = name };
        if (following.State != "RUNNING")
        {
            told["status"] = following.State;
            return DoubleReply.Ok(told);
        }

        if (world.LeaderOf(cluster, index) is not { } leader)
        {
            return DoubleReply.Error(500, "replication_exception", "failed to fetch replication status");
        }

        told["status"] = following.Bootstrapping ? "BOOTSTRAPPING" : "SYNCING";
        if (!following.Bootstrapping)
        {
            told["syncing_details"] = Details(leader.Checkpoints.Sum(), index.Checkpoints.Sum());
            told["shard_replication_details"] = new JsonArray([.. leader.Checkpoints.Select((l, i) => new JsonObject { ["shard_id"] = $"[{name}][{i}]", ["syncing_task_details"] = Details(l, index.Checkpoints[i]) })]);
        }

        return DoubleReply.Ok(told);

        static JsonObject Details(long leader, long follower) => new() { ["leader_checkpoint"] = leader, ["follower_checkpoint"] = follower, ["seq_no"] = follower + 1 };
    }

    private static DoubleReply Start(OpenSearchDouble world, ClusterDouble cluster, string name, JsonObject? body)
    {
        var following = new FollowingDouble(body?["leader_alias"]?.ToString() ?? "", body?["leader_index"]?.ToString() ?? "") { Bootstrapping = true, RenewedAt = world.Time.GetUtcNow() };
        var index = new IndexDouble(name) { Following = following };
        if (cluster.Credentials is not null && body?["use_roles"] is null)
        {
            return DoubleReply.Error(403, "security_exception", "no roles given");
        }

        if (cluster.Indices.ContainsKey(name))
        {
            return DoubleReply.Error(400, "illegal_argument_exception", $"Cant use same index again for replication. Delete the index:{name}");
        }

        if (world.LeaderOf(cluster, index) is not { Following: null })
        {
            return DoubleReply.Error(400, "illegal_argument_exception", "the leader's index is not there, or is a follower: Cannot Replicate a Replicated Index");
        }

        cluster.Indices.Add(name, index);
        return DoubleReply.Acknowledged;
    }

    private static DoubleReply Turn(OpenSearchDouble world, ClusterDouble cluster, IndexDouble index, FollowingDouble following, string call)
    {
        switch (call)
        {
            case "_pause" when following.State == "PAUSED":
                return DoubleReply.Error(400, "resource_already_exists_exception", $"Index {index.Name} is already paused");
            case "_pause":
                (following.State, following.Reason) = ("PAUSED", "User initiated");
                return DoubleReply.Acknowledged;
            case "_resume" when following.State != "PAUSED":
                return DoubleReply.Error(400, "resource_already_exists_exception", $"Replication on Index {index.Name} is already running");
            case "_resume" when world.Time.GetUtcNow() - following.RenewedAt > world.RetentionLease:
                return DoubleReply.Error(404, "resource_not_found_exception", "Retention lease doesn't exist. Replication can't be resumed for " + index.Name);
            case "_resume":
                (following.State, following.Reason) = ("RUNNING", "");
                return DoubleReply.Acknowledged;
            case "_stop" when following.Bootstrapping:
                cluster.Indices.Remove(index.Name);
                return DoubleReply.Acknowledged;
            case "_stop" when cluster.HoldsStops:
                (following.State, index.Closed) = ("STOPPED", true);
                return DoubleReply.Error(503, "process_cluster_event_timeout_exception", "failed to process cluster event within 1m");
            default:
                (index.Following, index.Closed) = (null, false);
                return DoubleReply.Acknowledged;
        }
    }
}
