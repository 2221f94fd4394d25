using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Looks at the region's own cluster of OpenSearch, writes its heartbeat if it leads, and judges how far it is behind its leader: by
/// the heartbeat that has arrived, and for every shard by when the leader was last seen where the follower is now.
/// </summary>
internal sealed class SearchWatch : StoreWatch
{
    private static readonly StoreGauge Behind = new("opensearch_operations_behind", "Operations that this region's copy of an index lacks. Absent when that is not known, and in a leader.", "index");
    private static readonly StoreGauge ShardBehind = new("opensearch_shard_operations_behind", "Operations that the shard lacks which lacks most.", "index");
    private static readonly StoreGauge Following = new("opensearch_following", "1 while this region's copy of an index follows its leader, 0 while it is meant to and does not. Absent in a leader.", "index");

    private readonly RegionId _region;
    private readonly SearchOptions _options;
    private readonly OpenSearchNode _node;
    private readonly string _process;
    private readonly Func<string, PeerClock?> _clockOf;
    private readonly TimeSpan _freshness;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<RegionId, HeartbeatTrack> _tracks = [];
    private readonly Dictionary<(string Index, int Shard), CheckpointTrack> _shards = [];
    private readonly Dictionary<string, TimeSpan> _stoppedSince = new(StringComparer.Ordinal);
    private Seen _seen = new(null, null, "not asked yet", null);
    private RegionId? _leader;
    private long _sequence;

    /// <summary>Prepares the loop.</summary>
    /// <param name="region">The region of the cluster, and of this agent.</param>
    /// <param name="options">The indices and the intervals.</param>
    /// <param name="node">The cluster, with connections of its own.</param>
    /// <param name="process">This process, as its votes name it.</param>
    /// <param name="clockOf">The clock of a process.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="freshness">How long a reading counts.</param>
    /// <param name="logger">Where changes are told.</param>
    public SearchWatch(RegionId region, SearchOptions options, OpenSearchNode node, string process, Func<string, PeerClock?> clockOf, AgentClock clock, TimeSpan freshness, ILogger<SearchWatch> logger)
        : base(StoreNames.OpenSearch, options.Interval, clock, logger) =>
        (_region, _options, _node, _process, _clockOf, _freshness) = (region, options, node, process, clockOf, freshness);

    private int? ExpectedNodes => _options.LeaderCluster.Region == _region ? _options.LeaderCluster.Nodes : _options.FollowerClusters.FirstOrDefault(f => f.Region == _region)?.Nodes;

    /// <inheritdoc />
    public override StoreView View()
    {
        var seen = Volatile.Read(ref _seen);
        return new StoreView(Store, Clock.Now - seen.At, seen.Problem, Document(seen.Reading))
        {
            Lag = Lag(seen),
            Windows = Windows(seen),
            Findings = seen.Reading is null ? [] : SearchFindings.Of(_region.Value, seen.Reading, ExpectedNodes, _options.LeaderCluster.Region == _region, seen.Beats),
            Values = [.. (seen.Reading?.Indices ?? []).Where(static i => i is { Exists: true, Link.State: not SearchState.NotReplicating }).SelectMany(static i => Values(i))],
        };
    }

    /// <inheritdoc />
    protected override async Task LookAsync(CancellationToken cancellationToken)
    {
        var at = Clock.Now;
        var answer = await _node.ReadAsync(_options.Replicated, _options.Timeout, cancellationToken);
        var reading = (answer as DataAnswer<OpenSearchReading>.Ok)?.Value;
        if (reading is not null)
        {
            Follow(at, reading.Indices);
        }

        var beats = reading is null ? null : await BeatOrReadAsync(at, reading, cancellationToken);
        Volatile.Write(ref _seen, new Seen(at, reading, answer.Problem, beats));
    }

    private static bool TakesWrites(OpenSearchIndex index) => index is { Exists: true, WriteBlocked: false, Link.State: SearchState.NotReplicating };

    /// <summary>Writes the heartbeat of a leader, or reads that of the leader in a follower.</summary>
    /// <returns>Why not; null when it was.</returns>
    private async Task<string?> BeatOrReadAsync(TimeSpan at, OpenSearchReading reading, CancellationToken cancellationToken)
    {
        var index = reading.Indices.First(i => i.Name == _options.HeartbeatIndex);

        // Where nothing else leads it must not be made: an index of its own keeps it from following.
        if (index.Exists ? TakesWrites(index) : reading.Indices.Any(TakesWrites))
        {
            lock (_gate)
            {
                _tracks.Clear();
            }

            // Stamped before it is sent: what was acknowledged before the stamp lies before the heartbeat.
            return (await _node.BeatAsync(new StoredHeartbeat(_process, ++_sequence, Clock.Wall), _options.Timeout, cancellationToken)).Problem;
        }

        if (index is not { Exists: true, Link.State: not SearchState.NotReplicating })
        {
            return null;
        }

        var from = _leader is { } leader ? [leader] : _options.Clusters.Select(static c => c.Region).Where(r => r != _region);
        var answer = await _node.ReadBeatsAsync(from, _options.Timeout, cancellationToken);
        if (answer is DataAnswer<IReadOnlyList<OpenSearchBeat>>.Ok { Value: var beats })
        {
            lock (_gate)
            {
                foreach (var beat in beats)
                {
                    var source = new RegionId(beat.Region);
                    if (!_tracks.TryGetValue(source, out var track))
                    {
                        _tracks[source] = track = new HeartbeatTrack(_options.Interval, _freshness);
                    }

                    track.Observe(at, beat.Beat, _clockOf(beat.Beat.Process));
                }
            }
        }

        return answer.Problem;
    }

