using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>
/// Since when each store's last proof has been known here: it was sent before that. Whoever has watched for long knows that the
/// last one is old, and need not wait for it to run out. Not thread-safe; every time is on the monotonic clock of this process.
/// </summary>
public sealed class SeenProofs
{
    private readonly Dictionary<RegionId, (string Proof, TimeSpan FirstSeen)> _seen = [];

    /// <summary>A store showed its last proof; null when it has none.</summary>
    public void Saw(RegionId store, string? proof, TimeSpan now)
    {
        if (proof is null)
        {
            _seen.Remove(store);
        }
        else if (!_seen.TryGetValue(store, out var known) || known.Proof != proof)
        {
            _seen[store] = (proof, now);
        }
    }

    /// <summary>When the last proof under a claim can have been sent at the latest.</summary>
    /// <param name="stores">A majority of the stores, each of which has taken another claim since, and shown its last proof with it.</param>
    /// <param name="replaced">The claim; null for none, which nobody has to wait for.</param>
    /// <param name="now">The time.</param>
    /// <returns>Now where a store shows no proof under it: it may be so new that none stands yet, and counts until one can.</returns>
    public TimeSpan LastSent(IEnumerable<RegionId> stores, PrimaryClaim? replaced, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(stores);
        return replaced is null ? TimeSpan.MinValue : stores.Max(s => _seen.TryGetValue(s, out var known) && PrimaryProof.TokenIn(known.Proof) == replaced.Token ? known.FirstSeen : now);
    }
}
