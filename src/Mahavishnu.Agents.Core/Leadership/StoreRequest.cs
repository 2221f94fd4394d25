using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>One request to one store. The driver sends it at once and answers with the same correlation.</summary>
/// <param name="Store">Which store.</param>
/// <param name="Correlation">Unique within the machine.</param>
/// <param name="Deadline">How long it may take, from its sending.</param>
public abstract record StoreRequest(RegionId Store, long Correlation, TimeSpan Deadline)
{
    /// <summary>Reads all control keys in one consistent transaction.</summary>
    public sealed record ReadState(RegionId Store, long Correlation, TimeSpan Deadline) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Creates a session with <c>Checks: []</c>, behaviour release and no lock delay.</summary>
    public sealed record CreateSession(RegionId Store, long Correlation, TimeSpan Deadline, TimeSpan Ttl) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Renews a session. Refused means that the session is gone.</summary>
    public sealed record RenewSession(RegionId Store, long Correlation, TimeSpan Deadline, string Session) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Destroys a session, our own or a dead holder's.</summary>
    public sealed record DestroySession(RegionId Store, long Correlation, TimeSpan Deadline, string Session) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Locks <c>leader</c> and reads the other control keys in the same transaction.</summary>
    public sealed record Acquire(RegionId Store, long Correlation, TimeSpan Deadline, string Session, string Leader) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Transaction: check-session on <c>leader</c>, set <c>heartbeat</c>. Never shares a connection with other requests.</summary>
    public sealed record WriteHeartbeat(RegionId Store, long Correlation, TimeSpan Deadline, string Session, string Heartbeat) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Transaction: check-session, compare-and-set <c>epoch</c>, set <c>members</c>.</summary>
    public sealed record WriteEpoch(RegionId Store, long Correlation, TimeSpan Deadline, string Session, long Epoch, ulong EpochIndex, string Members) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Transaction: check-session, check-index on <c>epoch</c>, compare-and-set <c>journal/current</c>.</summary>
    public sealed record WriteJournal(RegionId Store, long Correlation, TimeSpan Deadline, string Session, ulong EpochIndex, ulong JournalIndex, string Record) : StoreRequest(Store, Correlation, Deadline);

    /// <summary>Transaction: check-session, set <c>heartbeat</c> to the release marker, unlock <c>leader</c>.</summary>
    public sealed record Release(RegionId Store, long Correlation, TimeSpan Deadline, string Session, string Marker) : StoreRequest(Store, Correlation, Deadline);
}
