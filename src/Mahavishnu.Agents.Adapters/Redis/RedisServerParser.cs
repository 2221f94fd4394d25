namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Makes a reading of a server of its answers.</summary>
internal static class RedisServerParser
{
    private static readonly Version Oldest = new(6, 2);

    /// <summary>The mode of a server that we can work with.</summary>
    /// <exception cref="RedisCallException">It is too old, or a Sentinel.</exception>
    public static RedisMode ModeOf(string server, RedisFields info)
    {
        var version = info.Text("redis_version");
        if (!Version.TryParse(version, out var number))
        {
            throw new RedisCallException(RedisCallEnd.Unknown, $"{server}: its version is '{RedisFailures.Quote(version)}'; expected one such as 7.0.15.");
        }

        if (number < Oldest)
        {
            throw new RedisCallException(RedisCallEnd.Refused, $"{server}: Redis {version} is not supported; upgrade it to {Oldest} or later.");
        }

        return info.Text("redis_mode") switch
        {
            "standalone" => RedisMode.Standalone,
            "cluster" => RedisMode.Cluster,
            "sentinel" => throw new RedisCallException(RedisCallEnd.Refused, $"{server}: is a Sentinel; configure the Redis servers that it watches."),
            var other => throw new RedisCallException(RedisCallEnd.Unknown, $"{server}: its mode is '{RedisFailures.Quote(other)}'; expected standalone or cluster."),
        };
    }

    /// <summary>The reading.</summary>
    /// <param name="endpoint">Host and port of the server.</param>
    /// <param name="info">Its <c>INFO</c>.</param>
    /// <param name="configured">Its <c>CONFIG GET min-replicas-*</c>; null when that may not be asked.</param>
    /// <param name="cluster">Its view of its Cluster; null for another mode.</param>
    /// <exception cref="RedisCallException">A field is missing or no number.</exception>
    public static RedisServerReading Parse(string endpoint, RedisFields info, RedisFields? configured, RedisClusterReading? cluster)
    {
        var role = info.Text("role") switch { "master" => RedisRole.Master, "slave" => RedisRole.Replica, _ => RedisRole.Unknown };
        var offset = info.Number(role == RedisRole.Replica ? "slave_repl_offset" : "master_repl_offset");
        return new RedisServerReading
        {
            Endpoint = endpoint,
            Version = info.Text("redis_version"),
            Role = role,
            ReplicationId = info.Text("master_replid"),
            OffsetBytes = offset,
            Master = role == RedisRole.Master ? MasterOf(info, configured, offset) : null,
            Replica = role == RedisRole.Replica ? ReplicaOf(info) : null,
            Memory = new RedisMemoryReading(info.Number("used_memory"), info.Number("maxmemory"), info.Text("maxmemory_policy")),
            Persistence = new RedisPersistenceReading(
                info.Text("rdb_last_bgsave_status") == "ok",
                info.Number("aof_enabled") == 1,
                info.Text("aof_last_write_status") == "ok",
                info.Number("loading") == 1),
            EvictedKeys = info.Number("evicted_keys"),
            Cluster = cluster,
        };
    }

    /// <summary>A server's view of its Cluster.</summary>
    /// <exception cref="RedisCallException">A field is missing or no number.</exception>
    public static RedisClusterReading Cluster(string endpoint, RedisFields state) => new(
        endpoint,
        state.Text("cluster_state") == "ok",
        (int)state.Number("cluster_slots_assigned"),
        (int)state.Number("cluster_slots_ok"),
        (int)state.Number("cluster_slots_pfail"),
        (int)state.Number("cluster_slots_fail"),
        (int)state.Number("cluster_known_nodes"),
        state.Number("cluster_current_epoch"));

    private static RedisMasterReading MasterOf(RedisFields info, RedisFields? configured, long offset)
    {
        var backlog = new RedisBacklogReading(
            info.Number("repl_backlog_active") == 1,
            info.Number("repl_backlog_size"),
            info.Number("repl_backlog_first_byte_offset"),
            info.Number("repl_backlog_histlen"));
        var replicas = Enumerable.Range(0, (int)info.Number("connected_slaves"))
            .Select(i => info.Parts($"slave{i}")).OfType<RedisFields>().Select(parts => Attached(parts, offset)).ToList();
        return new RedisMasterReading(
            replicas, backlog, (int?)configured?.OptionalNumber("min-replicas-to-write"), configured?.Seconds("min-replicas-max-lag"));
    }

    private static RedisAttachedReplica Attached(RedisFields parts, long masterOffset)
    {
        var (state, offset) = (parts.Text("state"), parts.Number("offset"));
        return new RedisAttachedReplica(
            $"{parts.Text("ip")}:{parts.Text("port")}",
            state,
            offset,
            state == "online" && offset > 0 ? Math.Max(0, masterOffset - offset) : null,
            TimeSpan.FromSeconds(parts.Number("lag")));
    }

    private static RedisReplicaReading ReplicaOf(RedisFields info)
    {
        var copying = info.Number("master_sync_in_progress") == 1;
        return new RedisReplicaReading(
            $"{info.Text("master_host")}:{info.Text("master_port")}",
            info.Text("master_link_status") == "up",
            info.Seconds("master_last_io_seconds_ago"),
            info.Seconds("master_link_down_since_seconds"),
            copying,
            copying && info.OptionalNumber("master_sync_left_bytes") is >= 0 and var left ? left : null,
            info.Number("slave_read_only") == 1);
    }
}
