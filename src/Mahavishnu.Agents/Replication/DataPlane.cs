using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>The stores of data that this agent looks after, for those who decide, act and show. Runs their loops.</summary>
/// <param name="clocks">The clocks of the other agents.</param>
/// <param name="watches">This region's own stores.</param>
/// <param name="primary">The region's right to write; null when no store has one primary.</param>
/// <param name="standby">Whom the region's own server follows; null when no store has one primary.</param>
/// <param name="movers">Who carries out the data steps of sagas.</param>
/// <param name="votes">The votes, which carry every region's lag.</param>
/// <param name="travel">How long a vote may have been under way before it is seen here.</param>
/// <param name="clock">The clock.</param>
internal sealed class DataPlane(
    PeerClocks clocks, IReadOnlyList<StoreWatch> watches, PrimaryLoop? primary, StandbyLoop? standby, IReadOnlyList<IDataMover> movers, VoteLoop votes, TimeSpan travel, AgentClock clock) : BackgroundService
{
    /// <summary>The region's right to write; null when no store has one primary.</summary>
    public PrimaryLoop? Primary => primary;

    /// <summary>What is known of this region's own stores, in the order of the configuration.</summary>
    public IReadOnlyList<StoreView> Views() => [.. watches.Select(static w => w.View())];

    /// <summary>What the vote says of their lag.</summary>
    public IReadOnlyList<LagVote> Said() =>
        [.. Views().SelectMany(static v => v.Lag.Where(static l => l.Value.AtMost is not null).OrderBy(static l => l.Key).Select(l => new LagVote(v.Store, l.Key, l.Value.AtMost!.Value, l.Value.Age) { Position = v.Position }))];

    /// <summary>What the vote says of copies of this region's data that need a full copy.</summary>
    public IReadOnlyList<(string Store, RegionId Target)> Broken() =>
        [.. Views().SelectMany(static v => v.Windows.Where(static w => w is { State: RecoveryState.Lost, Target: not null }).Select(w => (v.Store, w.Target!.Value))).Distinct().Order()];

    /// <summary>The lag of every store from each region to each other, as the votes tell it.</summary>
    public IReadOnlyDictionary<LagLink, LagSample> Lag() => LagVote.In(clock.Now, votes.Latest(), travel);

    /// <summary>The regions whose database accepts writes; null while that is not known.</summary>
    public IReadOnlySet<RegionId>? Writers() => primary?.Writer() is { } writer ? new HashSet<RegionId> { writer } : null;

    /// <summary>Carries out a data step in every kind of store that has something to do in it, all at once.</summary>
    public async Task<(EffectResult Result, string Detail)> RunAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var ended = await Task.WhenAll(movers.Where(m => m.Steps.Contains(record.Step)).Select(m => m.RunAsync(record, cancellationToken)));
        var results = ended.Select(static e => e.Result).ToList();
        return ended.Length == 0 ? (EffectResult.Refused, $"nothing is configured for {record.Step}")
            : (results.Contains(EffectResult.Refused) ? EffectResult.Refused : results.Contains(EffectResult.Unknown) ? EffectResult.Unknown : EffectResult.Done,
                string.Join("; ", ended.Where(e => e.Result != EffectResult.Done || results.TrueForAll(static r => r == EffectResult.Done)).Select(static e => e.Detail)));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        List<BackgroundService> loops = [.. watches];
        if (watches.Count > 0)
        {
            loops.Add(clocks);
        }

        if (primary is not null)
        {
            loops.Add(primary);
        }

        if (standby is not null)
        {
            loops.Add(standby);
        }

        await Task.WhenAll(loops.Select(RunAsync));

        async Task RunAsync(BackgroundService loop)
        {
            await loop.StartAsync(stop.Token);
            try
            {
                await loop.ExecuteTask!;
            }
            catch
            {
                await stop.CancelAsync(); // A bug, which ends the agent: none of the others must go on as if nothing had happened.
                throw;
            }
        }
    }
}
