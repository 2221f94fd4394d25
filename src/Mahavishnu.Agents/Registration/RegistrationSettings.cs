using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Registration;

/// <summary>As what this agent stands in its region's Consul.</summary>
internal sealed record RegistrationSettings
{
    /// <summary>Consul removes the entry of an agent that has been silent for so long, since many names never come back.</summary>
    private static readonly TimeSpan s_forgottenAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan s_leastTtl = TimeSpan.FromSeconds(10);

    /// <summary>This agent's name.</summary>
    public required string Agent { get; init; }

    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Where others reach its HTTP interface.</summary>
    public required Uri Advertised { get; init; }

    /// <summary>How often it probes.</summary>
    public required TimeSpan ProbeInterval { get; init; }

    /// <summary>Without a report for this long the check turns critical: three probe intervals, at least 10 s.</summary>
    public TimeSpan Ttl => 3 * ProbeInterval > s_leastTtl ? 3 * ProbeInterval : s_leastTtl;

    /// <summary>A report is made in every third of the time to live, and may take as long, so that two may be lost.</summary>
    public TimeSpan ReportInterval => Ttl / 3;

    /// <summary>The service.</summary>
    public ServiceRegistration Service => new($"mahavishnu-agent-{Agent}", "mahavishnu-agent", Ttl)
    {
        Address = Advertised.Host,
        Port = Advertised.Port,
        Tags = [Region.Value],
        DeregisterCriticalAfter = s_forgottenAfter,
    };
}
