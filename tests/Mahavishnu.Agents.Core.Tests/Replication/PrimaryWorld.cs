using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Tests.Replication;

/// <summary>A mistake that the world makes throughout, to see that it is found.</summary>
internal enum PrimaryMistake
{
    None = 0,

    /// <summary>A leader waits only as long as a proof counts, and not for the fence.</summary>
    ShortWait,

    /// <summary>A proof counts from its answer.</summary>
    ProofFromAnswer,

    /// <summary>A leader takes a claim at one store for one at a majority.</summary>
    ClaimAtOneStore,

    /// <summary>A leader does not wait for a claim under which no proof stands yet.</summary>
    NewClaimForgotten,

    /// <summary>A guard opens its database as soon as its region is named.</summary>
    OpenWhenNamed,
}

/// <summary>
/// Three stores, three regions with a database and two agents that guard it, and leaders, one at a time, that move the right to write: messages
/// are lost and late, agents are cut off from the stores or die, and now and then another leader begins that knows nothing.
/// </summary>
internal sealed partial class PrimaryWorld(int seed, PrimaryMistake mistake)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);
    private static readonly PrimaryTiming Timing = PrimaryTiming.Fast;
    private static readonly RegionId[] Names = [new("a"), new("b"), new("c")];

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Action, (TimeSpan, long)> _queue = new();
    private readonly Store[] _stores = [.. Names.Select(static n => new Store(n))];
    private Region[] _regions = [];
    private SeenProofs _seen = new();
    private TimeSpan _now;
    private long _events;
    private long _token;
    private long _counter;

    private sealed class Store(RegionId name)
    {
        public RegionId Name { get; } = name;

        public PrimaryClaim? Claim { get; set; }

        public string? Proof { get; set; }
    }

    private sealed class Region(int index)
    {
        public int Index { get; } = index;

        public List<Agent> Agents { get; } = [];

        public GuardedDatabase Database { get; set; } = new(false, false, 0);

        public bool TakesWrites => Database is { Writable: true, Fenced: false };
    }

    private sealed class Agent(Region region, string name, PrimaryGuard guard)
    {
        public Region Region { get; } = region;

        public string Name { get; } = name;

        public PrimaryGuard Guard { get; } = guard;

        public bool Cut { get; set; }

        public bool Dead { get; set; }
    }

    /// <summary>How often the right was moved to another region.</summary>
    public int Moves { get; private set; }

    /// <summary>Runs it; the time at which two regions took writes at once, or null.</summary>
    public TimeSpan? Run(TimeSpan time)
    {
        var first = new PrimaryClaim(Names[0], 1, PrimaryClaim.TokenOf(1, 0));
        _token = first.Token;
        _regions = [.. Names.Select(static (_, i) => new Region(i))];
        foreach (var (region, n) in _regions.SelectMany(static r => new[] { (r, 1), (r, 2) }))
        {
            Start(region, FormattableString.Invariant($"{Names[region.Index]}-{n}"));
        }

        _regions[0].Database = new GuardedDatabase(true, false, first.Token);
        foreach (var store in _stores)
        {
            store.Claim = first;
            Every(Heartbeat, () => Watch(store));
        }

        Every(TimeSpan.FromSeconds(1), Disturb);
        Every(TimeSpan.FromSeconds(7), () => _seen = _random.Next(3) == 0 ? new SeenProofs() : _seen);
        At(TimeSpan.FromSeconds(3), Lead);
        while (_queue.TryDequeue(out var action, out var at) && at.Item1 < time)
        {
            _now = at.Item1;
            action();
            if (_regions.Count(static r => r.TakesWrites) > 1)
            {
                return _now;
            }
        }

        return null;
    }

    private void Start(Region region, string name)
    {
        var agent = new Agent(region, name, new PrimaryGuard(Names[region.Index], name, 3, Timing, _now));
        region.Agents.Add(agent);
        foreach (var store in _stores)
        {
            Every(Heartbeat, () => Ask(agent, store));
        }

        Every(Heartbeat / 5, () => Guard(agent));
        Every(Heartbeat * 2, () => Beat(agent));
    }

    /// <summary>Cuts an agent off from the stores or ends that, or kills it and starts another, so that one of each region lives.</summary>
    private void Disturb()
    {
        var region = _regions[_random.Next(3)];
        var agent = region.Agents[_random.Next(2)];
        if (_random.Next(4) > 0)
        {
            agent.Cut ^= _random.Next(2) == 0;
        }
        else
        {
            agent.Dead = true;
            region.Agents.Remove(agent);
            Start(region, FormattableString.Invariant($"{Names[region.Index]}-{++_counter}"));
        }
    }

    private void Beat(Agent agent)
    {
        if (!agent.Dead && agent.Guard.MayBeat(_now) && agent.Region.Database.Writable)
        {
            agent.Region.Database = agent.Region.Database with { Beat = new RegionBeat(agent.Name, ++_counter) };
        }
    }

    private void At(TimeSpan after, Action action) => _queue.Enqueue(action, (_now + after, ++_events));

    private void Every(TimeSpan interval, Action action)
    {
        At(interval * _random.NextDouble(), Turn);

        void Turn()
        {
            action();
            At(interval, Turn);
        }
    }

    /// <summary>A request that may be lost, or late, on either way.</summary>
    private void Call<T>(bool cut, Func<T> serve, Action<T> answered)
    {
        if (cut || _random.Next(12) == 0)
        {
            return;
        }

        At(Delay(), () =>
        {
            var answer = serve();
            if (_random.Next(12) > 0)
            {
                At(Delay(), () => answered(answer));
            }
        });
    }

    private TimeSpan Delay() => Step * (_random.Next(20) == 0 ? _random.Next(200) : 1 + _random.Next(5));

    private void Ask(Agent agent, Store store)
    {
        var askedAt = _now;
        Call(agent.Cut || agent.Dead, () => store.Claim, claim =>
        {
            // The agent asks each store with a deadline, and so hears no answer that comes later.
            if (_now - askedAt > Heartbeat)
            {
                return;
            }

            agent.Guard.Saw(store.Name, askedAt, claim);
            if (claim?.Region == Names[agent.Region.Index])
            {
                Prove(agent, store, claim);
            }
        });
    }

    private void Prove(Agent agent, Store store, PrimaryClaim claim)
    {
        var sentAt = _now;
        var proof = new PrimaryProof(claim.Token, agent.Name, ++_counter).ToText();
        Call(agent.Cut || agent.Dead, () => store.Claim == claim && (store.Proof = proof) is not null, taken =>
        {
            if (taken)
            {
                agent.Guard.Proved(store.Name, mistake == PrimaryMistake.ProofFromAnswer ? _now : sentAt, claim);
            }
        });
    }

    private void Guard(Agent agent)
    {
        var region = agent.Region;
        if (agent.Dead)
        {
            return;
        }

        // A database that was never opened is opened by the first claim.
        var seen = mistake == PrimaryMistake.OpenWhenNamed && region.Database.Fenced ? region.Database with { Token = 0 } : region.Database;
        var decision = agent.Guard.Decide(_now, seen);
        if (decision is GuardDecision.Keep)
        {
            return;
        }

        // What is left of the fencing time after the guard has looked.
        At(Timing.FencingTime * (0.7 * _random.NextDouble()), () =>
        {
            switch (agent.Dead ? null : decision)
            {
                case GuardDecision.Fence fence when fence.Token >= region.Database.Token:
                    region.Database = region.Database with { Fenced = true, Token = fence.Token };
                    break;

                // The guard is one loop: what it decided before this would be done before.
                case GuardDecision.Open open when open.Token >= region.Database.Token && (mistake == PrimaryMistake.OpenWhenNamed || agent.Guard.Decide(_now, region.Database) is GuardDecision.Open):
                    region.Database = region.Database with { Fenced = false, Token = open.Token };
                    break;
            }
        });
    }
}
