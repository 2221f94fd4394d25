namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>How ill the network is everywhere.</summary>
/// <param name="LossRatio">Share of messages that vanish, 0 to 1.</param>
/// <param name="SlowRatio">Share that takes up to <paramref name="Slowest"/>, and so is overtaken by others.</param>
/// <param name="DuplicateRatio">Share that arrives twice.</param>
/// <param name="Slowest">The greatest time one way of a slow message.</param>
public readonly record struct Weather(double LossRatio, double SlowRatio, double DuplicateRatio, TimeSpan Slowest)
{
    /// <summary>No message is lost, slow or doubled.</summary>
    public static Weather Fair { get; }
}
