using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>How the service of a region does.</summary>
public enum ServiceCondition
{
    /// <summary>It serves, and says so.</summary>
    Well = 0,

    /// <summary>It serves some requests: enough checks fail for a graceful failover.</summary>
    Ill,

    /// <summary>It serves nothing, and says so.</summary>
    Dead,

    /// <summary>It serves nothing, and answers its checks as if it did.</summary>
    Lying,
}

/// <summary>The service of a region, as probes see it.</summary>
internal sealed class SimulatedService(RegionId region, int end)
{
    /// <summary>The checks: one critical of weight 2, three of weight 1.</summary>
    public static readonly IReadOnlyList<(string Name, double Weight, bool Critical)> Checks =
        [("/health", 2, true), ("/orders", 1, false), ("/search", 1, false), ("/sessions", 1, false)];

    private static readonly bool[] AllPass = [true, true, true, true];
    private static readonly bool[] SomePass = [true, false, false, false];
    private static readonly bool[] NonePass = [false, false, false, false];

    public RegionId Region { get; } = region;

    public int End { get; } = end;

    public ServiceCondition Condition { get; set; }

    /// <summary>What its checks answer, in order.</summary>
    public bool[] Answer() => Condition switch
    {
        ServiceCondition.Well or ServiceCondition.Lying => AllPass,
        ServiceCondition.Ill => SomePass,
        _ => NonePass,
    };
}
