using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Configuration;

/// <summary>A set of timing defaults that fit each other. What the configuration says wins over each of them.</summary>
/// <remarks>Source: the design's split-brain document, section 7; cooldown, watch and step deadline are this project's choice.</remarks>
/// <param name="Leadership">The times of leadership.</param>
internal sealed record TimingProfile(LeadershipTiming Leadership)
{
    /// <summary>The reference's figures.</summary>
    public static TimingProfile Default { get; } = new(LeadershipTiming.Default);

    /// <summary>Figures for regions that are near each other, and for trying things out.</summary>
    public static TimingProfile Fast { get; } = new(LeadershipTiming.Fast)
    {
        ProbeInterval = TimeSpan.FromSeconds(1),
        ProbeTimeout = TimeSpan.FromMilliseconds(500),
        Cooldown = TimeSpan.FromSeconds(20),
        Watch = TimeSpan.FromSeconds(3),
        StepDeadline = TimeSpan.FromSeconds(10),
        Primary = PrimaryTiming.Fast,
    };

    public PrimaryTiming Primary { get; private init; } = PrimaryTiming.Default;

    public TimeSpan ProbeInterval { get; private init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ProbeTimeout { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Cooldown { get; private init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Watch { get; private init; } = TimeSpan.FromMinutes(1);

    public TimeSpan StepDeadline { get; private init; } = TimeSpan.FromMinutes(1);

    /// <summary>The profile that a configuration names; the default one when it names none, or none that exists.</summary>
    public static TimingProfile Of(ConfigTree tree) =>
        tree.Find(ConfigPath.Of("agent.profile")) is ConfigScalar { Text: var name } &&
        name.Equals(nameof(ProfileName.Fast), StringComparison.OrdinalIgnoreCase)
            ? Fast
            : Default;
}

/// <summary>The names of the profiles.</summary>
internal enum ProfileName
{
    /// <summary><see cref="TimingProfile.Default"/>.</summary>
    Default = 0,

    /// <summary><see cref="TimingProfile.Fast"/>.</summary>
    Fast,
}
