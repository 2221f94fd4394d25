using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Replication;

/// <summary>The server of one of several regions that all write.</summary>
/// <param name="Region">Its region.</param>
/// <param name="Name">Its node's name, by which the others subscribe to it.</param>
/// <param name="Node">Fences and opens it.</param>
/// <param name="Links">Its exchange with the others.</param>
internal sealed record PostgresMaster(RegionId Region, string Name, PostgresNode Node, PostgresLinks Links)
{
    /// <summary>Reads its exchange; null with the problem when it does not answer.</summary>
    public async Task<(PostgresLinkReading? Reading, string Problem)> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        var answer = await Links.ReadAsync(deadline, cancellationToken);
        return answer is DataAnswer<PostgresLinkReading>.Ok { Value: var reading } ? (reading, "") : (null, answer.Problem!);
    }

    /// <summary>How far one server has got in what another wrote, up to a position, as either of them says; null when it has all of it.</summary>
    /// <param name="to">The server that receives.</param>
    /// <param name="receiver">What it said.</param>
    /// <param name="from">The server that wrote.</param>
    /// <param name="sender">What it said; null when it does not answer.</param>
    /// <param name="position">A position of the sender's.</param>
    public static string? Missing(PostgresMaster to, PostgresLinkReading receiver, PostgresMaster from, PostgresLinkReading? sender, PostgresLsn position)
    {
        var link = receiver.Links.FirstOrDefault(l => l.IsFrom(from.Name));
        var confirmed = sender?.Slots.FirstOrDefault(s => s.Name == link?.Slot)?.Confirmed;
        return link is null ? $"{to.Region} receives nothing from {from.Region}"
            : link.Applied >= position || confirmed >= position ? null
            : $"{to.Region} has applied {from.Region}'s log up to {Later(link.Applied, confirmed)?.ToString() ?? "nothing"} of {position} ({link.Name} is {link.Status})";
    }

    /// <summary>Why a server can never receive again what another keeps for it; null when it can.</summary>
    public static string? Cut(PostgresMaster to, PostgresLinkReading receiver, PostgresMaster from, PostgresLinkReading sender) =>
        receiver.Links.FirstOrDefault(l => l.IsFrom(from.Name)) is not { } link ? $"{to.Region} has no subscription to {from.Region}; create one, with a copy of the tables if its slot is gone, and it goes on by itself"
        : sender.Slots.FirstOrDefault(s => s.Name == link.Slot) is not { Lost: false } ? $"slot {link.Slot} of {to.Region} at {from.Region} is gone, and with it what was written there: copy {to.Region} anew, then create its subscription again; it goes on by itself"
        : null;

    private static PostgresLsn? Later(PostgresLsn? one, PostgresLsn? other) => one is null || other > one ? other : one;
}
