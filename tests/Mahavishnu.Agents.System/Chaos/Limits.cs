namespace Mahavishnu.Agents.System.Chaos;

/// <summary>How long things may take on a busy machine. They cost nothing when what is waited for comes.</summary>
internal static class Limits
{
    /// <summary>A leader is gone: there is another. The bound derived from the protocol is 3.5 s.</summary>
    public static TimeSpan NewLeader { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A fault begins to show: a verdict, a first step.</summary>
    public static TimeSpan Verdict { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A whole saga.</summary>
    public static TimeSpan Saga { get; } = TimeSpan.FromSeconds(120);

    /// <summary>All is healed: all is well again, failback included.</summary>
    public static TimeSpan Convergence { get; } = TimeSpan.FromSeconds(180);

    /// <summary>An effect that was on its way when its agent was stopped has ended so long after the agent goes on: its deadline, the margin, and as much again.</summary>
    public static TimeSpan Straggler { get; } = TimeSpan.FromSeconds(2);
}
