using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Replication;

/// <summary>What is not as it should be in a region's cluster of OpenSearch.</summary>
internal static class SearchFindings
{
    /// <summary>The findings, the critical first.</summary>
    /// <param name="region">The cluster's name in sentences.</param>
    /// <param name="reading">What it said.</param>
    /// <param name="nodes">How many nodes it should have; null for any number.</param>
    /// <param name="leadsAtHome">Whether the configuration says that it leads.</param>
    /// <param name="beats">Why its heartbeat could not be written or read; null when it was.</param>
    public static IReadOnlyList<StoreFinding> Of(string region, OpenSearchReading reading, int? nodes, bool leadsAtHome, string? beats)
    {
        var findings = new List<StoreFinding>();
        if (reading.Status == "red")
        {
            findings.Add(new StoreFinding("O-01", FindingSeverity.Critical, $"{region}: the cluster is red; a primary shard is missing"));
        }

        if (reading.Nodes < nodes)
        {
            findings.Add(new StoreFinding("O-02", FindingSeverity.Warning, $"{region}: the cluster has {reading.Nodes} nodes; expected {nodes}"));
        }

        if (beats is not null)
        {
            findings.Add(new StoreFinding("O-03", FindingSeverity.Critical, $"heartbeat: {beats}"));
        }

        findings.AddRange(reading.Indices.Select(i => Index(i, leadsAtHome)).OfType<StoreFinding>());
        return [.. findings.OrderByDescending(static f => f.Severity)];
    }

    private static StoreFinding? Index(OpenSearchIndex index, bool leadsAtHome) => index switch
    {
        { Link.State: SearchState.AutoPaused } => new("O-10", FindingSeverity.Critical, $"{index.Name}: its replication paused itself: {index.Link.Reason}"),
        { Link.State: SearchState.Failed } => new("O-11", FindingSeverity.Critical, $"{index.Name}: its replication has failed: {index.Link.Reason}"),
        { Link.State: SearchState.Paused } => new("O-12", FindingSeverity.Warning, $"{index.Name}: its replication is paused: {index.Link.Reason}"),
        { Link.State: SearchState.LeaderUnreachable } => new("O-13", FindingSeverity.Warning, $"{index.Name}: its leader does not answer it"),
        { Exists: true, Link.State: SearchState.NotReplicating, WriteBlocked: true } =>
            new("O-14", FindingSeverity.Critical, $"{index.Name}: it follows nobody and its writes are blocked; a former leader stays so until it is deleted and copied anew"),
        { Exists: true, Link.State: SearchState.NotReplicating } when !leadsAtHome =>
            new("O-15", FindingSeverity.Warning, $"{index.Name}: it takes writes here; expected a follower, except after a failover"),
        { Exists: false } when !leadsAtHome => new("O-16", FindingSeverity.Warning, $"{index.Name}: it is not here; expected a follower of it"),
        _ => null,
    };
}
