using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>One agent process of a <see cref="LeadershipWorld"/>: the machine, and a monotonic clock with its own rate and start.</summary>
public sealed class SimulatedAgent
{
    internal SimulatedAgent(string name, RegionId region) => (Name, Region) = (name, region);

    /// <summary>Its name; a restart keeps it.</summary>
    public string Name { get; }

    /// <summary>The region that it runs in.</summary>
    public RegionId Region { get; }

    /// <summary>The machine of the present process.</summary>
    public LeadershipMachine Machine { get; internal set; } = null!;

    /// <summary>Whether its process runs; a paused one does.</summary>
    public bool Alive { get; internal set; }

    /// <summary>World time until which nothing moves in the process, its clock excepted.</summary>
    public TimeSpan PausedUntil { get; internal set; }

    /// <summary>Whether it may campaign.</summary>
    public CampaignGate Gate { get; set; } = CampaignGate.Yes;

    /// <summary>The number of the process; answers to an earlier one are dropped.</summary>
    internal int Incarnation { get; set; }

    /// <summary>Seconds of its own clock per second of the world.</summary>
    internal double Rate { get; set; } = 1;

    /// <summary>What its clock showed when the world began.</summary>
    internal TimeSpan Offset { get; set; }

    /// <summary>Its own clock at a moment of the world.</summary>
    public TimeSpan Clock(TimeSpan world) => Offset + (world * Rate);

    /// <summary>Where it believes to stand at a moment of the world.</summary>
    public Standing Standing(TimeSpan world) => Machine.Standing(Clock(world));

    /// <summary>Whether it believes at that moment that it may act.</summary>
    public bool Leads(TimeSpan world) => Alive && Standing(world).Role == Role.Leader;
}
