using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>Makes a run of a seed: the same seed gives the same run, everywhere.</summary>
internal static class PlanMaker
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly RegionId Ap = new("ap-southeast-1");
    private static readonly RegionId UsWest = new("us-west-2");
    private static readonly RegionId EuCentral = new("eu-central-1");

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

    /// <summary>The run of a seed.</summary>
    public static SimulationPlan Make(int seed)
    {
        var random = new Random(seed);
        var point = FaultMaker.PointOf(seed);
        var shape = Shape(random, SagaTable.Row(point.Step).Work == StepWork.Data || random.Next(2) == 0);
        var trouble = Longer(shape.Timing.Validity * 14, Verdict(shape) * 14);
        return new SimulationPlan(seed, shape, FaultMaker.Make(seed, random, shape, trouble), trouble);
    }

    /// <summary>From the death of a region to the verdict about it.</summary>
    public static TimeSpan Verdict(WorldShape shape) => (3 * shape.ProbeInterval) + shape.ProbeTimeout;

    /// <summary>A deployment of three regions as a rule, of one, two or five now and then.</summary>
    public static WorldShape Shape(Random random, bool data)
    {
        RegionId[] quorum = random.Next(20) switch { 0 => [Us], 1 => [Us, Eu], 2 or 3 or 4 => [Us, Eu, Ap, UsWest, EuCentral], _ => [Us, Eu, Ap] };
        var facts = quorum.Select(r => Facts(r, primary: r == Us || r == Eu || r == Ap)).ToList();
        if (quorum.Length == 3 && random.Next(3) == 0)
        {
            facts.Add(Facts(EuCentral, primary: false));
        }

        var shape = Shape(random, quorum, facts, brisk: random.Next(6) > 0, data);
        return quorum.Length == 5 && random.Next(4) == 0 ? HalfRolledOut(shape) : shape;
    }

    /// <summary>Three regions, each with an agent.</summary>
    public static WorldShape ThreeRegions(Random random, bool data, bool inDefaultTimes)
    {
        RegionId[] quorum = [Us, Eu, Ap];
        return Shape(random, quorum, [.. quorum.Select(static r => Facts(r, primary: true))], brisk: !inDefaultTimes, data);
    }

    private static WorldShape Shape(Random random, RegionId[] quorum, List<RegionFacts> facts, bool brisk, bool data)
    {
        var timing = !brisk ? LeadershipTiming.Default : random.Next(2) == 0 ? LeadershipTiming.Fast : Tight;
        var probe = brisk ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10);
        return new WorldShape
        {
            Regions = [.. facts.OrderBy(static f => f.Region)],
            Quorum = [.. quorum.Order()],
            Agents = [.. quorum.Select(_ => quorum.Length > 3 ? 1 : random.Next(4) == 0 ? 2 : 1)],
            Residency = Residency,
            Timing = timing,
            ProbeInterval = probe,
            ProbeTimeout = probe / 2,
            Cooldown = probe * 30,
            Saga = Saga(data, probe, timing),
            FailbackWindow = probe * 12,
            AutoFailback = random.Next(2) == 0,
            Latency = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 3 : random.Next(3, 40)),
        };
    }

    private static SagaSettings Saga(bool data, TimeSpan probe, LeadershipTiming timing) => new()
    {
        StepDeadline = probe * 10,
        RetryInterval = timing.HeartbeatInterval,
        Watch = probe * 6,
        FailbackDrain = probe * 9,
        NothingConfigured = data ? [] : SimulationPlan.DataSteps,
    };

    /// <summary>Two lists of stores with one in common: whoever believes in either would find a majority without the other.</summary>
    private static WorldShape HalfRolledOut(WorldShape shape)
    {
        var (first, second) = (shape.Quorum.Take(3).ToList(), shape.Quorum.Skip(2).ToList());
        return shape with { Saga = shape.Saga with { NothingConfigured = SimulationPlan.DataSteps }, OtherMembers = shape.Quorum.ToDictionary(static r => r, r => (IReadOnlyList<RegionId>)(shape.Quorum.ToList().IndexOf(r) < 3 ? first : second)) };
    }

    private static RegionFacts Facts(RegionId region, bool primary)
    {
        var jurisdiction = region.Value[..2];
        string[] classes = jurisdiction switch { "eu" => ["public", "eu_personal"], "us" => ["public", "us_accounts"], _ => ["public"] };
        return new RegionFacts(region, jurisdiction, classes, 0.4, 0, primary);
    }

    private static ResidencyCatalogue Residency { get; } = new(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>
    {
        ["public"] = null,
        ["us_accounts"] = new Dictionary<string, IReadOnlyList<string>> { ["us"] = ["us", "eu"] },
        ["eu_personal"] = new Dictionary<string, IReadOnlyList<string>> { ["eu"] = ["eu"] },
    });

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
