using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Traffic.Cloudflare;

/// <summary>The load balancing pools of one Cloudflare account and what of them is ours.</summary>
public sealed class CloudflareOptions
{
    /// <summary>Its name among the accounts, e.g. <c>main</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The base address of the API.</summary>
    /// <value>Default <c>https://api.cloudflare.com/client/v4</c>.</value>
    public Uri ApiUrl { get; init; } = new("https://api.cloudflare.com/client/v4");

    /// <summary>The account's id.</summary>
    public required string AccountId { get; init; }

    /// <summary>An API token that may read and edit load balancing pools; keep one for failover alone, since limits are counted by token.</summary>
    public required string ApiToken { get; init; }

    /// <summary>Longest time for one exchange.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pool that carries each audience.</summary>
    public required IReadOnlyDictionary<RegionId, CloudflareRoute> Pools { get; init; }
}

/// <summary>A pool that carries one audience, with one origin for each region that can serve it.</summary>
/// <param name="Pool">Its name or its id. A pool belongs to the account: every load balancer that uses it follows.</param>
/// <param name="Origins">Our origin for each serving region. Other origins of the pool are never touched.</param>
public sealed record CloudflareRoute(string Pool, IReadOnlyDictionary<RegionId, CloudflareOrigin> Origins);

/// <summary>An origin of a pool.</summary>
/// <param name="Name">Its name in the pool, by which it is found.</param>
/// <param name="Address">Its address, used to create it and checked before it is given traffic.</param>
public sealed record CloudflareOrigin(string Name, string Address);
