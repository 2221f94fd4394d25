namespace Mahavishnu.Agents.Configuration;

/// <summary>A set of timing defaults that fit each other. What the configuration says wins over each of them.</summary>
/// <remarks>Source: the design's split-brain document, section 7; cooldown, watch and step deadline are this project's choice.</remarks>
internal sealed record TimingProfile
{
    /// <summary>The reference's figures.</summary>
    public static TimingProfile Default { get; } = new();

    /// <summary>Figures for regions that are near each other, and for trying things out.</summary>
    public static TimingProfile Fast { get; } = new()
    {
        ProbeInterval = TimeSpan.FromSeconds(1),
        ProbeTimeout = TimeSpan.FromMilliseconds(500),
        SessionTtl = TimeSpan.FromSeconds(10),
        Heartbeat = TimeSpan.FromMilliseconds(500),
        RequestTimeout = TimeSpan.FromMilliseconds(400),
        Validity = TimeSpan.FromSeconds(2),
        WaitOut = TimeSpan.FromSeconds(2.2),
        Retry = TimeSpan.FromMilliseconds(500),
        Election = TimeSpan.FromSeconds(2),
        EffectDeadline = TimeSpan.FromMilliseconds(800),
        EffectMargin = TimeSpan.FromMilliseconds(200),
        Cooldown = TimeSpan.FromSeconds(20),
        Watch = TimeSpan.FromSeconds(3),
        StepDeadline = TimeSpan.FromSeconds(10),
    };

    public TimeSpan ProbeInterval { get; private init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ProbeTimeout { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan SessionTtl { get; private init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Heartbeat { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan RequestTimeout { get; private init; } = TimeSpan.FromSeconds(4);

    public TimeSpan Validity { get; private init; } = TimeSpan.FromSeconds(15);

    public TimeSpan WaitOut { get; private init; } = TimeSpan.FromSeconds(15.2);

    public TimeSpan Retry { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Election { get; private init; } = TimeSpan.FromSeconds(10);

    public TimeSpan EffectDeadline { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan EffectMargin { get; private init; } = TimeSpan.FromMilliseconds(500);

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
