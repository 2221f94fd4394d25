using System.Net;
using Mahavishnu.Agents.Lab.Processes;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary>What the user asked of <c>lab</c>.</summary>
public sealed record LabOptions
{
    /// <summary>How to start this binary again.</summary>
    public required AgentProgram Program { get; init; }

    /// <summary><c>--scenario</c>.</summary>
    /// <value>Default <c>region-outage</c>.</value>
    public string Scenario { get; init; } = "region-outage";

    /// <summary><c>--kill</c>: the region that is hit; null for the scenario's own choice.</summary>
    public string? Kill { get; init; }

    /// <summary><c>--profile</c>: <c>fast</c> or <c>default</c>.</summary>
    /// <value>Default <c>fast</c>.</value>
    public string Profile { get; init; } = "fast";

    /// <summary><c>--regions</c>; null for the fewest that the scenario needs.</summary>
    public int? Regions { get; init; }

    /// <summary><c>--seed</c>: spreads the users' requests.</summary>
    /// <value>Default 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary><c>--with-postgres</c>: a real server of PostgreSQL in every region, and a user who writes.</summary>
    public bool WithPostgres { get; init; }

    /// <summary><c>--synchronous</c>: a commit waits until one standby has it.</summary>
    public bool Synchronous { get; init; }

    /// <summary><c>--stay</c>: leave everything running until it is interrupted.</summary>
    public bool Stay { get; init; }

    /// <summary><c>--json</c>: one JSON document instead of text.</summary>
    public bool Json { get; init; }

    /// <summary><c>--only</c>: run one part in the foreground, <c>consul</c>, <c>service</c> or <c>edge</c>; null for a scenario.</summary>
    public string? Only { get; init; }

    /// <summary><c>--port</c> of that part; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary><c>--listen</c>: the address that part listens on; anything but loopback lets others reach it, without any authentication but the edge's.</summary>
    /// <value>Default 127.0.0.1.</value>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary><c>--region</c> of that part; null for none.</summary>
    public string? Region { get; init; }

    /// <summary><c>--data-dir</c> of a Consul server; null to keep nothing.</summary>
    public string? DataDirectory { get; init; }

    /// <summary><c>--exit-with-parent</c>: end when the standard input closes.</summary>
    public bool ExitWithParent { get; init; }

    /// <summary><c>--list-scenarios</c>.</summary>
    public bool ListScenarios { get; init; }

    /// <summary>Whether the output is a terminal, which gets a live view instead of lines.</summary>
    public bool Live { get; init; }
}
