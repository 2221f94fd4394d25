using System.Text.Json;
using Mahavishnu.Agents.Core.Records;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>The configured list of stores, as the <c>members</c> key holds it.</summary>
/// <param name="Version">The configuration's own number; rises by one with each change of the list.</param>
/// <param name="Stores">The stores, sorted.</param>
/// <remarks>
/// Two different lists give two majorities. A list may follow another only when exactly one store was added or removed,
/// so that old and new majorities always share a store.
/// </remarks>
public sealed record MembersRecord(int Version, IReadOnlyList<string> Stores)
{
    /// <summary>The record of a configured list.</summary>
    public static MembersRecord Of(int version, IEnumerable<RegionId> stores) => new(version, [.. stores.Order().Select(static s => s.Value)]);

    /// <summary>
    /// Whether an agent with this list may count a store that holds <paramref name="stored"/>: the same list, or its
    /// direct predecessor.
    /// </summary>
    public bool Accepts(MembersRecord stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Version == Version)
        {
            return Stores.SequenceEqual(stored.Stores, StringComparer.Ordinal);
        }

        return stored.Version == Version - 1 && Stores.Except(stored.Stores, StringComparer.Ordinal).Count() + stored.Stores.Except(Stores, StringComparer.Ordinal).Count() == 1;
    }

    /// <summary>Reads a stored value; null when it is not one of ours.</summary>
    public static MembersRecord? Parse(string text) =>
        StoredJson.Read(text, LeadershipJson.Default.MembersRecord).Value is { Version: > 0, Stores.Count: > 0 } value
        && value.Stores.All(RegionId.IsValid) && value.Stores.SequenceEqual(value.Stores.Order(StringComparer.Ordinal).Distinct()) ? value : null;

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(this, LeadershipJson.Default.MembersRecord);
}
