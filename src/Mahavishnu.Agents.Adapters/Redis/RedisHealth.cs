using Mahavishnu.Agents.Core.Replication;
using static Mahavishnu.Agents.Core.Replication.FindingSeverity;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>Compares what a region's Redis is with what it should be.</summary>
public static class RedisHealth
{
    /// <summary>Everything that is not as it should be, the critical first, then by rule and server.</summary>
    public static IReadOnlyList<StoreFinding> Findings(RedisReading reading, RedisExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(expected);
        return
        [
            .. OfWhole(reading, expected).Concat(reading.Cluster is { } cluster ? OfCluster(reading, cluster) : []).Concat(reading.Servers.SelectMany(server => OfServer(server, expected)))
                .OrderByDescending(static f => f.Severity).ThenBy(static f => f.Rule, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<StoreFinding> OfWhole(RedisReading reading, RedisExpectation expected)
    {
        var masters = reading.Servers.Count(static s => s.Role == RedisRole.Master);
        foreach (var silent in reading.Silent)
        {
            yield return new("R-01", Critical, silent.Problem);
        }

        if (reading.Mode != expected.Mode)
        {
            yield return new("R-02", Warning, $"Redis is run as {reading.Mode}; {expected.Mode} is configured.");
        }

        if (reading.Mode == RedisMode.Standalone && masters > 1)
        {
            yield return new("R-03", Critical, $"{masters} servers are masters, and each takes writes that the others never get: {string.Join(", ", reading.Servers.Where(static s => s.Role == RedisRole.Master).Select(static s => s.Endpoint))}.");
        }
    }

    private static IEnumerable<StoreFinding> OfCluster(RedisReading reading, RedisClusterReading cluster)
    {
        if (!cluster.Serves)
        {
            yield return new("R-04", Critical, $"{cluster.SeenBy}: the Cluster is not able to serve (cluster_state is not ok).");
        }

        if (cluster.SlotsOk < RedisClusterReading.SlotCount)
        {
            yield return new("R-05", Critical, $"{cluster.SeenBy}: {cluster.SlotsOk} of {RedisClusterReading.SlotCount} slots are covered; {cluster.SlotsSuspected} are suspected, {cluster.SlotsFailed} have failed and {RedisClusterReading.SlotCount - cluster.SlotsAssigned} are nobody's.");
        }

        if (cluster.KnownNodes > reading.Servers.Count + reading.Silent.Count)
        {
            yield return new("R-06", Warning, $"{cluster.SeenBy}: the Cluster has {cluster.KnownNodes} servers, of which {reading.Servers.Count + reading.Silent.Count} were asked; the others are not known here yet.");
        }
    }

    private static IEnumerable<StoreFinding> OfServer(RedisServerReading server, RedisExpectation expected) =>
        OfData(server, expected).Concat(server.Master is { } master ? OfMaster(server.Endpoint, master, expected) : [])
            .Concat(server.Replica is { } replica ? OfReplica(server.Endpoint, replica, expected) : []);

    private static IEnumerable<StoreFinding> OfMaster(string endpoint, RedisMasterReading master, RedisExpectation expected)
    {
        var online = master.Replicas.Count(static r => r.State == "online");
        // A Cluster's master without slots is a spare one; Redis gives it no replica, and R-05 tells when slots are missing.
        if (online < expected.ReplicasPerMaster)
        {
            yield return new("R-10", online == 0 ? Critical : Warning, $"{endpoint}: {online} replicas are online; {expected.ReplicasPerMaster} are configured.");
        }

        if (master.MinReplicas > online)
        {
            yield return new("R-11", Critical, $"{endpoint}: refuses writes: {online} replicas are online and min-replicas-to-write is {master.MinReplicas}; it is fenced or has lost replicas.");
        }

        foreach (var replica in master.Replicas)
        {
            if (replica.BytesBehind > expected.MaxBytesBehind)
            {
                yield return new("R-12", Warning, $"{replica.Endpoint}: is {replica.BytesBehind} bytes behind {endpoint}; at most {expected.MaxBytesBehind} are expected.");
            }

            if (replica.State == "online" && replica.SinceAck > expected.MaxSilence)
            {
                yield return new("R-13", Warning, $"{replica.Endpoint}: acknowledged to {endpoint} {replica.SinceAck.TotalSeconds} s ago; at most {expected.MaxSilence.TotalSeconds} s are expected. It may be frozen.");
            }
        }
    }

    private static IEnumerable<StoreFinding> OfReplica(string endpoint, RedisReplicaReading replica, RedisExpectation expected)
    {
        if (replica.SyncInProgress)
        {
            yield return new("R-20", Warning, $"{endpoint}: is receiving a full copy of {replica.MasterEndpoint}{(replica.SyncBytesLeft is { } left ? $"; {left} bytes are left" : "")}.");
        }
        else if (!replica.LinkUp)
        {
            yield return new("R-21", Critical, $"{endpoint}: the link to its master {replica.MasterEndpoint} is down{(replica.LinkDownFor is { } down ? $" since {down.TotalSeconds} s" : "")}.");
        }
        else if (replica.SinceIo > expected.MaxSilence)
        {
            yield return new("R-22", Warning, $"{endpoint}: last heard of its master {replica.MasterEndpoint} {replica.SinceIo.Value.TotalSeconds} s ago; at most {expected.MaxSilence.TotalSeconds} s are expected.");
        }

        if (!replica.ReadOnly)
        {
            yield return new("R-23", Critical, $"{endpoint}: is a replica that accepts writes, and loses them; set replica-read-only.");
        }
    }

    private static IEnumerable<StoreFinding> OfData(RedisServerReading server, RedisExpectation expected)
    {
        var (endpoint, memory, persistence) = (server.Endpoint, server.Memory, server.Persistence);
        if (memory.Policy != expected.Policy)
        {
            yield return new("R-30", Warning, $"{endpoint}: the eviction policy is {memory.Policy}; {expected.Policy} is configured.");
        }

        if (memory.MaxBytes == 0 || (expected.MaxMemoryBytes is { } max && max != memory.MaxBytes))
        {
            yield return new("R-31", Warning, $"{endpoint}: maxmemory is {(memory.MaxBytes == 0 ? "not set" : memory.MaxBytes)}; {(object?)expected.MaxMemoryBytes ?? "a limit"} is configured.");
        }

        if (expected.HoldsSessions && memory.Policy.StartsWith("allkeys-", StringComparison.Ordinal))
        {
            yield return new("R-32", Critical, $"{endpoint}: the eviction policy {memory.Policy} may throw out sessions, and the agent's fencing token; use noeviction or a volatile one, or another Redis for sessions.");
        }

        if (expected.HoldsSessions && server.EvictedKeys > 0)
        {
            yield return new("R-33", Warning, $"{endpoint}: has evicted {server.EvictedKeys} keys since it started; sessions may be among them.");
        }

        if (!persistence.LastSnapshotOk)
        {
            yield return new("R-40", Critical, $"{endpoint}: the last snapshot (RDB) could not be written; free its disk.");
        }

        if (!persistence.LastAppendOk)
        {
            yield return new("R-41", Critical, $"{endpoint}: the last write to the append-only file failed; free its disk.");
        }

        if (persistence.AppendOnly != expected.AppendOnly)
        {
            yield return new("R-42", Warning, $"{endpoint}: the append-only file is {(persistence.AppendOnly ? "on" : "off")}; {(expected.AppendOnly ? "on" : "off")} is configured.");
        }

        if (persistence.Loading)
        {
            yield return new("R-43", Warning, $"{endpoint}: is loading its data and serves nothing yet.");
        }
    }
}
