namespace Mahavishnu.Agents.Core.Regions;

/// <summary>
/// What this reader has seen of every agent's votes at every store. A vote is fresh while its counter changed, as seen
/// by this reader's own monotonic clock, within the freshness window.
/// </summary>
/// <remarks>
/// A value that is seen for the first time proves nothing: it may be old. Not thread-safe. Feed it every vote that a
/// store lists, and <see cref="Latest"/> says what each agent last said.
/// </remarks>
public sealed class VoteLedger
{
    private readonly Dictionary<(RegionId Store, string Agent), (string Process, long Counter)> _seen = [];
    private readonly Dictionary<string, Entry> _latest = new(StringComparer.Ordinal);

    private sealed record Entry(Vote Vote, TimeSpan? ChangedAt);

    /// <summary>Takes in one vote as one store lists it.</summary>
    public void Observe(TimeSpan now, RegionId store, Vote vote)
    {
        ArgumentNullException.ThrowIfNull(vote);
        var known = _seen.TryGetValue((store, vote.Agent), out var before);
        _seen[(store, vote.Agent)] = (vote.Process, vote.Counter);
        var latest = _latest.GetValueOrDefault(vote.Agent);
        if (latest is null)
        {
            _latest[vote.Agent] = new Entry(vote, null);
        }
        else if (known && Advances(before, vote) && Advances((latest.Vote.Process, latest.Vote.Counter), vote))
        {
            _latest[vote.Agent] = new Entry(vote, now);
        }
    }

    /// <summary>The latest vote of every agent, fresh or not, with the time since it changed; null when it never did.</summary>
    public IReadOnlyList<(Vote Vote, TimeSpan? Age)> Latest(TimeSpan now) =>
        [.. _latest.Values.OrderBy(static e => e.Vote.Agent, StringComparer.Ordinal).Select(e => (e.Vote, now - e.ChangedAt))];

    /// <summary>The votes that are fresh now.</summary>
    public IReadOnlyList<Vote> Fresh(TimeSpan now, TimeSpan window) =>
        [.. Latest(now).Where(e => e.Age is { } age && age <= window).Select(static e => e.Vote)];

    private static bool Advances((string Process, long Counter) before, Vote vote) =>
        vote.Process != before.Process || vote.Counter > before.Counter;
}
