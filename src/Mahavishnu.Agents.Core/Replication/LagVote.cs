using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What an agent's vote says of how far its own region is behind another. A lag that it does not know is not in the vote.</summary>
/// <param name="Store">The store of data, e.g. <c>postgresql</c>.</param>
/// <param name="Source">The region that it is behind.</param>
/// <param name="AtMost">The lag as it was read, end to end, with its error.</param>
/// <param name="Age">How long before the vote was written it was read.</param>
public sealed record LagVote(string Store, RegionId Source, TimeSpan AtMost, TimeSpan Age)
{
    /// <summary>
    /// The lag from each region to each other that votes tell of: of several stores the one that is furthest behind, of
    /// several agents of a region the one who read it last. A store of which a region says nothing is unknown, and so is the pair.
    /// </summary>
    /// <param name="now">The reader's monotonic clock.</param>
    /// <param name="votes">Every known vote, fresh or not, with the time since the reader saw it change.</param>
    /// <param name="stores">The stores that count.</param>
    /// <param name="travel">How long a vote may have been under way before the reader saw it.</param>
    public static IReadOnlyDictionary<(RegionId Source, RegionId Target), LagSample> In(TimeSpan now, IEnumerable<(Vote Vote, TimeSpan? Age)> votes, IReadOnlyCollection<string> stores, TimeSpan travel)
    {
        var latest = new Dictionary<(RegionId Source, RegionId Target, string Store), LagSample>();
        foreach (var (vote, age) in votes.Where(static v => v.Age is not null))
        {
            foreach (var said in vote.Lag.Where(l => l.Source != vote.Region && stores.Contains(l.Store)))
            {
                var sample = new LagSample(said.AtMost, now - age!.Value - travel - said.Age);
                var key = (said.Source, vote.Region, said.Store);
                if (!latest.TryGetValue(key, out var other) || other.At < sample.At)
                {
                    latest[key] = sample;
                }
            }
        }

        return latest.GroupBy(static l => (l.Key.Source, l.Key.Target))
            .Where(g => g.Count() == stores.Count)
            .ToDictionary(static g => g.Key, g => g.Select(static l => l.Value).MaxBy(static s => s.Lag - s.At));
    }
}
