namespace Mahavishnu.Agents.Core.Replication;

/// <summary>How far one shard of a follower has come.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Leader">The last operation that the leader has, from −1; null when it was not told.</param>
/// <param name="Follower">The last operation that the follower has; null when it was not told.</param>
public sealed record SearchShard(int Shard, long? Leader, long? Follower)
{
    /// <summary>Operations that the follower lacks; null when that is not known, or the figures cannot be: a follower is never ahead.</summary>
    public long? Behind => Leader is { } leader && Follower is { } follower && leader >= follower && (Int128)leader - follower <= long.MaxValue ? leader - follower : null;
}

/// <summary>The replication of one index, as read from its follower.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">What the follower gave as the reason; may be empty.</param>
/// <param name="Shards">Each shard's progress; empty when it was not told.</param>
/// <remarks>Source: OpenSearch cross-cluster replication, <c>_status</c>. The sums that it gives would hide one shard that is stuck.</remarks>
public sealed record SearchLink(SearchState State, string Reason, IReadOnlyList<SearchShard> Shards)
{
    /// <summary>The name under which the follower's cluster knows its leader's; null when it was not told.</summary>
    public string? LeaderAlias { get; init; }

    /// <summary>Operations that the index lacks in all; null when that is not known.</summary>
    public long? Behind => Shards.Count == 0 || Shards.Any(static s => s.Behind is null) ? null
        : Shards.Aggregate((Int128)0, static (sum, s) => sum + s.Behind!.Value) is var all && all <= long.MaxValue ? (long)all : null;

    /// <summary>Operations that the shard lacks which lacks most; null when that is not known.</summary>
    public long? WorstShardBehind => Behind is null ? null : Shards.Max(static s => s.Behind);

    /// <summary>What a follower's words mean.</summary>
    /// <param name="status">Its <c>status</c>; null when there is none.</param>
    /// <param name="reason">Its <c>reason</c>.</param>
    /// <param name="shards">The progress of each shard.</param>
    public static SearchLink Of(string? status, string? reason, IReadOnlyList<SearchShard> shards) =>
        new(StateOf(status?.Trim().ToUpperInvariant() ?? "", reason ?? ""), reason ?? "", shards);

    private static SearchState StateOf(string status, string reason) => status switch
    {
        "SYNCING" => SearchState.Syncing,
        "BOOTSTRAPPING" or "BOOTSTRAPING" => SearchState.Bootstrapping,
        "PAUSED" => reason.TrimStart().StartsWith("AutoPaused", StringComparison.OrdinalIgnoreCase) ? SearchState.AutoPaused : SearchState.Paused,
        "FAILED" => SearchState.Failed,
        "STOPPED" => SearchState.Stopping,
        "REPLICATION NOT IN PROGRESS" => SearchState.NotReplicating,
        _ => SearchState.Unknown, // RUNNING too: no shard answered.
    };
}
