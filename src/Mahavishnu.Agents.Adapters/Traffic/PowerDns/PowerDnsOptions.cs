using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Traffic.PowerDns;

/// <summary>One zone on a PowerDNS authoritative server and what of it is ours.</summary>
/// <remarks>
/// Keep the names that fail over in a small zone of their own: the zone is read whole, because the server leaves disabled records
/// out of an answer that is limited to a name (seen with 4.7.3).
/// </remarks>
public sealed class PowerDnsOptions
{
    /// <summary>Its name among the DNS servers, e.g. <c>ns-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where its web server is, e.g. <c>http://127.0.0.1:8081</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>The key for <c>X-API-Key</c>.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The server's id in its own API.</summary>
    /// <value>Default <c>localhost</c>, which is what PowerDNS calls itself.</value>
    public string ServerId { get; init; } = "localhost";

    /// <summary>The zone, with its trailing dot, e.g. <c>app.example.</c></summary>
    public required string Zone { get; init; }

    /// <summary>The time to live of our records in seconds: how long users stay where they were.</summary>
    /// <value>Default 30.</value>
    public int TtlSeconds { get; init; } = 30;

    /// <summary>Longest time for one exchange.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The name that carries each audience.</summary>
    public required IReadOnlyDictionary<RegionId, PowerDnsRoute> Routes { get; init; }
}

/// <summary>A name that carries one audience, with one record for each region that can serve it.</summary>
/// <param name="Name">The name with its trailing dot. Its records of <paramref name="Type"/> and of type LUA are ours alone.</param>
/// <param name="Type"><c>A</c>, <c>AAAA</c> or <c>CNAME</c>.</param>
/// <param name="Records">The content of the record for each serving region: an address, or a host name with its trailing dot.</param>
public sealed record PowerDnsRoute(string Name, string Type, IReadOnlyDictionary<RegionId, string> Records);
