namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>What differs between worlds.</summary>
internal sealed record WorldOptions
{
    /// <summary>Whether the leader fails over without being asked.</summary>
    public bool Automatic { get; init; }

    /// <summary>Whether a fourth region is configured, a backup that is dead.</summary>
    public bool DeadBackup { get; init; }

    /// <summary>The pure <c>fast</c> profile; without it, leases last longer, so that a busy machine does not end terms.</summary>
    public bool Fast { get; init; }

    /// <summary>Whether stores are there from the beginning.</summary>
    public bool Stores { get; init; } = true;

    /// <summary>The least severe level that agents log.</summary>
    public string LogLevel { get; init; } = "ERROR";

    /// <summary>What the agents run.</summary>
    public string Modules { get; init; } = "health, leadership, failover";
}
