namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A service to be registered at an agent, with one check that must be told regularly that all is well.</summary>
/// <param name="Id">Unique at that agent.</param>
/// <param name="Name">What it is looked up by.</param>
/// <param name="CheckTtl">Without a report for this long the check turns critical. Above zero.</param>
public sealed record ServiceRegistration(string Id, string Name, TimeSpan CheckTtl)
{
    /// <summary>Where the service is reached; null means the agent's own address.</summary>
    public string? Address { get; init; }

    /// <summary>Its port, if it has one.</summary>
    public int? Port { get; init; }

    /// <summary>Labels to select by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Free facts about it.</summary>
    public IReadOnlyDictionary<string, string> Meta { get; init; } = new Dictionary<string, string>();

    /// <summary>When the registration goes away by itself after the check turned critical; at least 1 minute. Null means never.</summary>
    public TimeSpan? DeregisterCriticalAfter { get; init; }

    /// <summary>The identifier of the check, as Consul itself would name it.</summary>
    public string CheckId => $"service:{Id}";

    internal ConsulWire.ServiceRequest ToBody()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CheckTtl, TimeSpan.Zero);
        _ = ConsulKey.Escape(Id);
        var check = new ConsulWire.CheckRequest(
            CheckId,
            GoDuration.FromTimeSpan(CheckTtl).ToString(),
            DeregisterCriticalAfter is { } after ? GoDuration.FromTimeSpan(after).ToString() : null);
        return new ConsulWire.ServiceRequest(Id, Name, Address, Port, Tags, Meta, check);
    }
}
