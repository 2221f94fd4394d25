using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>
/// The databases, and the effects of the data steps upon them. A region writes a dataset only while a majority of the stores
/// named it within the proof time; a leader revokes that, waits it out unless the old region confirms, and only then promotes.
/// </summary>
/// <remarks>
/// Source: the protocol's section on the data plane's own lease. The databases and this driver of them are the simulation's;
/// what decides about the steps is production's.
/// </remarks>
internal sealed class DataPlane
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly SimulationWorld _world;
    private readonly SortedDictionary<RegionId, SimulatedDatabase> _databases = [];
    private readonly Dictionary<(RegionId Source, RegionId Target), (TimeSpan Lag, TimeSpan At)> _lag = [];

    public DataPlane(SimulationWorld world, IReadOnlyDictionary<RegionId, int> ends)
    {
        _world = world;
        var home = world.Home.Audiences.ToList();
        foreach (var (region, end) in ends)
        {
            _databases[region] = new SimulatedDatabase(region, end, home);
        }

        if (!world.Shape.HasData)
        {
            return;
        }

        foreach (var dataset in home)
        {
            _databases[dataset][dataset].Promoted = true;
            foreach (var store in world.Stores)
            {
                store.Store.FirstPrimary(dataset);
            }
        }

        world.Queue.After(Beat, Turn);
    }

    /// <summary>V_p: how long a proof of the right to write holds, from its sending.</summary>
    private TimeSpan ProofTime => _world.Shape.Timing.Validity;

    /// <summary>W_p: the wait after a revocation; the fence of a region that cannot prove is immediate here, so V_p with drift and slack.</summary>
    private TimeSpan RevocationWait => _world.Shape.Timing.WaitOut;

    /// <summary>Makes a lie of what each lag probe says.</summary>
    public Func<LagSample, LagSample?> Lie { get; set; } = static sample => sample;

    /// <summary>The lag from every region to every other, as an agent knows it whose clock is at <paramref name="clock"/>.</summary>
    public IReadOnlyDictionary<LagLink, LagSample> LagSeenAt(TimeSpan clock) =>
        _lag.Select(l => (Key: new LagLink(l.Key.Source, l.Key.Target, StoreNames.Postgresql), Sample: Lie(new LagSample(l.Value.Lag, clock - (_world.Now - l.Value.At)))))
            .Where(static l => l.Sample is not null)
            .ToDictionary(static l => l.Key, static l => l.Sample!.Value);

    /// <summary>Who may write a dataset, by the newest claim at any store; null when none has one.</summary>
    public RegionId? WriterOf(RegionId dataset) =>
        _world.Stores.Select(s => s.Store.Primaries.GetValueOrDefault(dataset)).OfType<PrimaryClaim>().MaxBy(static c => c.Token)?.Region;

    /// <summary>Carries out a data step.</summary>
    public void Run(SimulatedAgent agent, JournalRecord record, Action<EffectResult, string> done)
    {
        switch (record.Step)
        {
            case SagaStep.FenceSource:
                Fence(agent, record, done);
                break;
            case SagaStep.CatchUp:
                CatchUp(agent, record, done);
                break;
            case SagaStep.PromoteDatabase:
                Promote(agent, record, done);
                break;
            case SagaStep.SyncData:
                // The dataset goes home first: its own fence, then the copy catches up and is promoted.
                Fence(agent, record, (result, detail) =>
                {
                    if (result == EffectResult.Done)
                    {
                        CatchUp(agent, record, (caught, why) => After(caught, why, () => Promote(agent, record, done), done));
                    }
                    else
                    {
                        done(result, detail);
                    }
                });
                break;
            default:
                done(EffectResult.Done, "there is no search index here");
                break;
        }
    }

    /// <summary>The fencing token of a step: one term may move a dataset more than once.</summary>
    private static long TokenOf(JournalRecord record) => (record.Epoch << 32) + record.Sequence;

    private static void After(EffectResult result, string detail, Action next, Action<EffectResult, string> done)
    {
        if (result == EffectResult.Done)
        {
            next();
        }
        else
        {
            done(result, detail);
        }
    }

    /// <summary>Takes the right to write from the source, of those datasets that it writes; the others stay where they are.</summary>
    private void Fence(SimulatedAgent agent, JournalRecord record, Action<EffectResult, string> done) => Claims(agent, record, done, claims =>
    {
        var moving = record.Audiences.Where(d => claims[d].Region == record.Source || claims[d].Region == record.Target).ToList();
        if (moving.Count == 0)
        {
            done(EffectResult.Done, "the source writes none of the datasets");
        }
        else
        {
            Revoke(agent, record, moving, done);
        }
    });

    private void Revoke(SimulatedAgent agent, JournalRecord record, List<RegionId> moving, Action<EffectResult, string> done)
    {
        var token = TokenOf(record);
        var (acknowledged, ended) = (0, false);
        foreach (var store in _world.Stores)
        {
            _world.Network.Call(agent.End, store.End, _world.Shape.Timing.RequestTimeout, () => moving.All(d => store.Store.PutPrimary(d, new PrimaryClaim(record.Target, record.Epoch, token))) ? "ok" : "no", (answer, _) =>
            {
                acknowledged += answer == "ok" ? 1 : 0;
                if (answer == "ok" && acknowledged == _world.Majority)
                {
                    AskSourceToFence();
                }
            });
        }

        _world.Queue.After((_world.Shape.Timing.RequestTimeout * 2) + RevocationWait, () => End(EffectResult.Unknown, "the right to write was not revoked at a majority"));

        void AskSourceToFence()
        {
            _world.Queue.After(RevocationWait, () => End(EffectResult.Done, "waited out"));
            _world.Network.Call(agent.End, _databases[record.Source].End, _world.Shape.Timing.RequestTimeout, () => moving.All(d => _databases[record.Source][d].Fence(token)) ? "ok" : "no", (answer, _) =>
            {
                if (answer is not null)
                {
                    End(answer == "ok" ? EffectResult.Done : EffectResult.Refused, $"the source says {answer}");
                }
            });
        }

        void End(EffectResult result, string detail)
        {
            if (!ended)
            {
                ended = true;
                done(result, detail);
            }
        }
    }

    /// <summary>Who may write each dataset of a record, as a majority of the stores says: the claim with the greatest token. A store that lost its data says nothing.</summary>
    private void Claims(SimulatedAgent agent, JournalRecord record, Action<EffectResult, string> done, Action<IReadOnlyDictionary<RegionId, PrimaryClaim>> then)
    {
        var answers = new List<IReadOnlyDictionary<RegionId, PrimaryClaim>>();
        var ended = false;
        foreach (var store in _world.Stores)
        {
            _world.Network.Call(agent.End, store.End, _world.Shape.Timing.RequestTimeout, () => store.ReadPrimaries(record.Audiences), (claims, _) =>
            {
                if (claims is null || ended)
                {
                    return;
                }

                answers.Add(claims);
                if (answers.Count == _world.Majority)
                {
                    ended = true;
                    then(record.Audiences.ToDictionary(static d => d, d => answers.Select(a => a[d]).MaxBy(static c => c.Token)!));
                }
            });
        }

        _world.Queue.After(_world.Shape.Timing.RequestTimeout * 2, () =>
        {
            if (!ended)
            {
                ended = true;
                done(EffectResult.Unknown, "a majority of the stores does not say who may write");
            }
        });
    }

    private void CatchUp(SimulatedAgent agent, JournalRecord record, Action<EffectResult, string> done) =>
        _world.Network.Call(
            agent.End,
            _databases[record.Target].End,
            _world.Shape.Timing.EffectDeadline,
            () => record.Audiences.All(d => _databases[record.Target][d].Position >= _databases[record.Source][d].Position) ? "so" : "not so",
            (answer, _) => done(answer == "so" ? EffectResult.Done : EffectResult.Unknown, "the target is behind"));

    private void Promote(SimulatedAgent agent, JournalRecord record, Action<EffectResult, string> done) => Claims(agent, record, done, claims =>
    {
        var mine = record.Audiences.Where(d => claims[d].Region == record.Target).ToList();
        _world.Network.Call(
            agent.End,
            _databases[record.Target].End,
            _world.Shape.Timing.EffectDeadline,
            () =>
            {
                var ok = mine.All(d => _databases[record.Target][d].Promote(TokenOf(record)));
                if (ok && mine.Count > 0)
                {
                    _world.Judge.OnPromoted(record, mine.Max(d => _databases[record.Source][d].Position - _databases[record.Target][d].Position));
                }

                return ok ? "ok" : "no";
            },
            (answer, _) => done(answer switch { "ok" => EffectResult.Done, "no" => EffectResult.Refused, _ => EffectResult.Unknown }, $"the target says {answer ?? "nothing"}"),
            withdrawn: true);
    });

    /// <summary>Users write, copies follow, and each region asks whether it may still write.</summary>
    private void Turn()
    {
        foreach (var dataset in _world.Home.Audiences)
        {
            foreach (var database in _databases.Values)
            {
                Prove(database, dataset);
                var copy = database[dataset];
                if (copy.Promoted && _world.Network.IsUp(database.End) && MayWrite(database, dataset))
                {
                    copy.Position++;
                    _world.Judge.OnWritten(dataset, database.Region, copy.Authority);
                }
            }

            Replicate(dataset);
        }

        _world.Queue.After(Beat, Turn);
    }

    private void Prove(SimulatedDatabase database, RegionId dataset)
    {
        if (_world.LivingAgentIn(database.Region) is not { } agent)
        {
            return;
        }

        var sentAt = _world.Now;
        foreach (var store in _world.Stores)
        {
            _world.Network.Call(agent.End, store.End, _world.Shape.Timing.RequestTimeout, () => store.ReadPrimary(dataset), (claim, _) =>
            {
                if (claim?.Region == database.Region && claim.Token <= database[dataset].Authority)
                {
                    database.Proofs[(dataset, store.Store.Region)] = sentAt;
                }
                else if (claim is not null)
                {
                    database.Proofs.Remove((dataset, store.Store.Region));
                }
            });
        }
    }

    private bool MayWrite(SimulatedDatabase database, RegionId dataset) =>
        _world.Stores.Count(s => database.Proofs.TryGetValue((dataset, s.Store.Region), out var at) && _world.Now - at < ProofTime) >= _world.Majority;

    private void Replicate(RegionId dataset)
    {
        foreach (var source in _databases.Values)
        {
            foreach (var target in _databases.Values.Where(t => t != source && _world.Network.IsUp(t.End) && _world.Network.IsUp(source.End) && _world.Network.Connected(source.End, t.End)))
            {
                target[dataset].Position = Math.Max(target[dataset].Position, source[dataset].Position - _world.Random.Next(2));
                _lag[(source.Region, target.Region)] = (Beat * (source[dataset].Position - target[dataset].Position), _world.Now);
            }
        }
    }
}
