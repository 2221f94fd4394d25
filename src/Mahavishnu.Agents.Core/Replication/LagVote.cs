using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What an agent's vote says of how far its own region is behind another. A lag that it does not know is not in the vote.</summary>
/// <param name="Store">The store of data, e.g. <c>postgresql</c>.</param>
/// <param name="Source">The region that it is behind.</param>
/// <param name="AtMost">The lag as it was read, end to end, with its error.</param>
/// <param name="Age">How long before the vote was written it was read.</param>
public sealed record LagVote(string Store, RegionId Source, TimeSpan AtMost, TimeSpan Age)
{
    /// <summary>How much of the source's log is here, in units of the store; null when it does not tell.</summary>
    public long? Position { get; init; }

    /// <summary>The lag of each link that votes tell of: of several agents of a region the one who read it last.</summary>
    /// <param name="now">The reader's monotonic clock.</param>
    /// <param name="votes">Every known vote, fresh or not, with the time since the reader saw it change.</param>
    /// <param name="travel">How long a vote may have been under way before the reader saw it.</param>
    public static IReadOnlyDictionary<LagLink, LagSample> In(TimeSpan now, IEnumerable<(Vote Vote, TimeSpan? Age)> votes, TimeSpan travel)
    {
        ArgumentNullException.ThrowIfNull(votes);
        var latest = new Dictionary<LagLink, LagSample>();
        foreach (var (vote, age) in votes.Where(static v => v.Age is not null))
        {
            foreach (var said in vote.Lag.Where(l => l.Source != vote.Region))
            {
                var sample = new LagSample(said.AtMost, now - age!.Value - travel - said.Age, said.Position);
                var link = new LagLink(said.Source, vote.Region, said.Store);
                if (!latest.TryGetValue(link, out var other) || other.At < sample.At)
                {
                    latest[link] = sample;
                }
            }
        }

        return latest;
    }
}
