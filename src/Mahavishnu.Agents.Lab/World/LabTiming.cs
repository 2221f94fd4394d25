namespace Mahavishnu.Agents.Lab.World;

/// <summary>How long things take in a lab, and how long they may take, by profile of the agents.</summary>
/// <remarks>Limits follow from the design's split-brain document, section 7; windows and settling times are the lab's choice.</remarks>
public sealed record LabTiming
{
    /// <summary>For the profile <c>fast</c>.</summary>
    public static LabTiming Fast { get; } = new();

    /// <summary>For the profile <c>default</c>: the agents' own times are the reference's, the lab's windows are shorter than in production.</summary>
    public static LabTiming Default { get; } = new()
    {
        Profile = "default",
        VerdictLimit = TimeSpan.FromSeconds(40),
        RtoLimit = TimeSpan.FromSeconds(45),
        RtoLimitLeaderLost = TimeSpan.FromSeconds(60),
        NewLeaderLimit = TimeSpan.FromSeconds(24),
        SwitchoverLimit = TimeSpan.FromSeconds(10),
        FailedRatioLimit = 0.15,
        FailbackHealth = TimeSpan.FromSeconds(30),
        FailbackDrain = TimeSpan.FromSeconds(15),
        Watch = TimeSpan.FromSeconds(15),
        Cooldown = TimeSpan.FromSeconds(60),
        ProbeInterval = TimeSpan.FromSeconds(10),
        Settle = TimeSpan.FromSeconds(45),
        Pause = TimeSpan.FromSeconds(40),
        Warmup = TimeSpan.FromSeconds(30),
        StepLimit = TimeSpan.FromMinutes(4),
    };

    /// <summary>The agents' profile.</summary>
    public string Profile { get; private init; } = "fast";

    /// <summary>A region dies: a majority agrees within this time.</summary>
    public TimeSpan VerdictLimit { get; private init; } = TimeSpan.FromSeconds(4);

    /// <summary>A region dies and the leader lives: its users are served again within this time.</summary>
    public TimeSpan RtoLimit { get; private init; } = TimeSpan.FromSeconds(6);

    /// <summary>The leader dies with its region: its users are served again within this time, which is the derived bound plus 2 s.</summary>
    public TimeSpan RtoLimitLeaderLost { get; private init; } = TimeSpan.FromSeconds(8);

    /// <summary>A planned move of the primary stops writes for no longer than this, which is the aim of 1 s and another for a busy machine.</summary>
    public TimeSpan SwitchoverLimit { get; private init; } = TimeSpan.FromSeconds(2);

    /// <summary>A leader is gone: there is another within this time, which is the derived bound plus 1.5 s for a busy machine.</summary>
    public TimeSpan NewLeaderLimit { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>The greatest share of failed requests over a whole run.</summary>
    public double FailedRatioLimit { get; private init; } = 0.01;

    /// <summary>How long a region must have been well before it gets its users back.</summary>
    public TimeSpan FailbackHealth { get; private init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long its share of its users grows.</summary>
    public TimeSpan FailbackDrain { get; private init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a target is watched before a failover is complete.</summary>
    public TimeSpan Watch { get; private init; } = TimeSpan.FromSeconds(3);

    /// <summary>The least time between two failovers of one region.</summary>
    public TimeSpan Cooldown { get; private init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a check asks; three failures in a row are a verdict.</summary>
    public TimeSpan ProbeInterval { get; private init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to watch that nothing happens: longer than a verdict or an election takes.</summary>
    public TimeSpan Settle { get; private init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a leader is paused: longer than its lease, the wait-out and an election take together.</summary>
    public TimeSpan Pause { get; private init; } = TimeSpan.FromSeconds(6.5);

    /// <summary>How long users are served before a fault.</summary>
    public TimeSpan Warmup { get; private init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long to wait for what has no derived bound, such as a whole failback.</summary>
    public TimeSpan StepLimit { get; private init; } = TimeSpan.FromSeconds(45);
}
