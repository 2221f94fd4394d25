using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>What a cluster says of itself and of the indices that it was asked for.</summary>
/// <param name="Status"><c>green</c>, <c>yellow</c> or <c>red</c>.</param>
/// <param name="Nodes">How many nodes it has.</param>
/// <param name="Indices">The indices, in the order asked.</param>
/// <param name="Bootstrapping">How many of its followers still copy their leader, told without asking the leader; null when it does not tell.</param>
/// <param name="Remotes">The other clusters that it knows by name, and whether it is connected to them.</param>
public sealed record OpenSearchReading(
    string Status, int Nodes, IReadOnlyList<OpenSearchIndex> Indices, int? Bootstrapping, IReadOnlyDictionary<string, bool> Remotes);

/// <summary>One index of a cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Link">Its replication.</param>
/// <param name="Exists">Whether it is there.</param>
/// <param name="WriteBlocked">Whether writes to it are blocked by its own setting; the block of a follower is another.</param>
public sealed record OpenSearchIndex(string Name, SearchLink Link, bool Exists, bool WriteBlocked);

/// <summary>A heartbeat of a region.</summary>
/// <param name="Region">The region whose agent wrote it.</param>
/// <param name="Beat">The heartbeat.</param>
public sealed record OpenSearchBeat(string Region, StoredHeartbeat Beat);

/// <summary>How much an index holds, for the comparison with the index of the same name in another cluster.</summary>
/// <param name="Documents">How many documents it has.</param>
/// <param name="MaxSequence">The sum of the last operation of each of its primary shards.</param>
/// <param name="Sample">The ids of some of its documents.</param>
public sealed record OpenSearchContent(long Documents, long MaxSequence, IReadOnlyList<string> Sample);

/// <summary>A rule by which a cluster begins to follow indices that appear in another.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pattern">The pattern of the leader's indices.</param>
public sealed record OpenSearchRule(string Name, string Pattern);
