using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>What a region's own server is, as far as following the primary is concerned.</summary>
/// <param name="InRecovery">Whether it is a standby.</param>
/// <param name="Streams">The region whose server it receives from; null when it receives nothing, or from a stranger.</param>
/// <param name="Told">The region that it was last told to follow by this agent; null for none.</param>
/// <param name="IdleSlots">Its physical slots that nobody streams from.</param>
/// <param name="Slots">All its physical slots.</param>
public sealed record StandbyFacts(bool InRecovery, RegionId? Streams, RegionId? Told, IReadOnlyCollection<string> IdleSlots, IReadOnlyCollection<string> Slots);

/// <summary>What to do with a region's own server, so that every standby follows the primary.</summary>
/// <param name="Reason">Why, in a sentence.</param>
public abstract record StandbyDecision(string Reason)
{
    /// <summary>Leave it as it is.</summary>
    public sealed record Keep(string Reason) : StandbyDecision(Reason);

    /// <summary>Tell it to follow the server of a region.</summary>
    /// <param name="Region">The primary's region.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Follow(RegionId Region, string Reason) : StandbyDecision(Reason);

    /// <summary>Make slots for the standbys.</summary>
    /// <param name="Names">Their names.</param>
    /// <param name="Reason">Why.</param>
    public sealed record MakeSlots(IReadOnlyList<string> Names, string Reason) : StandbyDecision(Reason);

    /// <summary>Drop slots, which would keep log that nobody fetches.</summary>
    /// <param name="Names">Their names.</param>
    /// <param name="Reason">Why.</param>
    public sealed record DropSlots(IReadOnlyList<string> Names, string Reason) : StandbyDecision(Reason);

    /// <summary>The name of the slot of a region's standby, which is that of its connection too.</summary>
    public static string SlotOf(RegionId region) => region.Value.Replace('-', '_');

    /// <summary>Decides.</summary>
    /// <param name="own">The server's region.</param>
    /// <param name="writer">The region that may write, as a majority of the control stores says; null while that is not known.</param>
    /// <param name="regions">Every region with a server.</param>
    /// <param name="facts">What the server is.</param>
    /// <remarks>
    /// A standby may follow one that is not promoted yet: it then gets what that one gets. A slot reserves nothing before its
    /// standby first connects, so that one for a dead region costs nothing.
    /// </remarks>
    public static StandbyDecision For(RegionId own, RegionId? writer, IReadOnlyCollection<RegionId> regions, StandbyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(regions);
        ArgumentNullException.ThrowIfNull(facts);
        if (writer is not { } primary)
        {
            return new Keep("who may write is not known");
        }

        var others = regions.Where(r => r != own).Select(SlotOf).Order(StringComparer.Ordinal).ToList();
        if (!facts.InRecovery)
        {
            var missing = others.Except(facts.Slots, StringComparer.Ordinal).ToList();
            return primary != own ? new Keep($"it is no standby, and {primary} may write: it stays in quarantine")
                : missing.Count > 0 ? new MakeSlots(missing, "its standbys need them")
                : new Keep("it is the primary, and has a slot for every standby");
        }

        var idle = others.Intersect(facts.IdleSlots, StringComparer.Ordinal).ToList();
        return idle.Count > 0 ? new DropSlots(idle, "it is a standby, and nobody fetches what they keep")
            : primary == own ? new Keep("it is to be the primary")
            : facts.Streams == primary ? new Keep($"it follows {primary}")
            : facts.Told == primary ? new Keep($"it was told to follow {primary}, and does not receive from it yet")
            : new Follow(primary, facts.Streams is { } old ? $"it follows {old}, and {primary} may write" : $"it follows nobody, and {primary} may write");
    }
}
