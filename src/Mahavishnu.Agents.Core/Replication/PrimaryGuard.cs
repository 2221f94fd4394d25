using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What a region's database is, as its guard last saw it.</summary>
/// <param name="Writable">Whether it is a primary, and not a standby.</param>
/// <param name="Fenced">Whether the application is kept out.</param>
/// <param name="Token">The greatest fencing token that it has seen; 0 before the first.</param>
/// <param name="Beat">The last heartbeat that an agent of the region has written there; null before the first.</param>
public sealed record GuardedDatabase(bool Writable, bool Fenced, long Token, RegionBeat? Beat = null);

/// <summary>A heartbeat in the database. An agent writes one only while it can prove that the region is the primary.</summary>
/// <param name="Process">Who wrote it.</param>
/// <param name="Sequence">Rises with every heartbeat of the process.</param>
public sealed record RegionBeat(string Process, long Sequence);

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
/// Decides whether a region's database may accept writes: only while a majority of the control stores has lately taken its
/// proof that it is the primary. What cannot be proven ends.
/// </summary>
/// <remarks>
/// A proof is a write that a store takes only while its claim still names the region; it counts from when it was sent. A store
/// without a claim proves nothing: it may have lost it. A claim that is new counts for as long without a proof; a leader that
/// replaces one under which it sees no proof waits that time out. The guard opens again only what was open under the same
/// claim: under a new one a leader opens, when it has waited for the old primary. Before the first claim ever, nothing is
/// enforced. A guard that cannot prove it leaves the database alone as long as another agent of the region writes heartbeats
/// there: that one can. Not thread-safe; every time is on the monotonic clock of this process.
/// </remarks>
/// <param name="region">The region whose database it is.</param>
/// <param name="process">This process, as its heartbeats name it.</param>
/// <param name="stores">How many control stores there are.</param>
/// <param name="timing">The times.</param>
/// <param name="startedAt">When the guard began: what went before is not known.</param>
public sealed class PrimaryGuard(RegionId region, string process, int stores, PrimaryTiming timing, TimeSpan startedAt)
{
    private readonly Dictionary<RegionId, (PrimaryClaim? Claim, TimeSpan? ChangedAt)> _seen = [];
    private readonly Dictionary<RegionId, (TimeSpan SentAt, PrimaryClaim Claim)> _proofs = [];
    private RegionBeat? _beat;
    private TimeSpan? _othersBeatAt;

    private int Majority => (stores / 2) + 1;

    private PrimaryClaim? Newest => _seen.Values.Select(static s => s.Claim).MaxBy(static c => c?.Token ?? 0);

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

        // The first that is seen may be old: only a change is known to be new.
        if (!_seen.TryGetValue(store, out var known))
        {
            _seen[store] = (claim, null);
        }
        else if (known.Claim != claim)
        {
            _seen[store] = (claim, askedAt);
        }
    }

    /// <summary>A store took a proof that the region is the primary.</summary>
    /// <param name="store">The store.</param>
    /// <param name="sentAt">When the proof was sent.</param>
    /// <param name="claim">The claim that it was made under.</param>
    public void Proved(RegionId store, TimeSpan sentAt, PrimaryClaim claim) => _proofs[store] = (sentAt, claim);

    /// <summary>Whether it is proven that the region is the primary, or nothing is enforced yet: heartbeats may be written.</summary>
    public bool MayBeat(TimeSpan now) => Newest is null || Proof(now) is not null;

    /// <summary>What to do now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="database">The database; null while it cannot be reached.</param>
    public GuardDecision Decide(TimeSpan now, GuardedDatabase? database)
    {
        if (database?.Beat is { } beat && beat != _beat)
        {
            // The first that is seen may be old.
            _othersBeatAt = _beat is not null && beat.Process != process ? now : _othersBeatAt;
            _beat = beat;
        }

        if (database is not { Writable: true })
        {
            return new GuardDecision.Keep(database is null ? "the database does not answer" : "the database is a standby, which takes no writes");
        }

        if (Proof(now) is { } proof)
        {
            return database.Token > proof.Token ? new GuardDecision.Keep($"the database has seen token {database.Token}, and the stores only {proof.Token}: a leader is at work")
                : (database.Fenced && database.Token == proof.Token) || database.Token == 0 ? new GuardDecision.Open(proof.Token, $"{Majority} of {stores} stores say that {region} is the primary")
                : database.Fenced ? new GuardDecision.Keep($"{region} is to be the primary, and a leader opens its database when the old one has ended")
                : new GuardDecision.Keep($"{region} is the primary");
        }

        if (IsNew(now) && !database.Fenced)
        {
            return new GuardDecision.Keep($"{region} has only just become the primary, and proves it soon");
        }

        var newest = Newest;
        if (database.Token == 0 && (newest is null || newest.Region == region))
        {
            return new GuardDecision.Keep("the database was never opened under a claim, so nothing is enforced yet");
        }

        if (database.Fenced && database.Token >= (newest?.Token ?? 0))
        {
            return new GuardDecision.Keep("the database is fenced");
        }

        if (newest is not null && newest.Region != region && newest.Token >= database.Token)
        {
            return new GuardDecision.Fence(newest.Token, $"{newest.Region} is the primary");
        }

        return now - _othersBeatAt < timing.Validity ? new GuardDecision.Keep("it is not proven here that the region is the primary, but another of its agents can")
            : now - startedAt < timing.FencingTime ? new GuardDecision.Keep("the stores have not been heard yet")
            : new GuardDecision.Fence(Math.Max(database.Token, 1), $"no {Majority} of {stores} stores said within {timing.Validity.TotalSeconds:0.#} s that {region} is the primary");
    }

    /// <summary>The claim under which a majority took proofs that still count; null when there is none.</summary>
    private PrimaryClaim? Proof(TimeSpan now) => _proofs.Values
        .Where(p => p.Claim.Region == region && now - p.SentAt < timing.Validity)
        .GroupBy(static p => p.Claim)
        .FirstOrDefault(g => g.Count() >= Majority)?.Key;

    /// <summary>Whether a majority has changed to a claim of this region so lately that no proof need stand yet.</summary>
    private bool IsNew(TimeSpan now) => _seen.Values
        .Where(c => c.Claim?.Region == region)
        .GroupBy(static c => c.Claim)
        .Any(g => g.Count() >= Majority && g.Min(static c => c.ChangedAt ?? TimeSpan.MinValue) is var first && first != TimeSpan.MinValue && now - first < timing.Validity);
}
