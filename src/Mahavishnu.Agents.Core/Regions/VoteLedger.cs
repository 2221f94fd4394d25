using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Core.Regions;

/// <summary>
/// What this reader has seen of every agent's votes at every store. A vote is fresh while its counter changed, as seen
/// by this reader's own monotonic clock, within the freshness window.
/// </summary>
/// <remarks>
/// A value that is seen for the first time at a store proves nothing: it may be old. So does one that is first seen after
/// this reader looked away for longer than the window. A counter that was seen before, at any store, is never news.
/// Not thread-safe. Feed it every vote that a store lists, changed or not, and <see cref="Latest"/> says what each agent
/// last said.
/// </remarks>
public sealed class VoteLedger
{
    private readonly Dictionary<(RegionId Store, RegionId Region, string Agent), TimeSpan> _lookedAt = [];
    private readonly Dictionary<(RegionId Region, string Agent, string Process), long> _highest = [];
    private readonly Dictionary<(RegionId Region, string Agent), Entry> _latest = [];

    private sealed record Entry(Vote Vote, TimeSpan? ChangedAt, TimeSpan LookedAway);

    /// <summary>Takes in one vote as one store lists it.</summary>
    public void Observe(TimeSpan now, RegionId store, Vote vote)
    {
        ArgumentNullException.ThrowIfNull(vote);
        var known = _lookedAt.TryGetValue((store, vote.Region, vote.Agent), out var lookedAt);
        _lookedAt[(store, vote.Region, vote.Agent)] = now;
        var isNews = vote.Counter > _highest.GetValueOrDefault((vote.Region, vote.Agent, vote.Process));
        if (isNews)
        {
            _highest[(vote.Region, vote.Agent, vote.Process)] = vote.Counter;
        }

        if (known && isNews)
        {
            _latest[(vote.Region, vote.Agent)] = new Entry(vote, now, now - lookedAt);
        }
        else
        {
            _latest.TryAdd((vote.Region, vote.Agent), new Entry(vote, null, TimeSpan.Zero));
        }
    }

    /// <summary>The latest vote of every agent, fresh or not, with the time since it changed; null when it never did.</summary>
    public IReadOnlyList<(Vote Vote, TimeSpan? Age)> Latest(TimeSpan now) =>
        [.. InOrder().Select(e => (e.Vote, now - e.ChangedAt))];

    /// <summary>The votes that are fresh now.</summary>
    public IReadOnlyList<Vote> Fresh(TimeSpan now, TimeSpan window) =>
        [.. InOrder().Where(e => Mutant.Has(Mutation.StaleVoteCounts) || (now - e.ChangedAt <= window && e.LookedAway <= window)).Select(static e => e.Vote)];

    private IEnumerable<Entry> InOrder() =>
        _latest.Values.OrderBy(static e => e.Vote.Region).ThenBy(static e => e.Vote.Agent, StringComparer.Ordinal);
}
