namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What a store that could be asked says to a renewal.</summary>
public abstract record SessionRenewal
{
    private SessionRenewal()
    {
    }

    /// <summary>The session lives. Proof of nothing more: a deposed leader may say so too.</summary>
    /// <param name="Ttl">The time to live from here on, which may be longer than asked for; zero means none.</param>
    public sealed record Renewed(TimeSpan Ttl) : SessionRenewal;

    /// <summary>The session has ended and its locks with it.</summary>
    public sealed record NotFound : SessionRenewal;
}