    private void Follow(TimeSpan at, IReadOnlyList<OpenSearchIndex> indices)
    {
        lock (_gate)
        {
            foreach (var (name, link) in indices.Select(static i => (i.Name, i.Link)))
            {
                if (link.State is SearchState.Syncing or SearchState.Bootstrapping or SearchState.NotReplicating)
                {
                    _stoppedSince.Remove(name);
                }
                else
                {
                    _stoppedSince.TryAdd(name, at);
                }

                foreach (var shard in link.Shards.Where(static s => s.Behind is not null))
                {
                    if (!_shards.TryGetValue((name, shard.Shard), out var track))
                    {
                        _shards[(name, shard.Shard)] = track = new CheckpointTrack();
                    }

                    track.Observe(at, shard.Leader!.Value, shard.Follower!.Value);
                }

                if (link is { State: not SearchState.NotReplicating, LeaderAlias: { } alias } && _options.Clusters.Where(c => _options.AliasOf(c.Region) == alias).ToList() is [var leader])
                {
                    if (_leader is { } before && before != leader.Region)
                    {
                        _tracks.Clear();
                        _shards.Clear();
                    }

                    _leader = leader.Region;
                }
            }
        }
    }

    /// <summary>The lag behind the leader. A heartbeat stands only for indices that follow as it does.</summary>
    private Dictionary<RegionId, LagReading> Lag(Seen seen)
    {
        var followers = (seen.Reading?.Indices ?? []).Where(static i => i is { Exists: true, Link.State: not SearchState.NotReplicating }).ToList();
        var stopped = followers.FirstOrDefault(static i => i.Link.State is not (SearchState.Syncing or SearchState.LeaderUnreachable));
        lock (_gate)
        {
            return _tracks.ToDictionary(static t => t.Key, t =>
            {
                var judged = t.Value.Judge(Clock.Now);
                if (judged.AtMost is not { } atMost)
                {
                    return judged;
                }

                var positions = followers.SelectMany(f => _shards.Where(s => s.Key.Index == f.Name)).Select(s => s.Value.AtMost(Clock.Now)).ToList();
                return seen.Reading is null ? judged with { AtMost = null, State = LagState.Unknown, Reason = seen.Problem! }
                    : stopped is not null ? judged with { AtMost = null, State = LagState.Unknown, Reason = $"{stopped.Name} is {stopped.Link.State}" }
                    : positions.Contains(null) ? judged with { AtMost = null, State = LagState.Unknown, Reason = "a shard was not yet seen to have caught up" }
                    : judged with { AtMost = positions.Append(atMost).Max() };
            });
        }
    }

    private List<RecoveryWindow> Windows(Seen seen)
    {
        lock (_gate)
        {
            return [.. (seen.Reading?.Indices ?? []).Where(static i => i is { Exists: true, Link.State: not SearchState.NotReplicating }).Select(i => TimeToIrrecoverable.ForSearchLease(
                i.Name, i.Link.State, i.Link.Reason, _stoppedSince.TryGetValue(i.Name, out var since) ? Clock.Now - since : null, _options.RetentionLease))];
        }
    }

    private static IEnumerable<StoreValue> Values(OpenSearchIndex index)
    {
        yield return Following.Of(index.Link.State == SearchState.Syncing ? 1 : 0, index.Name);
        if (index.Link is { Behind: { } behind, WorstShardBehind: { } worst })
        {
            yield return Behind.Of(behind, index.Name);
            yield return ShardBehind.Of(worst, index.Name);
        }
    }

    private static object Document(OpenSearchReading? reading) => new
    {
        health = reading?.Status,
        nodes = reading?.Nodes,
        indices = reading?.Indices.Select(static i => new
        {
            name = i.Name,
            exists = i.Exists,
            state = i.Link.State.ToString(),
            reason = i.Link.Reason,
            leader = i.Link.LeaderAlias,
            operationsBehind = i.Link.Behind,
            worstShardBehind = i.Link.WorstShardBehind,
            writesBlocked = i.WriteBlocked,
        }),
        remotes = reading?.Remotes.OrderBy(static r => r.Key, StringComparer.Ordinal).Select(static r => new { name = r.Key, connected = r.Value }),
    };

    /// <summary>What was last seen.</summary>
    /// <param name="At">When the read began, on the monotonic clock; null before the first.</param>
    /// <param name="Reading">What the cluster said; null while it does not answer.</param>
    /// <param name="Problem">Why not; null when it did.</param>
    /// <param name="Beats">Why the heartbeat could not be written or read; null when it was.</param>
    private sealed record Seen(TimeSpan? At, OpenSearchReading? Reading, string? Problem, string? Beats);
}
