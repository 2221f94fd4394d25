using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>How to reach the OpenSearch cluster of one region. A class and not a record, so that no generated text can show the password.</summary>
/// <remarks>TLS verification cannot be turned off. The file of certificates is read once.</remarks>
public sealed class OpenSearchOptions
{
    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Its REST interface, e.g. <c>https://opensearch-eu.example:9200</c>: scheme, host and port only.</summary>
    public required Uri Address { get; init; }

    /// <summary>The agent's own user, the same on every cluster; null when the clusters run without the security plugin.</summary>
    public string? Username { get; init; }

    /// <summary>Gives its password, asked for at each request so that it can be rotated. Must not throw.</summary>
    public Func<string?>? Password { get; init; }

    /// <summary>PEM file with the only authorities trusted for this cluster; null trusts those of the operating system.</summary>
    public string? CaFile { get; init; }

    /// <summary>The index of the heartbeats, which is replicated like the others.</summary>
    public required string HeartbeatIndex { get; init; }

    /// <summary>Longest time for one attempt to connect, TLS included.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
