using System.Collections.Immutable;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>All living sessions.</summary>
/// <param name="Entries">Sessions by id; ids are looked up without regard to case.</param>
/// <param name="LastIndex">Index of the last creation or end of any session, which is what every session reader is told.</param>
internal sealed record SessionTable(ImmutableSortedDictionary<string, ConsulSession> Entries, ulong LastIndex)
{
    /// <summary>A table without sessions.</summary>
    public static SessionTable Empty { get; } = new(ImmutableSortedDictionary.Create<string, ConsulSession>(StringComparer.OrdinalIgnoreCase), 0);

    /// <summary>The session with this id, null when there is none.</summary>
    public ConsulSession? Find(string id) => Entries.GetValueOrDefault(id);

    /// <summary>The sessions of one node.</summary>
    public IEnumerable<ConsulSession> OfNode(string node) =>
        Entries.Values.Where(session => string.Equals(session.Node, node, StringComparison.OrdinalIgnoreCase));

    /// <summary>This table with a session added.</summary>
    public SessionTable With(ConsulSession session) => new(Entries.SetItem(session.Id, session), session.CreateIndex);

    /// <summary>This table without a session.</summary>
    public SessionTable Without(string id, ulong index) => new(Entries.Remove(id), index);
}
