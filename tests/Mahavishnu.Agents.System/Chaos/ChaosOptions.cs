namespace Mahavishnu.Agents.System.Chaos;

/// <summary>What a <see cref="ChaosWorld"/> is made of.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Whether each region is a host of its own, and the edge with the other targets too; else all are on 127.0.0.1.</summary>
    public bool Networked { get; init; }

    /// <summary>Whether a real HAProxy and a real PowerDNS are traffic targets beside the edge.</summary>
    public bool RealTargets { get; init; }

    /// <summary>Whether every region has a PostgreSQL: a primary in the first, and standbys. They stand on this machine. Failback then waits for an operator.</summary>
    public bool Databases { get; init; }

    /// <summary>Whether the application's commits wait until a standby has them.</summary>
    public bool SynchronousCommit { get; init; }

    /// <summary>Whether the agents reach the stores and services of other regions through links that can be slow.</summary>
    public bool SlowLinks { get; init; }
}
