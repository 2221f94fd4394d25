namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>What a <see cref="CloudflareDouble"/> is set up with.</summary>
public sealed class CloudflareDoubleOptions
{
    /// <summary>The only account there is.</summary>
    public string AccountId { get; init; } = "0123456789abcdef0123456789abcdef";

    /// <summary>The only token that is accepted.</summary>
    public required string ApiToken { get; init; }

    /// <summary>Calls that a window allows; one more blocks every call until it is over.</summary>
    /// <value>Default 1200, as at Cloudflare.</value>
    public int CallsInWindow { get; init; } = 1200;

    /// <summary>How long a window lasts, from its first call.</summary>
    /// <value>Default 5 minutes, as at Cloudflare.</value>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);
}
