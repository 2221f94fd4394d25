namespace Mahavishnu.Agents.Core.Replication;

/// <summary>The times of a region's right to write. Source: the protocol's sections on the data plane's own lease and on timing.</summary>
/// <param name="Validity">V_p: how long a proof of the right counts, from its sending.</param>
/// <param name="FencingTime">F: from the end of the last proof until the database is fenced, at the latest.</param>
/// <param name="RevocationWait">W_p: how long a leader waits after a revocation before it promotes, unless the old region confirms its fence.</param>
/// <param name="ClockDrift">The greatest rate error of a monotonic clock, as a ratio.</param>
public sealed record PrimaryTiming(TimeSpan Validity, TimeSpan FencingTime, TimeSpan RevocationWait, double ClockDrift = 0.001)
{
    /// <summary>The default profile: 15 s, 5 s, 20.2 s.</summary>
    public static PrimaryTiming Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20.2));

    /// <summary>The fast profile: 2 s, 500 ms, 2.7 s.</summary>
    public static PrimaryTiming Fast { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2.7));

    /// <summary>The least wait that keeps two regions from writing at once: (V_p + F)·(1 + ρ)/(1 − ρ), since the two clocks may run apart.</summary>
    public TimeSpan LeastWait => (Validity + FencingTime) * ((1 + ClockDrift) / (1 - ClockDrift));
}
