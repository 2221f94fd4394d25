using System.Net;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>Everything that the configuration of a lab's agents depends on.</summary>
/// <param name="Directory">The lab's directory; the configuration goes to <c>config</c> in it.</param>
/// <param name="Timing">The profile and its windows.</param>
/// <param name="Regions">The regions in order.</param>
/// <param name="Edge">Where the edge is controlled.</param>
/// <param name="HoldsEuropeanData">Whether regions in the EU hold a class of data that may not leave it.</param>
internal sealed record LabPlan(string Directory, LabTiming Timing, IReadOnlyList<RegionPlan> Regions, Uri Edge, bool HoldsEuropeanData)
{
    /// <summary>What the agents' configuration says of databases; empty when there are none.</summary>
    public string Databases { get; init; } = "";

    /// <summary>The ports of the servers of PostgreSQL; null when there are none.</summary>
    public IReadOnlyList<int>? DatabasePorts { get; init; }

    /// <summary>Where the agents read their configuration.</summary>
    public string ConfigDirectory => Path.Combine(Directory, "config");

    /// <summary>The file with the token of the agents' HTTP interface.</summary>
    public string AgentTokenFile => Path.Combine(Directory, "tokens", "agent");

    /// <summary>The file with the token of the edge.</summary>
    public string EdgeTokenFile => Path.Combine(Directory, "tokens", "edge");
}

/// <summary>One region, and where its processes listen.</summary>
/// <param name="Facts">The region.</param>
/// <param name="ServicePort">The sample service.</param>
/// <param name="ConsulPort">The store.</param>
/// <param name="AgentPort">The agent's HTTP interface.</param>
internal sealed record RegionPlan(LabRegionFacts Facts, int ServicePort, int ConsulPort, int AgentPort)
{
    /// <summary>The address of all three.</summary>
    /// <value>Default 127.0.0.1.</value>
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>The region.</summary>
    public RegionId Region => Facts.Region;

    /// <summary>Where its service listens.</summary>
    public Uri Service => At(ServicePort);

    /// <summary>Where its store listens.</summary>
    public Uri Consul => At(ConsulPort);

    /// <summary>Where its agent listens.</summary>
    public Uri Agent => At(AgentPort);

    private Uri At(int port) => new($"http://{new IPEndPoint(Host, port)}/");
}
