using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>The stores of data that this agent looks after, for those who decide, act and show.</summary>
/// <param name="Watch">The region's own server of PostgreSQL; null when it has none.</param>
/// <param name="Primary">The region's right to write; null when every server writes.</param>
/// <param name="Mover">The data steps of sagas; null when every server writes.</param>
/// <param name="Clocks">The clocks of the other agents.</param>
/// <param name="Votes">The votes, which carry every region's lag.</param>
/// <param name="Travel">How long a vote may have been under way before it is seen here.</param>
/// <param name="Clock">The clock.</param>
internal sealed record DataPlane(PostgresWatch? Watch, PrimaryLoop? Primary, PostgresMover? Mover, PeerClocks Clocks, VoteLoop Votes, TimeSpan Travel, AgentClock Clock)
{
    private static readonly string[] Stores = [PostgresWatch.Store];

    /// <summary>The lag from each region to each other, as the votes tell it.</summary>
    public IReadOnlyDictionary<(RegionId Source, RegionId Target), LagSample> Lag() => LagVote.In(Clock.Now, Votes.Latest(), Stores, Travel);

    /// <summary>The regions whose database accepts writes; null while that is not known.</summary>
    public IReadOnlySet<RegionId>? Writers() => Primary?.Writer() is { } writer ? new HashSet<RegionId> { writer } : null;

    /// <summary>Carries out a data step.</summary>
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken) =>
        Mover is null ? (EffectResult.Refused, $"nothing is configured for {record.Step}") : await Mover.RunAsync(record, cancellationToken);
}
