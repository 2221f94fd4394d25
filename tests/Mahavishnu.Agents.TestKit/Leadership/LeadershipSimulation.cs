using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>One seeded run: a world of random size, a stretch of random faults, then calm in which a leader must emerge and stay.</summary>
public static class LeadershipSimulation
{
    /// <summary>Every inequality holds by nothing, so that a mistake of a few milliseconds shows.</summary>
    private static LeadershipTiming Tight { get; } = LeadershipTiming.Fast with
    {
        HeartbeatInterval = LeadershipTiming.Fast.Validity / 3,
        RequestTimeout = LeadershipTiming.Fast.Validity / 3,
        WaitOutSlack = TimeSpan.Zero,
        WaitOut = (LeadershipTiming.Fast with { WaitOutSlack = TimeSpan.Zero }).LeastWaitOut,
        RetryInterval = TimeSpan.FromMilliseconds(200),
        EffectDeadline = TimeSpan.FromMilliseconds(400),
    };

    /// <summary>Runs a seed.</summary>
    /// <exception cref="InvariantViolationException">A promise was broken.</exception>
    public static LeadershipWorld Run(int seed)
    {
        var random = new Random(seed);
        var timing = random.Next(5) switch { 0 => LeadershipTiming.Default, 1 or 2 => LeadershipTiming.Fast, _ => Tight };
        var stores = random.Next(10) switch { 0 => 1, 1 => 2, 2 or 3 => 5, _ => 3 };
        var world = new LeadershipWorld(seed, new WorldOptions
        {
            Stores = stores,
            Agents = random.Next(2, 5),
            Timing = timing,
            Tick = TimeSpan.FromMilliseconds(random.Next(20, 80)),
            GreatestLatency = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 2 : random.Next(2, 40)),
            ProposeRatio = random.NextDouble() * 0.2,
        });
        if (random.Next(2) == 0)
        {
            // The other half meets its faults during the very first election.
            world.RunUntil(() => world.StoresWithData == stores, Settling(timing) * 2, "the first term at every store");
        }

        new FaultInjector(world, random, timing).Run(timing.Validity * random.Next(8, 16));
        Calm(world, random);
        CheckLiveness(world, timing);
        return world;
    }

    /// <summary>Wait-out, back-off and election, with one more poll, request and back-off for locks that are left behind.</summary>
    private static TimeSpan Settling(LeadershipTiming timing) =>
        timing.WaitOut + (3 * timing.RetryInterval) + timing.ElectionTimeout + (2 * (timing.PollInterval + timing.RequestTimeout));

    /// <summary>Ends all faults but those that the protocol tolerates: a minority of stores, and all agents but one.</summary>
    private static void Calm(LeadershipWorld world, Random random)
    {
        world.Faults = NetworkFaults.None;
        world.MendAll();
        var whole = world.StoresWithData == world.Stores.Count;
        var down = whole && random.Next(3) == 0 ? world.Stores.Count - world.Majority : 0;
        foreach (var store in world.Stores)
        {
            store.Up = down-- <= 0;
        }

        var survivor = random.Next(world.Agents.Count);
        for (var number = 0; number < world.Agents.Count; number++)
        {
            var agent = world.Agents[number];
            agent.Gate = CampaignGate.Yes;
            if (!agent.Alive && (number == survivor || random.Next(2) == 0))
            {
                world.Start(agent);
            }
        }
    }

    private static void CheckLiveness(LeadershipWorld world, LeadershipTiming timing)
    {
        var paused = world.Agents.Max(agent => agent.PausedUntil) - world.Now;
        world.Advance(TimeSpan.FromTicks(Math.Max(0, paused.Ticks)));
        world.RunUntil(() => world.Leader is not null, Settling(timing), "a leader");
        // What the faults left behind is cleared within another wait-out: stores are taken in, lost data is brought back.
        world.Advance(Settling(timing));
        var (terms, leader) = (world.Terms.Count, world.Leader);
        world.Advance(timing.Validity * 4);
        if (leader is null || world.Terms.Count != terms || world.Leader != leader)
        {
            throw world.Violation($"{leader?.Name ?? "nobody"} led, then {world.Leader?.Name ?? "nobody"}, while nothing happened");
        }
    }
}
