using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The part of the configuration that makes policy: what decisions on recorded facts would change with.</summary>
internal sealed class PolicyOptions
{
    /// <summary>What decisions know of the regions.</summary>
    public IReadOnlyDictionary<RegionId, PolicyRegionOptions> Regions { get; init; } = new Dictionary<RegionId, PolicyRegionOptions>();

    /// <inheritdoc cref="AgentOptions.DataClasses" />
    public IReadOnlyDictionary<string, DataClassOptions> DataClasses { get; init; } = new Dictionary<string, DataClassOptions>();

    /// <inheritdoc cref="AgentOptions.Failover" />
    public FailoverOptions Failover { get; init; } = new(TimingProfile.Default);

    /// <inheritdoc cref="AgentOptions.Failback" />
    public FailbackOptions Failback { get; init; } = new();
}

/// <summary>What decisions know of a region; see <see cref="RegionOptions"/>, which has the same keys among others.</summary>
internal sealed class PolicyRegionOptions
{
    /// <inheritdoc cref="RegionOptions.Role" />
    public RegionRole Role { get; init; }

    /// <inheritdoc cref="RegionOptions.DataResidency" />
    public string? DataResidency { get; init; }

    /// <inheritdoc cref="RegionOptions.DataClasses" />
    public IReadOnlyList<string>? DataClasses { get; init; }

    /// <inheritdoc cref="RegionOptions.Capacity" />
    [Ratio]
    [Limits("0", "1")]
    public double? Capacity { get; init; }

    /// <inheritdoc cref="RegionOptions.Preference" />
    [Limits("-1000", "1000")]
    public int Preference { get; init; }
}
