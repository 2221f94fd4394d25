using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>Something that the machine tells its driver.</summary>
public abstract record LeadershipNotice
{
    private LeadershipNotice()
    {
    }

    /// <summary>The lease is valid and the epoch established; the recovered record was written back at a majority.</summary>
    public sealed record BecameLeader(long Epoch, JournalRecord? Recovered) : LeadershipNotice;

    /// <summary>The term is over, or a candidacy was given up.</summary>
    public sealed record TermEnded(long Epoch, string Reason) : LeadershipNotice;

    /// <summary>The proposed record stands at a majority.</summary>
    public sealed record JournalCommitted(JournalRecord Record) : LeadershipNotice;

    /// <summary>A person must look: what is wrong stops automation.</summary>
    public sealed record Alarm(string Reason) : LeadershipNotice;
}

/// <summary>What one input to the machine leads to.</summary>
/// <param name="Requests">To be sent at once.</param>
/// <param name="Notices">In order of occurrence.</param>
public sealed record LeadershipEffects(IReadOnlyList<StoreRequest> Requests, IReadOnlyList<LeadershipNotice> Notices);
