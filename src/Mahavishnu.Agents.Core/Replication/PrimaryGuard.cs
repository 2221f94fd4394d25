using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What a region's database is, as its guard last saw it.</summary>
/// <param name="Writable">Whether it is a primary, and not a standby.</param>
/// <param name="Fenced">Whether the application is kept out.</param>
/// <param name="Token">The greatest fencing token that it has seen; 0 before the first.</param>
public sealed record GuardedDatabase(bool Writable, bool Fenced, long Token);

/// <summary>What is to be done about the region's database.</summary>
public abstract record GuardDecision(string Reason)
{
    /// <summary>Nothing.</summary>
    public sealed record Keep(string Reason) : GuardDecision(Reason);

    /// <summary>Keep the application out.</summary>
    /// <param name="Token">The token to fence under.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Fence(long Token, string Reason) : GuardDecision(Reason);

    /// <summary>Let the application in.</summary>
    /// <param name="Token">The token to open under.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Open(long Token, string Reason) : GuardDecision(Reason);
}

/// <summary>
/// Decides whether a region's database may accept writes: only while a majority of the control stores has lately taken its proof that
/// it is the primary. What cannot be proven ends.
/// </summary>
/// <remarks>
/// A proof is a write that a store takes only while its claim still names the region; it counts from when it was sent. A store
/// without a claim proves nothing: it may have lost it. A claim that is new counts for as long without a proof; a leader that
/// replaces one under which it sees no proof waits that time out. Before the first claim ever, nothing is enforced. A guard that has fenced because it could not prove does so once: another agent of the region
/// that can prove may open again. Not thread-safe; every time is on the monotonic clock of this process.
/// </remarks>
/// <param name="region">The region whose database it is.</param>
/// <param name="stores">How many control stores there are.</param>
/// <param name="timing">The times.</param>
/// <param name="startedAt">When the guard began: what went before is not known.</param>
public sealed class PrimaryGuard(RegionId region, int stores, PrimaryTiming timing, TimeSpan startedAt)
{
    private readonly Dictionary<RegionId, PrimaryClaim> _claims = [];
    private readonly Dictionary<RegionId, (TimeSpan SentAt, PrimaryClaim Claim)> _proofs = [];
    private (PrimaryClaim Claim, TimeSpan Since)? _named;
    private bool _fencedUnproven;

    private int Majority => (stores / 2) + 1;

    /// <summary>A store said who the primary is.</summary>
    /// <param name="store">The store.</param>
    /// <param name="askedAt">When it was asked.</param>
    /// <param name="claim">Its claim; null when it has none.</param>
    public void Saw(RegionId store, TimeSpan askedAt, PrimaryClaim? claim)
    {
        if (claim is null || (_proofs.TryGetValue(store, out var proof) && proof.Claim != claim))
        {
            _proofs.Remove(store);
        }

        if (claim is null)
        {
            _claims.Remove(store);
        }
        else
        {
            _claims[store] = claim;
        }

        var named = _claims.Values.Where(c => c.Region == region).GroupBy(static c => c).FirstOrDefault(g => g.Count() >= Majority)?.Key;
        if (named != _named?.Claim)
        {
            _named = named is null ? null : (named, askedAt);
        }
    }

    /// <summary>A store took a proof that the region is the primary.</summary>
    /// <param name="store">The store.</param>
    /// <param name="sentAt">When the proof was sent.</param>
    /// <param name="claim">The claim that it was made under.</param>
    public void Proved(RegionId store, TimeSpan sentAt, PrimaryClaim claim) => _proofs[store] = (sentAt, claim);

    /// <summary>What to do now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="database">The database; null while it cannot be reached.</param>
    public GuardDecision Decide(TimeSpan now, GuardedDatabase? database)
    {
        if (database is not { Writable: true })
        {
            return new GuardDecision.Keep(database is null ? "the database does not answer" : "the database is a standby, which takes no writes");
        }

        if (Proof(now) is { } proof)
        {
            _fencedUnproven = false;
            return database.Token > proof.Token ? new GuardDecision.Keep($"the database has seen token {database.Token}, and the stores only {proof.Token}: a leader is at work")
                : database.Fenced || database.Token < proof.Token ? new GuardDecision.Open(proof.Token, $"{Majority} of {stores} stores say that {region} is the primary")
                : new GuardDecision.Keep($"{region} is the primary");
        }

        var newest = _claims.Values.MaxBy(static c => c.Token);
        if (database.Token == 0 && newest is null)
        {
            return new GuardDecision.Keep("nobody was ever given the right to write, so nothing is enforced");
        }

        if (database.Fenced && database.Token >= (newest?.Token ?? 0))
        {
            _fencedUnproven = true;
            return new GuardDecision.Keep("the database is fenced");
        }

        if (newest is not null && newest.Region != region && newest.Token >= database.Token)
        {
            return new GuardDecision.Fence(newest.Token, $"{newest.Region} is the primary");
        }

        return _fencedUnproven ? new GuardDecision.Keep("it is not proven here that the region is the primary, but another agent has opened the database")
            : now - startedAt < timing.FencingTime ? new GuardDecision.Keep("the stores have not been heard yet")
            : new GuardDecision.Fence(Math.Max(database.Token, 1), $"no {Majority} of {stores} stores said within {timing.Validity.TotalSeconds:0.#} s that {region} is the primary");
    }

    /// <summary>
    /// The claim under which a majority took proofs that still count, or which a majority was first seen to have so lately
    /// that no proof need stand yet; null when there is none.
    /// </summary>
    private PrimaryClaim? Proof(TimeSpan now) =>
        _proofs.Values
            .Where(p => p.Claim.Region == region && now - p.SentAt < timing.Validity)
            .GroupBy(static p => p.Claim)
            .FirstOrDefault(g => g.Count() >= Majority)?.Key
        ?? (_named is { } named && now - named.Since < timing.Validity ? named.Claim : null);
}
