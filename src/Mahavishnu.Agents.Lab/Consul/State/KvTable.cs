using System.Collections.Immutable;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>All keys and the marks of deleted ones. Immutable, so that a transaction rolls back by keeping the old table.</summary>
/// <param name="Entries">The keys in byte order.</param>
/// <param name="Tombstones">Deleted keys and prefixes with the index of the deletion; they keep the index of a prefix from falling.</param>
/// <param name="LastIndex">Index of the last write to any key.</param>
internal sealed record KvTable(ImmutableSortedDictionary<string, KvEntry> Entries, ImmutableSortedDictionary<string, ulong> Tombstones, ulong LastIndex)
{
    /// <summary>A table without keys.</summary>
    public static KvTable Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, KvEntry>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, ulong>(StringComparer.Ordinal),
        0);

    /// <summary>The entry of a key, null when there is none.</summary>
    public KvEntry? Find(string key) => Entries.GetValueOrDefault(key);

    /// <summary>The entries whose key begins with <paramref name="prefix"/>, in order.</summary>
    public IEnumerable<KvEntry> Under(string prefix) =>
        Entries.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The index that a reader of one key is told: its own, or that of the whole table when the key is absent.</summary>
    public ulong IndexOf(string key) => Find(key)?.ModifyIndex ?? LastIndex;

    /// <summary>The index that a reader of a prefix is told: the highest below it, deletions included, or that of the whole table.</summary>
    public ulong IndexUnder(string prefix)
    {
        if (prefix.Length == 0)
        {
            return LastIndex;
        }

        var written = Under(prefix).Select(static entry => entry.ModifyIndex).DefaultIfEmpty().Max();
        var deleted = Tombstones.Where(mark => mark.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(static mark => mark.Value).DefaultIfEmpty().Max();
        var highest = Math.Max(written, deleted);
        return highest == 0 ? LastIndex : highest;
    }

    /// <summary>This table with one entry added or replaced.</summary>
    public KvTable With(KvEntry entry) => this with { Entries = Entries.SetItem(entry.Key, entry), LastIndex = entry.ModifyIndex };

    /// <summary>This table without one key, which must exist.</summary>
    public KvTable Without(string key, ulong index) =>
        this with { Entries = Entries.Remove(key), Tombstones = Tombstones.SetItem(key, index), LastIndex = index };

    /// <summary>This table without the keys under a prefix, of which there must be one at least. One mark stands for all of them.</summary>
    public KvTable WithoutTree(string prefix, ulong index) => this with
    {
        Entries = Entries.RemoveRange(Under(prefix).Select(static entry => entry.Key)),
        Tombstones = prefix.Length == 0 ? Tombstones : Tombstones.SetItem(prefix, index),
        LastIndex = index,
    };
}
